#!/usr/bin/env bash
# Tells what is known of the pilots of a run: by SLURM's queue, and by what they leave in the run's folder.
#
#   $1 the swarm's folder   $2 the run's number   $3 how the pilots' names begin
#   $4 list; confirm: asks SLURM also for those that are not there
#
# Prints `queue|<job id>|<state>|<reason>|<nodes>` for each, `submitted|<job id>|<first>|<last>|<generation>`
# for what was ever submitted, `heartbeat|<incarnation>|<heartbeat, or how it has left>` for those of managers,
# and when confirming `found|<job id>|<state>|<nodes>` for others, the state UNKNOWN where SLURM knows nothing of it.
# Exit code 40: the controller does not answer; then all but the queue is printed.
set -u
run=$1/runs/$2
read_queue "$run" "$3" 60
code=$?
if ((code == 0)); then
  while IFS='' read -r line; do [[ ! $line ]] || printf 'queue|%s\n' "$line"; done <<<"$queue"
else
  printf '%s\n' "$queue" >&2
fi

ids=()
while IFS=$'\t' read -r id first last generation; do
  printf 'submitted|%s|%s|%s|%s\n' "$id" "$first" "$last" "$generation"
  [[ $'\n'$queue == *$'\n'"$id"[_\|]* ]] || ids+=("$id")
done < <(list_submitted "$run")

for file in "$run"/managers/*.*[0-9]; do
  [[ -e $file ]] || continue
  heartbeat=''
  { read -r heartbeat <"$file.beat"; } 2>/dev/null
  printf 'heartbeat|%s|%s\n' "${file##*/}" "$heartbeat"
done

if [[ $4 == confirm ]]; then
  # The newest ones matter: what came before them has ended, or they could not have begun.
  for id in "${ids[@]:${#ids[@]} > 20 ? ${#ids[@]} - 20 : 0}"; do
    answer=$(ask_slurm 20 scontrol --all --oneliner show job "$id" 2>&1)
    is_known='' is_other=''
    while IFS='' read -r line; do
      read_job "$line" || continue
      # Ids are used again: what has another name is another's.
      if [[ $name != "$3"* ]]; then
        is_other=1
      else
        is_known=1
        printf 'found|%s|%s|%s\n' "$id${element:+_$element}" "$state" "$nodes"
      fi
    done <<<"$answer"
    [[ ! $is_other && $answer != *'Invalid job id specified'* || $is_known ]] || printf 'found|%s|UNKNOWN|\n' "$id"
  done
fi
((code == 0)) || exit 40
exit 0
