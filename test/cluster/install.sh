#!/usr/bin/env bash
# Installs what the tests of ssh and SLURM need (Debian, as root), and nothing that is there already.
#
#     install.sh [--missing]     --missing: installs nothing, and names what it would install
#
# The package scripts would start munged, sshd and the others with the machine's own settings; a
# policy-rc.d that says no keeps them from it while packages are being installed.
set -euo pipefail

packages=(
  faketime mariadb-client-core mariadb-server-core munge openssh-client openssh-server
  slurm-client slurm-wlm-mysql-plugin slurmctld slurmd slurmdbd strace tcsh
)
policy=/usr/sbin/policy-rc.d

missing() {
  local package
  for package in "${packages[@]}"; do
    [[ $(dpkg-query --show --showformat='${db:Status-Abbrev}' "$package" 2> /dev/null) == ii* ]] || echo "$package"
  done
}

if [[ ${1-} == --missing ]]; then
  missing
  exit 0
fi
# Two checkouts on one machine wait for each other.
exec 8> /run/locusts-test-install.lock
flock 8
mapfile -t wanted < <(missing)
((${#wanted[@]})) || exit 0

export DEBIAN_FRONTEND=noninteractive
if [[ ! -e $policy ]]; then
  trap 'rm -f "$policy"' EXIT
  printf '#!/bin/sh\nexit 101\n' > "$policy"
  chmod 755 "$policy"
fi
log=$(mktemp)
if apt-get update -qq < /dev/null > "$log" 2>&1 8>&- &&
  apt-get install -qq --yes --no-install-recommends -o DPkg::Lock::Timeout=300 "${wanted[@]}" \
    < /dev/null >> "$log" 2>&1 8>&-; then
  rm -f "$log"
else
  tail -n 20 "$log" >&2
  rm -f "$log"
  echo "cannot install: ${wanted[*]}" >&2
  exit 1
fi
