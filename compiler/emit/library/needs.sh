# Part of Locusts, the same for every swarm: `locusts build` puts it here, and nobody edits it.
# shellcheck shell=bash disable=SC2034,SC2154 # the parts share their variables
# ---- Where jobs differ in what they need: a slot's side of it ------------------------------

# Leaves in locusts_need what a field of the run list says of the try at hand: one number for all tries, or
# one for each.
locusts_read_need() { # field
  local IFS=, tries
  # shellcheck disable=SC2206 # numbers, to be split
  tries=($1)
  locusts_need=${tries[locusts_try - 1]-${tries[0]}}
}

# Finds out what the try at hand needs, and waits until it is free. Fails if no more jobs are begun before, or
# if there are not so many GPUs.
locusts_await_needs() {
  if [[ $locusts_time_by_job ]]; then
    locusts_read_need "$locusts_need_seconds"
    locusts_time_limit=$locusts_need
  fi
  [[ $locusts_shares_by_job ]] || return 0
  locusts_read_need "$locusts_need_cpus"
  locusts_job_cpus=$locusts_need
  locusts_read_need "$locusts_need_memory"
  locusts_job_memory=$locusts_need
  locusts_read_need "$locusts_need_gpus"
  locusts_job_gpus=$locusts_need
  printf 'need %s %s %s %s\n' "$locusts_slot" "$locusts_job_cpus" "$locusts_job_memory" "$locusts_job_gpus" >&3
  locusts_hear
  if [[ $locusts_heard == 'lacks '* ]]; then
    locusts_give_up "GPUs: it needs $locusts_job_gpus, and there are ${locusts_heard#* }"
    return
  fi
  locusts_own_pins=${locusts_heard##* } locusts_own_gpus=${locusts_heard#* }
  locusts_own_gpus=${locusts_own_gpus%% *}
  if [[ $locusts_heard != 'go '* ]]; then
    locusts_left=1
    return 1
  fi
  # Not before: several may have waited for what becomes free at once.
  [[ $locusts_stagger == 0 ]] || locusts_await_turn
}

# Tells a job, in its own shell, what of the machine is its share.
locusts_take_share() {
  local entry
  for entry in "${locusts_thread_variables[@]}"; do export "$entry=$locusts_job_cpus"; done
  for entry in "${locusts_allocations[@]}"; do "locusts_share_$entry"; done
  [[ $locusts_own_gpus == - ]] || locusts_show_gpus "${locusts_own_gpus/#none/}"
  [[ $locusts_own_pins == - ]] || taskset -c -p "$locusts_own_pins" "$BASHPID" >/dev/null || exit 1
}
