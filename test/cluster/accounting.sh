#!/usr/bin/env bash
# Starts mariadb and slurmdbd: accounting (`sacct`), and the limits of a QOS. Needs munged, and slurm.conf.
set -euo pipefail
# shellcheck source=test/cluster/settings.sh
source "$(dirname "${BASH_SOURCE[0]}")/settings.sh"
export SLURM_CONF=$slurm_conf

start_database() {
  id mysql > /dev/null 2>&1 ||
    useradd --system --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin mysql
  # In a shared folder for temporary files, one that starts removes those of another.
  mkdir -p "$state/mysql/tmp"
  chown mysql: "$state/mysql" "$state/mysql/tmp"
  if [[ ! -d $state/mysql/data ]]; then
    rm -rf "$state/mysql/draft"
    mariadb-install-db --no-defaults --force --user=mysql --datadir="$state/mysql/draft" --tmpdir="$state/mysql/tmp" \
      --skip-test-db --auth-root-authentication-method=socket --innodb-log-file-size=8M > "$log/mariadb-install" 2>&1 ||
      die "mariadb-install-db fails" "$log/mariadb-install"
    mv "$state/mysql/draft" "$state/mysql/data"
  fi
  # Small, and without any care for a loss of power: it lives as long as the tests.
  setsid mariadbd --no-defaults --user=mysql --datadir="$state/mysql/data" --socket="$mysql_socket" \
    --tmpdir="$state/mysql/tmp" --skip-networking --pid-file="$state/mysql/pid" --innodb-buffer-pool-size=64M --innodb-log-file-size=8M \
    --innodb-flush-log-at-trx-commit=0 --innodb-flush-method=nosync --innodb-lock-wait-timeout=900 \
    --skip-log-bin --lc-messages-dir=/usr/share/mysql < /dev/null >> "$log/mariadbd" 2>&1 &
  echo $! > "$run/mariadbd.pid"
  wait_for 30 mariadbd mariadb --no-defaults --socket="$mysql_socket" --execute="select 1"
  mariadb --no-defaults --socket="$mysql_socket" --execute="
    create database if not exists slurm_acct_db;
    create user if not exists slurm@localhost identified by 'slurm';
    grant all on slurm_acct_db.* to slurm@localhost;"
}

start_slurmdbd() {
  local conf=$state/slurm/slurmdbd.conf
  cat > "$conf" << CONF
AuthType=auth/munge
AuthInfo=socket=$munge_socket
DbdHost=$host
DbdAddr=127.0.0.1
DbdPort=$((port_base + 2))
SlurmUser=slurm
LogFile=$log/slurmdbd.log
PidFile=$run/slurmdbd.pid
StorageType=accounting_storage/mysql
StorageHost=localhost
StorageUser=slurm
StoragePass=slurm
StorageLoc=slurm_acct_db
CommitDelay=1
CONF
  chown slurm: "$conf"
  chmod 600 "$conf"
  # It looks for its settings beside slurm.conf.
  MYSQL_UNIX_PORT=$mysql_socket setsid slurmdbd < /dev/null >> "$log/slurmdbd" 2>&1 ||
    die "slurmdbd does not start" "$log/slurmdbd" "$log/slurmdbd.log"
  wait_for 30 slurmdbd sacctmgr --noheader show cluster
}

# The account may use a QOS with limits that a test can reach: `tiny`.
add_associations() {
  sacctmgr --noheader --parsable2 show cluster format=cluster | grep -qx lab ||
    sacctmgr --immediate --quiet add cluster lab > /dev/null
  if ! sacctmgr --noheader --parsable2 show user "$account" format=user | grep -qx "$account"; then
    sacctmgr --immediate --quiet add qos tiny MaxSubmitJobsPerUser=10 MaxJobsPerUser=2
    sacctmgr --immediate --quiet add account lab cluster=lab
    sacctmgr --immediate --quiet add user "$account" account=lab qos=normal,tiny defaultqos=normal
    sacctmgr --immediate --quiet add user root account=lab
  fi > /dev/null
}

port_base=$(cat "$state/port-base")
alive mariadbd || start_database
alive slurmdbd || start_slurmdbd
add_associations
