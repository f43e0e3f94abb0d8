#!/usr/bin/env bash
# Tells how the pilots of a run have ended that left the queue without a word, and shows the end of
# their logs.
#
#   $1 the swarm's folder   $2 the run's number   $3 how their names begin
#
# Prints `ended <state> <exit code> <nodes>` for each of which SLURM still knows, by its controller or, where there is
# one that answers, by its accounting; and `log <line>`.
set -u
run=$1/runs/$2
ids=()
while IFS=$'\t' read -r id _; do ids+=("$id"); done < <(list_submitted "$run" | tail -n 5)
if ((${#ids[@]} > 0)); then
  answers=''
  for id in "${ids[@]}"; do
    answer=$(ask_slurm 10 scontrol --all --oneliner show job "$id" 2>/dev/null) && answers+=$answer$'\n'
  done
  while IFS='' read -r line; do
    # Ids are used again: what has another name is another's.
    if read_job "$line" && [[ $name == "$3"* ]]; then printf 'ended %s %s %s\n' "$state" "$exit_code" "$nodes"; fi
  done <<<"$answers"
  if [[ ! $answers ]]; then
    IFS=,
    ask_slurm 10 sacct --noheader --allocations --parsable2 --jobs="${ids[*]}" --format=JobName,State,ExitCode,NodeList 2>/dev/null |
      while IFS='|' read -r name state exit_code nodes; do
        [[ $name != "$3"* ]] || printf 'ended %s %s %s\n' "${state%% *}" "${exit_code%%:*}" "${nodes/None assigned/}"
      done
  fi
fi
for log in "$run"/pilots/*.log; do
  [[ -s $log ]] || continue
  printf 'log %s\n' "$(tail -n 1 -- "$log")"
done | tail -n 3
exit 0
