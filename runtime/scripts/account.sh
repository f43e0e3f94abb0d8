#!/usr/bin/env bash
# Tells how the pilots of a run have ended that left the queue without a word, and shows the end of
# their logs.
#
#   $1 the swarm's folder   $2 the run's number   $3 how their names begin
#
# Prints `ended <state>` for each, where accounting exists, and `log <line>`.
set -u
# Many sites put SLURM's programs into the PATH of login shells alone.
# shellcheck disable=SC1091
command -v squeue >/dev/null || . /etc/profile >/dev/null 2>&1
timeout 60 sacct --noheader --allocations --parsable2 --user="$(id -un)" --starttime=now-30days \
  --format=JobName,State,End 2>/dev/null | sort -t '|' -k 3 | tail -n 1000 |
  while IFS='|' read -r name state _; do
    if [[ $name == "$3" || $name == "$3"-* ]]; then printf 'ended %s\n' "$state"; fi
  done
for log in "$1/runs/$2"/pilots/*.log; do
  [[ -s $log ]] || continue
  printf 'log %s\n' "$(tail -n 1 -- "$log")"
done | tail -n 3
exit 0
