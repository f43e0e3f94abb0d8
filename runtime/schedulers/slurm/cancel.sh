#!/usr/bin/env bash
# Cancels the pilots of a run that SLURM has in its queue, and tells which those are. Before that, it leaves
# a mark in the run's folder: those that begin later leave at once, those that run leave at their next heartbeat,
# and none submits another. So nothing is at work for long, whether or not SLURM answers.
#
#   $1 the swarm's folder   $2 the run's number   $3 how the pilots' names begin
#   $4 ids that were cancelled before, between blanks: they are on their way out
#   $5 1: pilots submit their successors themselves, one after another
#
# Prints `<job id>|<state>` for each. Exit code 40: the controller does not answer; then the ids
# are those that were noted when the pilots were submitted, and the state is `unknown`.
set -u
run=$1/runs/$2
leave_mark() {
  [[ ! -d $run ]] || : >"$run/cancelled" || printf '%s cannot be written\n' "$run/cancelled" >&2
}

# The queue is asked first: whoever sees the mark leaves by itself, and would be taken for one that was never
# there. What is submitted after this answer is found by the next one. SLURM is not waited for long.
(read -r -t 10 <> <(:) || leave_mark) </dev/null >/dev/null 2>&1 &
timer=$!
read_queue "$run" "$3" 20
code=$?
kill "$timer" 2>/dev/null
leave_mark
if ((code != 0)); then
  printf '%s\n' "$queue" >&2
  declare -A noted=()
  while IFS=$'\t' read -r id first last generation; do
    # Whoever has submitted a successor has left.
    noted["$first $last ${5:-$generation}"]=$id
  done < <(list_submitted "$run")
  ((${#noted[@]} == 0)) || printf '%s|unknown\n' "${noted[@]}" | sort -n
  exit 40
fi
ids=()
while IFS='|' read -r id state _; do
  [[ $id ]] || continue
  printf '%s|%s\n' "$id" "$state"
  [[ $state == COMPLETING || $4 == *" $id "* ]] || ids+=("$id")
done <<<"$queue"
((${#ids[@]} == 0)) || ask_slurm 20 scancel -- "${ids[@]}" || exit 40
exit 0
