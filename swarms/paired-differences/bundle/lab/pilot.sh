#!/usr/bin/env bash
# generated from swarm.config.ts - do not edit
#
# The batch script of one pilot of the swarm paired-differences: runs the manager on a node for a while.
# submit.sh submits it, with the run's folder as its first argument.
#
#SBATCH --nodes=1
#SBATCH --ntasks=1
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
ends_at=${SLURM_JOB_END_TIME-}
if [[ $ends_at != [1-9]*([0-9]) ]]; then
  printf -v ends_at '%(%s)T' -1
  ends_at=$((ends_at + 600))
fi

exec bash -p "$run/../../bundle/manager.sh" --run "$run" --name "p$number" --generation "$generation" \
  --ends-at "$ends_at"
