#!/usr/bin/env bash
# The beginning of all scripts that ask SLURM.

# Many sites put SLURM's programs into the PATH of login shells alone.
# shellcheck disable=SC1091
command -v squeue >/dev/null || . /etc/profile >/dev/null 2>&1

# Asks one of SLURM's programs, without the user's own settings, which would filter what it shows.
ask_slurm() { # seconds command…
  (
    for variable in "${!SLURM_@}" "${!SQUEUE_@}" "${!SINFO_@}" "${!SACCT_@}" "${!SCANCEL_@}" "${!SCONTROL_@}"; do
      [[ $variable == SLURM_CONF || $variable == SLURM_CONF_SERVER || $variable == SLURM_JWT ]] || unset "$variable"
    done
    SLURM_TIME_FORMAT=standard exec timeout "$@" </dev/null
  )
}

# Reads a line of `scontrol show job`: leaves what it says in name, state, exit_code, nodes and element, the id of one of an array.
# Fails if it is none.
# shellcheck disable=SC2034 # the scripts that follow read these
read_job() { # line
  local word words
  name='' state='' exit_code='' nodes='' element=''
  read -r -a words <<<"$1"
  for word in "${words[@]}"; do
    case $word in
      JobName=*) name=${word#*=} ;;
      JobState=*) state=${word#*=} ;;
      ExitCode=*) exit_code=${word#*=} exit_code=${exit_code%%:*} ;;
      NodeList=*) nodes=${word#*=} nodes=${nodes/(null)/} ;;
      ArrayTaskId=*) element=${word#*=} ;;
    esac
  done
  [[ $state ]]
}

# What was ever submitted for a run, by the SLURM jobs' ids: id, first and last pilot, generation.
list_submitted() { cat -- "$1"/pilots/submitted*.tsv 2>/dev/null | sort -n; } # run's folder

# Reads the pilots of a run that SLURM has in its queue, in one call for all of them: leaves a line
# `<job id>|<state>|<reason>|<nodes>` for each in queue. Fails where the answer is not a whole one, which
# begins with the names of the columns, whatever a site prints besides; then its words are left in queue.
read_queue() { # run's folder, how their names begin, seconds to wait
  local answer mark id state name nodes place reason own
  if ! answer=$(ask_slurm "$3" squeue --all --array --user="$(id -un)" --format='locusts|%i|%T|%j|%N|%Z|%r' 2>&1) ||
    [[ $answer != *'locusts|JOBID|'* ]]; then
    queue=$answer
    return 1
  fi
  queue=''
  while IFS='|' read -r mark id state name nodes place reason; do
    [[ $mark == locusts && $name == "$2"* ]] || continue
    own=${name#"$2"}
    [[ $own =~ ^(-p[0-9]+(\.[0-9]+)?)?$ ]] || continue
    [[ ! -d $place || $place -ef $1 ]] || continue # it is in another directory
    queue+="$id|$state|$reason|$nodes"$'\n'
  done <<<"$answer"
}
