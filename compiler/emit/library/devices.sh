# Part of Locusts, the same for every swarm: `locusts build` puts it here, and nobody edits it.
# shellcheck shell=bash disable=SC2034,SC2154 # the parts share their variables
# ---- GPUs, and cores that jobs are bound to: each running job has its own -------------------

# Leaves what this machine's GPUs are called in locusts_gpus, as the site says it: numbers, UUIDs, parts of one.
locusts_find_gpus() {
  local device devices i scheduler
  locusts_gpu_count='' locusts_gpus=()
  for scheduler in "${locusts_allocations[@]}"; do "locusts_count_gpus_$scheduler"; done
  if [[ ${CUDA_VISIBLE_DEVICES-} ]]; then
    IFS=$', \t' read -r -a devices <<<"$CUDA_VISIBLE_DEVICES"
    for device in "${devices[@]}"; do
      # The first that is none ends the list for CUDA; SLURM names one so where a job has no GPU.
      [[ $device && $device != -1 && $device != NoDevFiles ]] || break
      locusts_gpus+=("$device")
    done
  elif [[ $locusts_gpu_count ]]; then
    for ((i = 0; i < locusts_gpu_count; i++)); do locusts_gpus+=("$i"); done
  else
    for device in /dev/nvidia[0-9]*; do [[ ! -e $device ]] || locusts_gpus+=("${device#/dev/nvidia}"); done
  fi
}

# Leaves the numbers of the cores that this process may use in locusts_pins. Where it may use those of others on this machine,
# too, each of its managers would bind jobs to the same ones: then none is bound.
locusts_find_pins() {
  local key value range core scheduler
  locusts_pins=()
  while read -r key value; do
    [[ $key == Cpus_allowed_list: ]] || continue
    for range in ${value//,/ }; do
      for ((core = ${range%-*}; core <= ${range#*-}; core++)); do locusts_pins+=("$core"); done
    done
  done </proc/self/status
  for scheduler in "${locusts_allocations[@]}"; do
    "locusts_is_unbound_$scheduler" "${#locusts_pins[@]}" || continue
    locusts_say "limits.pin: this allocation is not bound to cores of its own on $locusts_host: neither are its jobs"
    locusts_pin='' locusts_pins=()
    return
  done
  type -P taskset >/dev/null ||
    locusts_stop_for "$locusts_node_trouble" "$locusts_host has no taskset, by which limits.pin binds jobs to cores: install util-linux"
}

# Finds what each job has for itself; there are never more jobs at a time than it is enough for.
locusts_find_devices() {
  if ((locusts_most_gpus > 0)); then
    locusts_find_gpus
    # Where jobs differ, those that can have none of this machine fail one by one; the node of a pilot is to have what was asked for.
    ((locusts_most_gpus <= ${#locusts_gpus[@]})) || [[ $locusts_shares_by_job && ! $locusts_is_pilot ]] ||
      locusts_stop_for "$locusts_node_trouble" "$locusts_host: GPUs: a job needs $locusts_most_gpus, and there are ${#locusts_gpus[@]}"
    ((locusts_job_gpus == 0 || locusts_slots * locusts_job_gpus <= ${#locusts_gpus[@]})) ||
      locusts_slots=$((${#locusts_gpus[@]} / locusts_job_gpus))
  fi
  if [[ $locusts_pin ]]; then
    locusts_find_pins
  fi
  if [[ $locusts_pin ]]; then
    ((locusts_job_cpus <= ${#locusts_pins[@]})) ||
      locusts_stop_for "$locusts_node_trouble" "$locusts_host: a job is to be bound to $locusts_job_cpus cores of its own, and there are ${#locusts_pins[@]}"
    ((locusts_slots * locusts_job_cpus <= ${#locusts_pins[@]})) || locusts_slots=$((${#locusts_pins[@]} / locusts_job_cpus))
  fi
}

# Gives a slot the first so many that no other has: leaves them in locusts_own_gpus and locusts_own_pins,
# with commas between them; "-" where nothing is given out, "none" where the slot gets nothing of it.
locusts_take_devices() { # slot gpus cores
  local i left=$2
  locusts_own_gpus='' locusts_own_pins=''
  for i in "${!locusts_gpus[@]}"; do
    ((left > 0)) || break
    [[ ! ${locusts_gpu_owner[i]-} ]] || continue
    locusts_gpu_owner[i]=$1 locusts_own_gpus+=,${locusts_gpus[i]} left=$((left - 1))
  done
  left=$3
  for i in "${!locusts_pins[@]}"; do
    ((left > 0)) || break
    [[ ! ${locusts_pin_owner[i]-} ]] || continue
    locusts_pin_owner[i]=$1 locusts_own_pins+=,${locusts_pins[i]} left=$((left - 1))
  done
  locusts_own_gpus=${locusts_own_gpus#,} locusts_own_pins=${locusts_own_pins#,}
  locusts_own_pins=${locusts_own_pins:--}
  ((locusts_most_gpus > 0)) || locusts_own_gpus=-
  locusts_own_gpus=${locusts_own_gpus:-none}
}

locusts_return_devices() { # slot
  local i
  for i in "${!locusts_gpu_owner[@]}"; do [[ ${locusts_gpu_owner[i]} != "$1" ]] || unset "locusts_gpu_owner[$i]"; done
  for i in "${!locusts_pin_owner[@]}"; do [[ ${locusts_pin_owner[i]} != "$1" ]] || unset "locusts_pin_owner[$i]"; done
}
