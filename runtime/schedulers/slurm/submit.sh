#!/usr/bin/env bash
# Submits the pilots of a run, unless some of them are in the queue already: then an earlier call has
# done it whose answer was lost.
#
#   $1 the swarm's folder   $2 the run's number   $3 how the pilots' names begin   $4 how many
#
# Exit code 40: the controller does not answer. Lines `submit.sh: note: …` on standard error are for people.
set -u
run=$1/runs/$2
# An earlier call may still be at it, on this host: the connection that it came by is gone.
mark=$run/pilots/submitting
if [[ -e $mark ]]; then
  read -r host pid born <"$mark"
  for ((round = 0; round < 300; round++)); do
    [[ $host == "$HOSTNAME" && -e /proc/$pid/stat && $(cut -d ' ' -f 22 "/proc/$pid/stat") == "$born" ]] || break
    sleep 1
  done
fi
mkdir -p -- "$run/pilots" && printf '%s %s %s\n' "$HOSTNAME" "$$" "$(cut -d ' ' -f 22 "/proc/$$/stat")" >"$mark"

for ((tries = 1; ; tries++)); do
  if read_queue "$run" "$3" 60; then break; fi
  if ((tries == 6)); then
    printf '%s\n' "$queue" >&2
    rm -f -- "$mark"
    exit 40
  fi
  sleep "$((tries * 2))"
done
if [[ ! $queue ]]; then
  # From here on it is no longer cancelled, if it was, and jobs that have failed before count no more for limits.maxFailures.
  rm -f -- "$run/cancelled" "$run"/failures.* || exit 1
  (
    # Pilots pass on to their jobs what was taken out of this script's environment.
    if ((${#locusts_aside[@]} > 0)); then export "${locusts_aside[@]}"; fi
    exec bash -p "$1/bundle/submit.sh" --run "$run" --name "$3" --pilots "$4"
  )
  code=$?
else
  code=0
fi
rm -f -- "$mark"
exit "$code"
