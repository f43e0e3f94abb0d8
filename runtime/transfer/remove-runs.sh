#!/usr/bin/env bash
# Removes the runs and inputs that a swarm has on its target; remove-bundle.sh may follow.
#
#   $1 the swarm's folder
cd -- "$1" || exit 0
# One that was killed leaves what it had, and gives no heartbeat any more.
if [[ $(find repro repro-* -maxdepth 2 \( -name heartbeat -o -name 'repro-*' \) -mmin -1 2>/dev/null) ]]; then
  echo 'locusts repro runs a job there: wait for it, or end it (one that was killed counts for a minute more)' >&2
  exit 1
fi
find runs incoming repro repro-* -type d ! -perm -700 -exec chmod u+rwx -- {} + 2>/dev/null
# First what declares a run: of one whose removal is cut short nothing is left to go on with.
rm -f runs/*/run
rm -rf runs shared incoming repro repro-* || : # what is left is tried again the next time
