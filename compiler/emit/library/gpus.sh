# Part of Locusts, the same for every swarm: `locusts build` puts it here, and nobody edits it.
# shellcheck shell=bash disable=SC2034,SC2154 # the parts share their variables
# ---- GPUs: each running job has its own ---------------------------------------------

# The GPUs of this machine, in groups that are enough for one job.
locusts_find_gpus() {
  local all=() device i scheduler
  locusts_gpu_count=''
  for scheduler in "${locusts_allocations[@]}"; do "locusts_count_gpus_$scheduler"; done
  if [[ ${CUDA_VISIBLE_DEVICES-} ]]; then
    IFS=, read -r -a all <<<"$CUDA_VISIBLE_DEVICES"
  elif [[ $locusts_gpu_count ]]; then
    for ((i = 0; i < locusts_gpu_count; i++)); do all+=("$i"); done
  else
    for device in /dev/nvidia[0-9]*; do [[ ! -e $device ]] || all+=("${device#/dev/nvidia}"); done
  fi
  locusts_gpu_groups=() locusts_slot_gpus=()
  for ((i = 0; i + locusts_job_gpus <= ${#all[@]}; i += locusts_job_gpus)); do
    device=$(IFS=,; printf '%s' "${all[*]:i:locusts_job_gpus}")
    locusts_gpu_groups+=("$device")
  done
  ((${#locusts_gpu_groups[@]} > 0)) ||
    locusts_stop_for "$locusts_node_trouble" "$locusts_host: a job needs $locusts_job_gpus GPUs, and there are ${#all[@]}"
  ((locusts_slots <= ${#locusts_gpu_groups[@]})) || locusts_slots=${#locusts_gpu_groups[@]}
}

# Each slot has GPUs of its own: those that no other has now.
locusts_choose_gpus() { # slot
  local group=0
  while [[ " ${locusts_slot_gpus[*]-} " == *" $group "* ]]; do group=$((group + 1)); done
  locusts_slot_gpus[$1]=$group
}
