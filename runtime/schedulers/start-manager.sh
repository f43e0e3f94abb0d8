#!/usr/bin/env bash
# Starts a manager that goes on when whoever has started it is gone, and waits until it has begun.
#
#   $1 the swarm's folder   $2 the run's number
cd -- "$1/runs/$2" || exit 1
incarnations() { find managers -maxdepth 1 -name '*.[0-9]*' ! -name '*.beat' | wc -l; }
before=$(incarnations)
words=(nohup bash -p "$1/bundle/manager.sh" --run "$1/runs/$2")
# A host may end what a login leaves behind, but for those who linger: theirs goes on as a unit of its own.
me=$(id -un)
if [[ ${XDG_SESSION_ID-} ]] &&
  [[ -e /var/lib/systemd/linger/$me || $(timeout 5 loginctl show-user "$me" --property=Linger 2>/dev/null </dev/null) == Linger=yes ]] &&
  timeout 10 systemd-run --user --scope --quiet true >/dev/null 2>&1 </dev/null; then
  words=(systemd-run --user --scope --quiet -- "${words[@]}")
fi
set -m
(
  # What was taken out of this script's environment is for the jobs. With -p, bash looks at nothing else of it.
  if ((${#locusts_aside[@]} > 0)); then export "${locusts_aside[@]}"; fi
  exec "${words[@]}"
) </dev/null >>manager.log 2>&1 &
manager=$!
for ((tries = 0; tries < 200; tries++)); do
  if (($(incarnations) > before)) || ! kill -0 "$manager" 2>/dev/null; then break; fi
  sleep 0.05
done
disown
exit 0
