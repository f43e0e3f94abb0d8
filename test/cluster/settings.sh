# shellcheck shell=bash
# What the other scripts here share: where things lie, how they are called, and how daemons are
# watched. To be sourced.
#
# Each checkout has clusters of its own, the first and what LOCUSTS_TEST_CLUSTER calls by another
# name: each with its own folder, ports, account and node names (the kernel knows a node's control
# groups by its name).
# shellcheck disable=SC2034  # for the scripts that source this one

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
digest=$(sha256sum <<< "$here${LOCUSTS_TEST_CLUSTER:+ $LOCUSTS_TEST_CLUSTER}")
# Four letters for this cluster; no digits, since SLURM counts nodes with those.
tag=$(tr 0-9 g-p <<< "${digest:0:4}")

# Its parents must be open to the test account, which a TMPDIR of root's may not be.
state=/tmp/locusts-test-$tag
account=locusts-$tag
home=$state/home
node_count=4
node_cpus=2
node_memory=2000  # MB
nodes="${tag}[1-$node_count]"
host=$(cut -d . -f 1 /proc/sys/kernel/hostname)

# The programs' settings, and the pipes by which they are found.
slurm_conf=$state/slurm/slurm.conf
munge_socket=$state/munge/munge.socket
mysql_socket=$state/mysql/socket
run=$state/run  # pid files
log=$state/log

export PATH=/usr/sbin:/sbin:/usr/bin:/bin:$PATH
unset SLURM_TIME_FORMAT

say() { printf 'test cluster: %s\n' "$*" >&2; }

# die WORDS [LOG…]: with the last lines of these logs.
die() {
  local file
  say "$1"
  for file in "${@:2}"; do
    [[ ! -f $file ]] || tail -n 15 "$file" >&2
  done
  exit 1
}

# gone PID: a zombie is gone, too. The first process of some containers takes seconds to bury one.
gone() {
  local status
  status=$(sed 's/.*) //' "/proc/$1/stat" 2> /dev/null) || return 0
  [[ -z $status || $status == [ZX]* ]]
}

# alive NAME [PROGRAM]: whether the pid file NAME names a process that is (still) this program.
alive() {
  local pid program
  pid=$(cat "$run/$1.pid" 2> /dev/null) && [[ -n $pid ]] || return 1
  program=$(cat "/proc/$pid/comm" 2> /dev/null) || return 1
  [[ $program == "${2:-$1}"* ]] && ! gone "$pid"
}

# wait_for SECONDS WHAT COMMAND…
wait_for() {
  local end=$((SECONDS + $1)) what=$2
  shift 2
  until "$@" < /dev/null > /dev/null 2>&1; do
    if ((SECONDS >= end)); then
      timeout 5 "$@" >&2 || true
      die "waited in vain for $what"
    fi
    sleep 0.03
  done
}
