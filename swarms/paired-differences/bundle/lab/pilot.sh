#!/usr/bin/env bash
# generated from swarm.config.ts - do not edit
#
# The batch script of one pilot of the swarm paired-differences: runs the manager on a node for a while.
# submit.sh submits it, with the run's folder as its first argument.
#
#SBATCH --nodes=1
#SBATCH --cpus-per-task=4
#SBATCH --time=00:10:00
#SBATCH --signal=B:USR1@90
#SBATCH --open-mode=append
#SBATCH --requeue

if (($# != 3)) || [[ ! ${SLURM_JOB_ID-} ]]; then
  printf 'pilot.sh: it is for SLURM to run; submit it with: bash submit.sh --help\n' >&2
  exit 1
fi

trap : USR1 # the manager is to hear it; what comes before it begins says nothing new

# SLURM runs a copy of this script from elsewhere: the bundle is found by the run.
# Its number is its place in the array, after those of earlier arrays.
if [[ ! -e $1/run ]]; then
  printf 'pilot.sh: %s is not to be seen on %s: is its file system mounted there?\n' "$1" "${SLURMD_NODENAME-}" >&2
  exit 1
fi
run=$1 number=$(($2 + ${SLURM_ARRAY_TASK_ID:-1})) generation=$3

# Where SLURM does not say when the time ends, the walltime counts from now.
printf -v now '%(%s)T' -1
ends_at=${SLURM_JOB_END_TIME-} begun_at=${SLURM_JOB_START_TIME-} ahead=0
if [[ ! $ends_at =~ ^[1-9][0-9]*$ ]]; then
  ends_at=$((now + 600))
elif [[ $begun_at =~ ^[1-9][0-9]*$ ]] && ((now < begun_at || now > begun_at + 20)); then
  # That is SLURM's clock, and this node's may be another.
  clock=$(unset -v SLURM_CLUSTERS; SLURM_TIME_FORMAT=%s timeout 20 scontrol show config </dev/null 2>/dev/null | grep -m 1 '^Configuration data as of')
  clock=${clock##*[!0-9]}
  printf -v now '%(%s)T' -1
  if [[ $clock ]]; then
    ahead=$((now - clock))
  elif ((now < begun_at || now >= ends_at)); then
    ahead=$((now - begun_at))
  fi
  ((ahead < -2 || ahead > 2)) || ahead=0
  ends_at=$((ends_at + ahead))
fi

exec bash -p "$run/../../bundle/manager.sh" --run "$run" --name "p$number" --generation "$generation" \
  --ends-at "$ends_at" --ahead "$ahead"
