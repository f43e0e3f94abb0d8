# Part of Locusts, the same for every swarm: `locusts build` puts it here, and nobody edits it.
# shellcheck shell=bash disable=SC2034,SC2154 # the parts share their variables
# ---- Where jobs differ in what they need: each try gets its share of this machine ---------------
# A slot asks for what its next try needs, and waits until that much is free. So wide and narrow jobs run
# beside one another, and never need more than there is.

# What is there to be shared. Who says how many jobs run at a time means as many cores as the narrowest need.
locusts_begin_shares() { # slots are given
  locusts_all_cores=$locusts_cores_for_jobs locusts_all_memory=$locusts_memory_for_jobs locusts_all_gpus=${#locusts_gpus[@]}
  if [[ $1 ]]; then
    locusts_all_cores=$((locusts_slots * locusts_job_cpus))
  elif ((locusts_all_cores == 0)); then
    locusts_all_cores=$locusts_cores
  fi
  [[ ! $locusts_pin ]] || ((locusts_all_cores <= ${#locusts_pins[@]})) || locusts_all_cores=${#locusts_pins[@]}
  ((locusts_all_memory > 0)) || locusts_all_memory=$locusts_memory
  locusts_free_cores=$locusts_all_cores locusts_free_memory=$locusts_all_memory locusts_free_gpus=$locusts_all_gpus
  locusts_most_at_once=1 # jobs that a slot gets: whoever waits holds no others back
}

# A slot asks for the share of its next try. One that needs more cores or memory than there are runs alone.
locusts_ask_share() { # slot "cores memory gpus"
  local slot=$1 cores memory gpus
  IFS=' ' read -r cores memory gpus <<<"$2"
  if ((gpus > locusts_all_gpus)); then
    printf 'lacks %s\n' "$locusts_all_gpus" >&"${locusts_inbox[slot]}"
    return
  fi
  ((cores <= locusts_all_cores)) || cores=$locusts_all_cores
  ((memory <= locusts_all_memory)) || memory=$locusts_all_memory
  locusts_wanted_cores[slot]=$cores locusts_wanted_memory[slot]=$memory locusts_wanted_gpus[slot]=$gpus
  locusts_waiting+=("$slot")
  locusts_grant_shares
}

# A slot runs no try at the moment.
locusts_return_share() { # slot
  local slot=$1 took
  [[ ${locusts_share_begun[slot]-} ]] || return 0
  locusts_read_uptime
  took=$((locusts_uptime - locusts_share_begun[slot]))
  ((took <= locusts_longest_try)) || locusts_longest_try=$took
  unset "locusts_share_begun[$slot]"
  locusts_free_cores=$((locusts_free_cores + locusts_wanted_cores[slot]))
  locusts_free_memory=$((locusts_free_memory + locusts_wanted_memory[slot]))
  locusts_free_gpus=$((locusts_free_gpus + locusts_wanted_gpus[slot]))
  locusts_return_devices "$slot"
}

# Lets tries begin for which there is enough, in the order in which they were asked for.
locusts_grant_shares() {
  local slot left=() first=''
  ((${#locusts_waiting[@]} > 0)) || return 0
  locusts_read_uptime
  for slot in "${locusts_waiting[@]}"; do
    [[ ${locusts_inbox[slot]-} ]] || continue # it is gone
    if [[ $locusts_stopping ]]; then
      printf 'end\n' >&"${locusts_inbox[slot]}"
    elif locusts_fits "$slot" && { [[ ! $first ]] || locusts_may_pass "$slot" "$first"; }; then
      locusts_grant_share "$slot"
    else
      left+=("$slot")
      [[ ! $first ]] || continue
      first=$slot
      [[ $slot == "$locusts_first_waiting" ]] || locusts_first_waiting=$slot locusts_first_since=$locusts_uptime
    fi
  done
  locusts_waiting=("${left[@]}")
}

locusts_fits() { # slot
  ((locusts_wanted_cores[$1] <= locusts_free_cores && locusts_wanted_memory[$1] <= locusts_free_memory &&
    locusts_wanted_gpus[$1] <= locusts_free_gpus))
}

# May a try that fits begin before the first one, which does not? As long as what is left is enough for that one,
# yes; else for three quarters of the time that the longest try has taken. From then on all that becomes free is
# kept for it, so that it waits for less than twice that time.
locusts_may_pass() { # slot first
  ((4 * (locusts_uptime - locusts_first_since) < 3 * locusts_longest_try)) || {
    ((locusts_wanted_cores[$1] == 0 || locusts_free_cores - locusts_wanted_cores[$1] >= locusts_wanted_cores[$2])) &&
      ((locusts_wanted_memory[$1] == 0 || locusts_free_memory - locusts_wanted_memory[$1] >= locusts_wanted_memory[$2])) &&
      ((locusts_wanted_gpus[$1] == 0 || locusts_free_gpus - locusts_wanted_gpus[$1] >= locusts_wanted_gpus[$2]))
  }
}

locusts_grant_share() { # slot
  local slot=$1
  locusts_free_cores=$((locusts_free_cores - locusts_wanted_cores[slot]))
  locusts_free_memory=$((locusts_free_memory - locusts_wanted_memory[slot]))
  locusts_free_gpus=$((locusts_free_gpus - locusts_wanted_gpus[slot]))
  locusts_share_begun[slot]=$locusts_uptime
  locusts_take_devices "$slot" "${locusts_wanted_gpus[slot]}" "${locusts_wanted_cores[slot]}"
  printf 'go %s %s\n' "$locusts_own_gpus" "$locusts_own_pins" >&"${locusts_inbox[slot]}"
}
