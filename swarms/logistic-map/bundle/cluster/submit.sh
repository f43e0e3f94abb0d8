#!/usr/bin/env bash
# generated from swarm.config.ts - do not edit
#
# Has SLURM start pilots of the swarm logistic-map: managers that share the jobs of a run.
#
#   bash submit.sh --help

usage() {
  cat <<'HELP'
Has SLURM start pilots for a run; prints the ids of the SLURM jobs, one a line.

Usage: bash submit.sh --run DIR [options]

  --run DIR         the run that they are to work on
  --pilots N        how many (default: 2, the nodes of the definition)
  --first N         the number of the first of them (default: 1)
  --generation N    the how manyth they are of those that follow one another (default: 1)
  --name NAME       what SLURM calls them (default: locusts-logistic-map-<run>)
  --after JOB       not before this SLURM job has ended
  --help            this text

Exit codes: 0 submitted, 1 wrong usage, or sbatch refused: in its own words.
HELP
}

fail() {
  printf 'submit.sh: %s\n' "$*" >&2
  exit 1
}

# The most elements of one array.
find_array_limit() {
  local limit
  limit=$(timeout 30 scontrol show config 2>/dev/null | grep '^MaxArraySize')
  limit=${limit##*[!0-9]}
  printf '%s' $((${limit:-1001} - 1))
}

# Submits one array; says so in the run's list of what was submitted, and on standard output.
# sbatch tries for long where there are too many jobs already: hence the time limit.
submit() { # first last generation sbatch-options...
  local first=$1 last=$2 generation=$3 job code
  shift 3
  job=$(timeout 60 sbatch --parsable "$@" --job-name="$name" --chdir="$run" \
    --output="$run/pilots/%x.%A_%a.log" ${after:+"--dependency=afterany:$after"} "$bundle/pilot.sh" "$run" "$((first - 1))" "$generation")
  code=$?
  case $code in
    0) ;;
    124) fail 'sbatch has not answered for 60 s: is the limit of jobs reached, or the controller away?' ;;
    127) fail 'sbatch is not to be found: is this a node of the cluster?' ;;
    *) fail "sbatch refused (exit code $code)" ;;
  esac
  job=${job%%;*} # a cluster's name may follow
  if [[ -e $run/cancelled ]]; then # in the meantime
    timeout 60 scancel "$job"
    fail "$run was cancelled"
  fi
  printf '%s\t%s\t%s\t%s\n' "$job" "$first" "$last" "$generation" >>"$run/pilots/submitted.tsv" ||
    printf 'submit.sh: %s was submitted, but this could not be noted in %s/pilots\n' "$job" "$run" >&2
  printf '%s\n' "$job"
}

run='' pilots=2 first=1 generation=1 name='' after=''
while (($# > 0)); do
  case $1 in
    --run) run=${2?"--run needs a folder"} ;;
    --pilots) pilots=${2?"--pilots needs a number"} ;;
    --first) first=${2?"--first needs a number"} ;;
    --generation) generation=${2?"--generation needs a number"} ;;
    --name) name=${2?"--name needs a name"} ;;
    --after) after=${2?"--after needs the id of a job"} ;;
    -h | --help) usage; exit ;;
    *) fail "unknown option $1; see: bash submit.sh --help" ;;
  esac
  shift 2
done
[[ $run ]] || fail 'which run? see: bash submit.sh --help'
for option in pilots first generation; do
  [[ ${!option} =~ ^[1-9][0-9]{0,8}$ ]] || fail "--$option takes a whole number from 1, not '${!option}'"
done
[[ ! $after || $after =~ ^[0-9]+(_[0-9]+)?$ ]] || fail "--after takes the id of a SLURM job, not '$after'"
[[ -e $run/run ]] || fail "there is no run list in $run: 'locusts deploy' puts the inputs and a run list beside the bundle"
run=$(CDPATH='' cd -P -- "$run" && pwd) || exit 1
bundle=$(CDPATH='' cd -P -- "$run/../../bundle" && pwd) || exit 1
[[ ! -e $run/cancelled ]] || fail "$run was cancelled"
[[ $name ]] || name=locusts-logistic-map-${run##*/}
# Where a folder for output is missing, SLURM ends the job without a word.
mkdir -p -- "$run/pilots" || exit 1
# A pilot that submits its successor has its own settings in its environment, which would be passed on.
for variable in "${!SLURM_@}" "${!SBATCH_@}"; do
  [[ $variable == SLURM_CONF ]] || unset "$variable"
done

limit=1
((pilots == 1)) || limit=$(find_array_limit)
last=$((first + pilots - 1))
for ((at = first; at <= last; at += limit)); do
  ((at + limit - 1 <= last)) || limit=$((last - at + 1))
  submit "$at" "$((at + limit - 1))" "$generation" --array=1-"$limit"
done
