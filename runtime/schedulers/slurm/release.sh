#!/usr/bin/env bash
# Releases pilots that SLURM holds since a node could not start them: it has taken that node out of
# service, and they may begin on another one.
#
#   $1… their job ids
#
# Prints `node|<nodes>|<reason>` for nodes that are out of service since they could not start something.
set -u
ask_slurm 30 scontrol release "$@" >&2
code=$?
while IFS='|' read -r nodes reason; do
  [[ $reason != *[Pp]rolog* && $reason != *[Ll]aunch* && $reason != *[Bb]atch\ job* ]] || printf 'node|%s|%s\n' "$nodes" "$reason"
done < <(ask_slurm 30 sinfo --all --noheader --list-reasons --format='%N|%E' 2>/dev/null)
exit "$code"
