#!/usr/bin/env bash
# Asks SLURM what it has and what it allows, nearly all at once; submits nothing.
#
#   $1 how many pilots: sbatch is shown an array of so many, or of as many as an array may have
#   standard input: a batch script; sbatch tells whether it would take it
#
# Prints for each question a line `\036<question>`, the answer, and a line `\036 <exit code>`; 124 stands for
# no answer within 20 s, or 8 s of accounting. Where `ping` says that no controller is up, nothing else is asked.
set -u
script=$(cat)
for variable in "${!SLURM_@}" "${!SBATCH_@}" "${!SQUEUE_@}" "${!SINFO_@}"; do
  [[ $variable == SLURM_CONF ]] || unset "$variable"
done

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
up=$(ask scontrol ping </dev/null)
printf '\036ping\n%s\n' "$up"
if [[ $up == *' is UP'* ]]; then
  config=$(ask scontrol show config </dev/null)
  printf '\036config\n%s\n' "$config"
  elements=$1
  if [[ $config =~ MaxArraySize[\ =]+([0-9]+) ]] && ((elements >= BASH_REMATCH[1] && BASH_REMATCH[1] > 1)); then
    elements=$((BASH_REMATCH[1] - 1))
  fi
  exec {descriptor}< <(ask sbatch --test-only --output=/dev/null --array=1-"$elements" <<<"$script")
  questions+=(sbatch) descriptors+=("$descriptor")
  begin partitions scontrol --all show partition
  begin nodes sinfo --all --exact --noheader --format='%R|%T|%D|%c|%m|%d|%Z|%G|%f'
  begin queue squeue --noheader --array --user="$me" --format='%q|%a|%P|%T'
  patience=8 # accounting is slow at times, and can be done without
  begin associations sacctmgr --readonly --parsable2 show associations user="$me"
  begin user sacctmgr --readonly --parsable2 show user "$me"
  begin qos sacctmgr --readonly --parsable2 show qos
  for i in "${!questions[@]}"; do
    printf '\036%s\n' "${questions[i]}"
    cat <&"${descriptors[i]}"
  done
fi
