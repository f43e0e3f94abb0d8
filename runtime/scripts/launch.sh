#!/usr/bin/env bash
# Starts a manager that goes on when whoever has started it is gone, and waits until it has begun.
#
#   $1 the swarm's folder   $2 the run's number
cd -- "$1/runs/$2" || exit 1
lives() { find managers -maxdepth 1 -name '*.[0-9]*' ! -name '*.beat' | wc -l; }
before=$(lives)
set -m
(
  # What was taken out of this script's environment is for the jobs. With -p, bash looks at nothing else of it.
  if ((${#locusts_aside[@]} > 0)); then export "${locusts_aside[@]}"; fi
  exec nohup bash -p "$1/bundle/manager.sh" --run "$1/runs/$2"
) </dev/null >>manager.log 2>&1 &
manager=$!
for ((tries = 0; tries < 200; tries++)); do
  if (($(lives) > before)) || ! kill -0 "$manager" 2>/dev/null; then break; fi
  sleep 0.05
done
disown
exit 0
