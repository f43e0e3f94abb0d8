# Part of Locusts, the same for every swarm: `locusts build` puts it here, and nobody edits it.
# shellcheck shell=bash disable=SC2034,SC2154 # the parts share their variables
# ---- What this machine has for us -------------------------------------------------------

# Leaves the cores and the MiB that may be used here in locusts_cores and locusts_memory: a control
# group may allow less than the machine has, and so may the processors that we are bound to, or an
# allocation that this was started in.
locusts_measure_machine() {
  local key value
  locusts_cores=$(OMP_NUM_THREADS='' OMP_THREAD_LIMIT='' nproc) # it would say what these say
  [[ $locusts_cores == +([0-9]) ]] || locusts_cores=1
  locusts_memory=0
  while read -r key value _; do
    [[ $key != MemTotal: ]] || locusts_memory=$((value / 1024))
  done </proc/meminfo
  locusts_read_control_groups
  for key in "${locusts_allocations[@]}"; do "locusts_heed_$key"; done
}

# Control groups lie in one another, and each has its own limits; of version 1 there are several hierarchies.
locusts_read_control_groups() {
  local controllers path mount kind options group
  while IFS=: read -r _ controllers path; do
    while read -r _ mount kind options _; do
      case $kind:,$controllers, in
        cgroup2:,,) ;;
        cgroup:*,memory,*) [[ ,$options, == *,memory,* ]] || continue ;;
        cgroup:*,cpu,*) [[ ,$options, == *,cpu,* ]] || continue ;;
        *) continue ;;
      esac
      # In a container, what lies above is not to be seen, and the names may be those of outside.
      group=$mount${path%/}
      [[ -d $group ]] || group=$mount
      while :; do
        locusts_read_control_group "$group"
        [[ $group == "$mount"/* ]] || break
        group=${group%/*}
      done
    done </proc/self/mounts
  done </proc/self/cgroup
} 2>/dev/null

locusts_read_control_group() { # folder
  local bytes='' quota='' period='' file
  for file in memory.max memory.limit_in_bytes; do
    [[ ! -r $1/$file ]] || read -r bytes <"$1/$file"
  done
  # Version 1 says "no limit" by a number that is larger than all memory.
  if [[ $bytes == +([0-9]) ]] && ((${#bytes} < 19 && bytes / 1048576 < locusts_memory)); then
    locusts_memory=$((bytes / 1048576))
  fi
  if [[ -r $1/cpu.max ]]; then
    read -r quota period <"$1/cpu.max"
  elif [[ -r $1/cpu.cfs_quota_us ]]; then
    read -r quota <"$1/cpu.cfs_quota_us"
    read -r period <"$1/cpu.cfs_period_us"
  fi
  if [[ $quota == +([0-9]) && $period == [1-9]*([0-9]) ]] && ((quota / period < locusts_cores)); then
    locusts_cores=$((quota >= period ? quota / period : 1))
  fi
}

# How many jobs fit this machine at a time, if the definition does not say.
locusts_count_slots() {
  locusts_slots=$((locusts_cores / locusts_job_cpus))
  if ((locusts_job_memory > 0 && locusts_memory > 0 && locusts_memory / locusts_job_memory < locusts_slots)); then
    locusts_slots=$((locusts_memory / locusts_job_memory))
  fi
  ((locusts_slots > 0)) || locusts_slots=1
}
