# Part of Locusts, the same for every swarm: `locusts build` puts it here, and nobody edits it.
# shellcheck shell=bash disable=SC2034,SC2154 # the parts share their variables
# ---- What Grid Engine, PBS and LSF say of an allocation, and what of it is true for one job ---
# For a manager that is started in one by hand.

locusts_allocations+=(others)
locusts_allocation_variables+=('SGE_*' 'PBS_*' 'LSB_*' NSLOTS NCPUS NHOSTS)

# In the environment of a slot.
locusts_share_others() {
  local entry
  for entry in NSLOTS NCPUS PBS_NCPUS PBS_NP PBS_NUM_PPN LSB_DJOB_NUMPROC LSB_MAX_NUM_PROCESSORS; do
    [[ ! -v $entry ]] || export "$entry=$locusts_job_cpus"
  done
  for entry in PBS_NUM_NODES NHOSTS; do
    [[ ! -v $entry ]] || export "$entry=1"
  done
  unset -v SGE_TASK_{ID,FIRST,LAST,STEPSIZE} PBS_ARRAYID PBS_ARRAY_{INDEX,ID} LSB_JOBINDEX{,_STEP}
}

# Their control groups and processor masks say what may be used, as far as anything does.
locusts_heed_others() { :; }

locusts_count_gpus_others() { :; }

# As SLURM's. What they call the number differs, and who is not in an allocation may have a variable of that name.
locusts_is_unbound_others() { # cores that may be used
  local entry
  [[ ${PBS_JOBID-}${LSB_JOBID-}${SGE_TASK_ID-} ]] || return 1
  for entry in NSLOTS NCPUS LSB_DJOB_NUMPROC; do
    [[ ${!entry-} != [1-9]*([0-9]) ]] || (($1 <= ${!entry})) || return 0
  done
  return 1
}
