#!/usr/bin/env bash
# Submits the pilots of a run, unless some of them are in the queue already: then an earlier call has
# done it whose answer was lost.
#
#   $1 the swarm's folder   $2 the run's number   $3 how the pilots' names begin   $4 how many
set -u
# Many sites put SLURM's programs into the PATH of login shells alone.
# shellcheck disable=SC1091
command -v squeue >/dev/null || . /etc/profile >/dev/null 2>&1
queue=$(timeout 60 squeue --noheader --user="$(id -un)" --format='%j' 2>&1) || { printf '%s\n' "$queue" >&2; exit 40; }
while read -r name; do
  if [[ $name == "$3" || $name == "$3"-* ]]; then exit 0; fi
done <<<"$queue"
# From here on it is no longer cancelled, if it was.
rm -f -- "$1/runs/$2/cancelled" || exit 1
# Pilots pass on to their jobs what was taken out of this script's environment.
if ((${#locusts_aside[@]} > 0)); then export "${locusts_aside[@]}"; fi
exec bash -p "$1/bundle/submit.sh" --run "$1/runs/$2" --name "$3" --pilots "$4"
