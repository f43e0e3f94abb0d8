#!/usr/bin/env bash
# Starts the cluster's sshd on loopback: its login node. Nobody but the test account can log in,
# and with no other key than the cluster's own. Writes the client's side as well: a key, known
# hosts, and an ssh configuration in which the login node is called `lab`.
set -euo pipefail
# shellcheck source=test/cluster/settings.sh
source "$(dirname "${BASH_SOURCE[0]}")/settings.sh"

ssh=$state/ssh
port=$(($(cat "$state/port-base") + 22))
mkdir -p "$ssh"
for key in host_key id; do
  [[ -s $ssh/$key ]] || ssh-keygen -q -t ed25519 -N "" -C "locusts test $key" -f "$ssh/$key"
done
cp "$ssh/id.pub" "$ssh/authorized_keys"
printf '[127.0.0.1]:%s %s\n' "$port" "$(cut -d ' ' -f 1,2 "$ssh/host_key.pub")" > "$ssh/known_hosts"

cat > "$ssh/config" << CONF
Host lab
  HostName 127.0.0.1
  Port $port
  User $account
  IdentityFile $ssh/id
  IdentitiesOnly yes
  IdentityAgent none
  UserKnownHostsFile $ssh/known_hosts
  GlobalKnownHostsFile /dev/null
CONF

# StrictModes: no path under /tmp is good enough for it.
# SetEnv: SLURM's programs find their settings as those of a cluster do, without being told.
cat > "$ssh/sshd_config" << CONF
ListenAddress 127.0.0.1
Port $port
HostKey $ssh/host_key
PidFile $run/sshd.pid
AllowUsers $account
AuthorizedKeysFile $ssh/authorized_keys
StrictModes no
PasswordAuthentication no
KbdInteractiveAuthentication no
UsePAM no
UseDNS no
PrintMotd no
AcceptEnv LANG LC_*
SetEnv SLURM_CONF=$slurm_conf
CONF

if ! alive sshd; then
  # where it separates its privileges
  mkdir -p /run/sshd
  "$(command -v sshd)" -f "$ssh/sshd_config" -E "$log/sshd.log" < /dev/null || die "sshd does not start" "$log/sshd.log"
fi
wait_for 10 sshd ssh -F "$ssh/config" -o BatchMode=yes lab true
