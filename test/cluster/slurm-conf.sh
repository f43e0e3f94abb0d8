#!/usr/bin/env bash
# Writes slurm.conf and cgroup.conf for a cluster of four nodes on this one machine.
#
# Jobs begin at once and nodes are missed soon, so that tests need not wait; all else is as it is
# on clusters. A partition for each thing that can be wrong with one: `short` has a limit of a
# minute, `down` never starts anything, `hidden` is shown to those alone who ask for it, and jobs of
# `urgent` go before those of `requeued`, `cancelled` and `suspended`, which are named after what becomes of
# theirs. Of the licence `scarce` there is one.
set -euo pipefail
# shellcheck source=test/cluster/settings.sh
source "$(dirname "${BASH_SOURCE[0]}")/settings.sh"

# Ports that nobody listens on, below those that the kernel gives away by itself.
choose_ports() {
  local base address status port
  local -A taken=()
  while read -r _ address _ status _; do
    [[ $status != 0A ]] || taken[$((16#${address##*:}))]=1
  done < /proc/net/tcp
  for ((base = 20000 + 16#${digest:4:4} % 200 * 50; ; base += 50)); do
    for ((port = base; port < base + 50; port++)); do
      [[ -z ${taken[$port]-} ]] || continue 2
    done
    echo "$base"
    return
  done
}

# Whether memory can be limited by control groups, as clusters do it.
has_cgroups() {
  local name probe
  for name in memory freezer cpuacct; do
    probe=/sys/fs/cgroup/$name/locusts-probe-$$
    mkdir "$probe" && [[ -e $probe/tasks ]] && rmdir "$probe" || return 1
  done 2> /dev/null
}

[[ -s $state/port-base ]] || choose_ports > "$state/port-base"
port_base=$(cat "$state/port-base")
mkdir -p "$(dirname "$slurm_conf")"

if has_cgroups; then
  echo true > "$state/memory-control"
  tracking="ProctrackType=proctrack/cgroup
TaskPlugin=task/cgroup
JobAcctGatherType=jobacct_gather/cgroup"
  limits="ConstrainRAMSpace=yes
ConstrainSwapSpace=no
ConstrainCores=no
ConstrainDevices=no"
else
  echo false > "$state/memory-control"
  tracking="ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/linux
JobAcctGatherParams=OverMemoryKill"
  limits="CgroupPlugin=cgroup/v1
CgroupAutomount=no"
fi
printf '%s\n' "$limits" > "$(dirname "$slurm_conf")/cgroup.conf"

cat > "$slurm_conf" << CONF
ClusterName=lab
SlurmctldHost=$host(127.0.0.1)
SlurmctldPort=$((port_base + 1))
CommunicationParameters=NoInAddrAny,NoCtldInAddrAny
SlurmUser=slurm
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket=$munge_socket,cred_expire=5
CredType=cred/munge
StateSaveLocation=$state/slurmctld
SlurmdSpoolDir=$state/slurmd/%n
SlurmctldPidFile=$run/slurmctld.pid
SlurmdPidFile=$run/slurmd.%n.pid
SlurmctldLogFile=$log/slurmctld.log
SlurmdLogFile=$log/slurmd.%n.log
MailProg=/bin/true
Prolog=$state/slurm/prolog
SwitchType=switch/none
MpiDefault=none
$tracking
JobAcctGatherFrequency=task=1
ReturnToService=2
SlurmctldTimeout=10
SlurmdTimeout=5
InactiveLimit=0
MinJobAge=300
KillWait=2
OverTimeLimit=0
CompleteWait=0
Waittime=0
MessageTimeout=10
SlurmdParameters=config_overrides
SelectType=select/cons_tres
SelectTypeParameters=CR_Core_Memory
DefMemPerCPU=100
SchedulerType=sched/backfill
SchedulerParameters=sched_interval=1,sched_min_interval=0,batch_sched_delay=0,bf_interval=1,bf_min_age_reserve=0,default_queue_depth=10000,sched_max_job_start=0,max_array_tasks=100000
PriorityType=priority/basic
MaxArraySize=1001
MaxJobCount=10000
JobRequeue=1
AccountingStorageType=accounting_storage/slurmdbd
AccountingStorageHost=127.0.0.1
AccountingStoragePort=$((port_base + 2))
AccountingStoragePass=$munge_socket
AccountingStorageEnforce=limits,qos,safe
JobCompType=jobcomp/none
NodeName=$nodes NodeHostname=$host NodeAddr=127.0.0.1 Port=[$((port_base + 11))-$((port_base + 10 + node_count))] CPUs=$node_cpus Boards=1 SocketsPerBoard=1 CoresPerSocket=$node_cpus ThreadsPerCore=1 RealMemory=$node_memory State=UNKNOWN
PreemptType=preempt/partition_prio
PreemptMode=SUSPEND,GANG
Licenses=scarce:1,none:0
PartitionName=main Nodes=ALL Default=YES MaxTime=INFINITE DefaultTime=60 PreemptMode=OFF State=UP
PartitionName=hidden Nodes=ALL Hidden=YES MaxTime=INFINITE PreemptMode=OFF State=UP
PartitionName=requeued Nodes=ALL MaxTime=INFINITE PreemptMode=REQUEUE State=UP
PartitionName=cancelled Nodes=ALL MaxTime=INFINITE PreemptMode=CANCEL State=UP
PartitionName=suspended Nodes=ALL MaxTime=INFINITE PreemptMode=SUSPEND OverSubscribe=FORCE:1 State=UP
PartitionName=urgent Nodes=ALL MaxTime=INFINITE PriorityTier=10 PreemptMode=OFF State=UP
PartitionName=short Nodes=ALL MaxTime=1 DefaultTime=1 State=UP
PartitionName=down Nodes=ALL State=DOWN
CONF
chmod 644 "$slurm_conf"

# A test may have it fail on one node.
cat > "$(dirname "$slurm_conf")/prolog" << PROLOG
#!/bin/bash
[[ ! -e $state/bad-prolog ]] || [[ \$(< $state/bad-prolog) != "\$SLURMD_NODENAME" ]]
PROLOG
chmod 755 "$(dirname "$slurm_conf")/prolog"
