# Part of Locusts, the same for every swarm: `locusts build` puts it here, and nobody edits it.
# shellcheck shell=bash disable=SC2034,SC2154 # the parts share their variables
# ---- What SLURM says of an allocation, and what of it is true for one job ----------------
# For whatever is started in one: a pilot, or a manager by hand, as under `srun --pty bash`.

locusts_allocations+=(slurm)
locusts_allocation_variables+=('SLURM_*')

# In the environment of a slot.
locusts_share_slurm() {
  local entry
  for entry in SLURM_{CPUS_PER_TASK,CPUS_ON_NODE,JOB_CPUS_PER_NODE}; do
    [[ ! -v $entry ]] || export "$entry=$locusts_job_cpus"
  done
  for entry in SLURM_{NTASKS,NPROCS,NTASKS_PER_NODE,TASKS_PER_NODE,NNODES,JOB_NUM_NODES}; do
    [[ ! -v $entry ]] || export "$entry=1"
  done
  if [[ -v SLURM_MEM_PER_NODE ]] && ((locusts_job_memory > 0)); then
    export SLURM_MEM_PER_NODE=$locusts_job_memory
  else
    unset -v SLURM_MEM_PER_NODE
  fi
  if ((locusts_most_gpus > 0)); then
    for entry in SLURM_{GPUS,GPUS_ON_NODE,GPUS_PER_NODE,GPUS_PER_TASK}; do
      [[ ! -v $entry ]] || export "$entry=$locusts_job_gpus"
    done
    unset -v SLURM_JOB_GPUS
  fi
  # A job is no task of a step that the manager was started in, as by `srun --pty bash`: one that uses MPI
  # would wait for that step's others.
  unset -v "${!SLURM_STEP@}" "${!SLURM_SRUN_@}" "${!SLURM_PTY_@}" "${!PMI@}" SLURM_LAUNCH_NODE_IPADDR SLURM_MPI_TYPE
  # These say nothing that is true of one job.
  unset -v SLURM_ARRAY_{JOB_ID,TASK_ID,TASK_COUNT,TASK_MAX,TASK_MIN,TASK_STEP} SLURM_MEM_PER_{CPU,GPU} \
    SLURM_TRES_PER_{TASK,JOB,NODE} SLURM_NTASKS_PER_{CORE,SOCKET,GPU} SLURM_CPUS_PER_GPU SLURM_DISTRIBUTION \
    SLURM_CPU_BIND{,_LIST,_TYPE,_VERBOSE} SLURM_{PROCID,LOCALID,GTIDS,TASK_PID}
}

# Has a job see its own GPUs alone, in each of the variables in which SLURM lists all of them, in the same order. AMD's programs
# count what the others name among what ROCR_VISIBLE_DEVICES does: so that one stays as it is, unless the job has none.
locusts_show_gpus() { # what they are called, with commas between them
  local IFS=, entry own i names=(HIP_VISIBLE_DEVICES GPU_DEVICE_ORDINAL ZE_AFFINITY_MASK) all list
  [[ $1 ]] || names+=(ROCR_VISIBLE_DEVICES)
  # shellcheck disable=SC2206 # names, to be split
  all=(${CUDA_VISIBLE_DEVICES-})
  for entry in "${names[@]}"; do
    [[ -v $entry ]] || continue
    # shellcheck disable=SC2206 # the same
    own='' list=(${!entry})
    for i in "${!list[@]}"; do
      [[ ",$1," != *",${all[i]-$i},"* ]] || own+=,${list[i]}
    done
    export "$entry=${own#,}"
  done
  export CUDA_VISIBLE_DEVICES=$1
}

# Of the machine: not every cluster sees to it that nobody takes more than it was given. Where `salloc`
# starts a shell on the login node, no node is named, and what is said is about others.
locusts_heed_slurm() {
  local memory=${SLURM_MEM_PER_NODE-}
  [[ ${SLURMD_NODENAME-} && ${SLURM_CPUS_ON_NODE-} == [1-9]*([0-9]) ]] || return 0
  ((SLURM_CPUS_ON_NODE >= locusts_cores)) || locusts_cores=$SLURM_CPUS_ON_NODE
  [[ ${SLURM_MEM_PER_CPU-} != [1-9]*([0-9]) ]] || memory=$((SLURM_MEM_PER_CPU * SLURM_CPUS_ON_NODE))
  [[ $memory != [1-9]*([0-9]) ]] || ((memory >= locusts_memory)) || locusts_memory=$memory
}

# Leaves how many GPUs there are in locusts_gpu_count, where it is said.
locusts_count_gpus_slurm() {
  [[ ${SLURM_GPUS_ON_NODE-} != +([0-9]) ]] || locusts_gpu_count=$SLURM_GPUS_ON_NODE
}

# Does SLURM let this allocation use more cores than are its own? Then it binds nothing to cores, and others may be on the
# node that are told of the same ones; unless it has all that the node has for jobs.
locusts_is_unbound_slurm() { # cores that may be used
  local node
  [[ ${SLURMD_NODENAME-} && ${SLURM_CPUS_ON_NODE-} == [1-9]*([0-9]) ]] && (($1 > SLURM_CPUS_ON_NODE)) || return 1
  node=$(unset -v SLURM_CLUSTERS; timeout 10 scontrol --all --oneliner show node "$SLURMD_NODENAME" </dev/null 2>/dev/null)
  [[ ! $node =~ \ CPU(Efctv|Tot)=([1-9][0-9]*) ]] || ((SLURM_CPUS_ON_NODE < BASH_REMATCH[2]))
}
