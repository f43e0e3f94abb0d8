#!/usr/bin/env bash
# Starts munged, with a key of the cluster's own: it vouches for users between SLURM's daemons.
set -euo pipefail
# shellcheck source=test/cluster/settings.sh
source "$(dirname "${BASH_SOURCE[0]}")/settings.sh"

if alive munged; then exit 0; fi
mkdir -p "$state/munge"
if [[ ! -s $state/munge/key ]]; then
  head -c 1024 /dev/urandom > "$state/munge/key"
  chmod 600 "$state/munge/key"
fi
chown -R munge: "$state/munge"
# 711: everybody may speak to the socket
chmod 711 "$state/munge"

# --force: a folder in /tmp is no place that munged likes
setpriv --reuid=munge --regid=munge --clear-groups -- munged --force \
  --key-file="$state/munge/key" --socket="$munge_socket" --pid-file="$state/munge/pid" \
  --log-file="$state/munge/log" --seed-file="$state/munge/seed" > "$log/munged" 2>&1 ||
  die "munged does not start" "$log/munged"
ln -sf "$state/munge/pid" "$run/munged.pid"
works() { munge --no-input --socket="$munge_socket" | unmunge --socket="$munge_socket"; }
wait_for 10 munged works
