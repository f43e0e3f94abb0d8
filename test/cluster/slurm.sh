#!/usr/bin/env bash
# Starts slurmctld and a slurmd for each node. Needs munged, slurm.conf and slurmdbd.
set -euo pipefail
# shellcheck source=test/cluster/settings.sh
source "$(dirname "${BASH_SOURCE[0]}")/settings.sh"
export SLURM_CONF=$slurm_conf

mkdir -p "$state/slurmctld"
chown slurm: "$state/slurmctld"
if ! alive slurmctld; then
  setsid slurmctld -f "$slurm_conf" < /dev/null >> "$log/slurmctld" 2>&1 ||
    die "slurmctld does not start" "$log/slurmctld" "$log/slurmctld.log"
  wait_for 20 slurmctld scontrol ping
fi
for ((i = 1; i <= node_count; i++)); do
  node=$tag$i
  if alive "slurmd.$node" slurmd; then continue; fi
  mkdir -p "$state/slurmd/$node"
  setsid slurmd -f "$slurm_conf" -N "$node" < /dev/null >> "$log/slurmd" 2>&1 ||
    die "slurmd of $node does not start" "$log/slurmd" "$log/slurmd.$node.log"
done

all_idle() {
  (($(sinfo --noheader --Node --partition=main --states=idle,mixed,allocated --format=%N | sort -u | wc -l) == node_count))
}
wait_for 40 "all nodes" all_idle
