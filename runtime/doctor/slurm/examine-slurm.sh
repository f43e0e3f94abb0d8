#!/usr/bin/env bash
# Asks SLURM what it has and what it allows, nearly all at once; submits nothing.
#
#   $1 how many pilots: sbatch is shown an array of so many, or of as many as an array may have
#   $2 options that the batch script leaves open, between blanks: what a variable such as SBATCH_ACCOUNT says counts
#   standard input: a batch script; sbatch tells whether it would take it
#
# Prints after `\036chosen` the options that such variables add, after `\036ignored` the variables that do not
# count, and then for each question a line `\036<question>`, the answer, and a line `\036 <exit code>`; 124 stands for
# no answer within 20 s, or 8 s of accounting. Where `ping` says that no controller is up, nothing else is asked.
set -u
script=$(cat)
chosen=() ignored=()
for variable in "${!SBATCH_@}" "${!SLURM_CLUSTERS@}"; do
  option=${variable#SBATCH_}
  option=${option,,}
  if [[ ${!variable} && $2 == *" $option "* ]]; then
    chosen+=("--$option=${!variable}")
  else
    ignored+=("$variable=${!variable}")
  fi
done
for variable in "${!SLURM_@}" "${!SBATCH_@}" "${!SQUEUE_@}" "${!SINFO_@}" "${!SCONTROL_@}"; do
  [[ $variable == SLURM_CONF || $variable == SLURM_CONF_SERVER || $variable == SLURM_JWT ]] || unset "$variable"
done

# Where there is a limit of jobs, one pilot is better than none.
test_submission() { # elements
  local answer code
  answer=$(timeout "$patience" sbatch --test-only --output=/dev/null "${chosen[@]}" --array=1-"$1" <<<"$script" 2>&1)
  code=$?
  if ((code != 0 && code != 124 && $1 > 1)) && [[ $answer == *[Ss]ubmit?limit* || $answer == *Submit*Limit* ]]; then
    test_submission 1
    return
  fi
  printf '%s\n' "$answer"
  return "$code"
}

patience=20
ask() {
  timeout "$patience" "$@" 2>&1
  printf '\n\036 %s\n' "$?"
}

questions=() descriptors=()
begin() { # the question, and the command that answers it
  local descriptor
  exec {descriptor}< <(ask "${@:2}" </dev/null)
  questions+=("$1")
  descriptors+=("$descriptor")
}

me=$(id -un)
printf '\036chosen\n'
((${#chosen[@]} == 0)) || printf '%s\n' "${chosen[@]}"
printf '\036ignored\n'
((${#ignored[@]} == 0)) || printf '%s\n' "${ignored[@]}"
up=$(ask scontrol ping </dev/null)
printf '\036ping\n%s\n' "$up"
if [[ $up == *' is UP'* ]]; then
  config=$(ask scontrol show config </dev/null)
  printf '\036config\n%s\n' "$config"
  elements=$1
  if [[ $config =~ MaxArraySize[\ =]+([0-9]+) ]] && ((elements >= BASH_REMATCH[1] && BASH_REMATCH[1] > 1)); then
    elements=$((BASH_REMATCH[1] - 1))
  fi
  exec {descriptor}< <(
    test_submission "$elements"
    printf '\n\036 %s\n' "$?"
  )
  questions+=(sbatch) descriptors+=("$descriptor")
  begin partitions scontrol --all show partition
  begin nodes sinfo --all --exact --noheader --format='%R|%T|%D|%c|%m|%d|%Z|%G|%f'
  begin queue squeue --all --noheader --array --user="$me" --format='%q|%a|%P|%T'
  patience=8 # accounting is slow at times, and can be done without
  begin associations sacctmgr --readonly --parsable2 show associations user="$me"
  begin user sacctmgr --readonly --parsable2 show user "$me"
  begin qos sacctmgr --readonly --parsable2 show qos
  for i in "${!questions[@]}"; do
    printf '\036%s\n' "${questions[i]}"
    cat <&"${descriptors[i]}"
  done
fi
