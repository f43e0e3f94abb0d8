#!/usr/bin/env bash
# Makes the account that tests log in to: an ordinary one, with a home of its own in the state
# folder, and a password nobody else knows. Prints `ACCOUNT HOME`, and the password on a line of its own.
set -euo pipefail
# shellcheck source=test/cluster/settings.sh
source "$(dirname "${BASH_SOURCE[0]}")/settings.sh"

mkdir -p "$state"
chmod 755 "$state"
exec 9> "$state/account.lock"
flock 9

mkdir -p "$home"
if [[ ! -s $state/password ]]; then
  (umask 077 && head -c 12 /dev/urandom | od -An -tx1 | tr -d ' \n' > "$state/password")
fi
if ! id "$account" > /dev/null 2>&1; then
  useradd --no-create-home --home-dir "$home" --shell /bin/bash "$account" 9>&-
fi
if [[ ! -e $home/.bashrc ]]; then
  cp /etc/skel/.profile /etc/skel/.bashrc "$home/" 2> /dev/null || true
  chown -R "$account:" "$home"
  chmod 700 "$home"
  # from standard input, since a process list is no place for it
  printf '%s:%s\n' "$account" "$(cat "$state/password")" | chpasswd
fi
printf '%s %s\n%s\n' "$account" "$home" "$(cat "$state/password")"
