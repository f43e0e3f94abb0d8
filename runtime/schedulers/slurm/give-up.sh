#!/usr/bin/env bash
# Cancels pilots that do not answer any more, and leaves their nodes out of what is submitted from now on.
#
#   $1 the swarm's folder   $2 the run's number   $3… for each pilot its job id and its node
set -u
folder=$1 run=$2
shift 2
ids=()
while (($# > 1)); do
  ids+=("$1")
  cut -f 1 -- "$folder/bad-nodes" 2>/dev/null | grep -Fxqe "$2" || printf '%s\t%s\n' "$2" "$run" >>"$folder/bad-nodes" || exit 1
  shift 2
done
ask_slurm 20 scancel -- "${ids[@]}"
