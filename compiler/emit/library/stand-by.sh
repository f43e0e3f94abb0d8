# Part of Locusts, the same for every swarm: `locusts build` puts it here, and nobody edits it.
# shellcheck shell=bash disable=SC2034,SC2154 # the parts share their variables
# ---- Standing by: this pilot has nothing left to do, and others still have jobs -------------

# Nobody waits for others, except for one that may have died, or that was suspended, while this one was at work: until it
# gives a heartbeat, has nothing to do either, or its jobs can be taken over.
locusts_stand_by() {
  locusts_doubt=''
  while [[ ! $locusts_stopping ]]; do
    if [[ $locusts_in_ring ]]; then
      locusts_begin_idleness
      locusts_look_after_others
    fi
    [[ $locusts_doubt ]] || ((${#locusts_inherited[@]} > 0)) || locusts_take_over_late_claims
    if ((${#locusts_inherited[@]} == 0)); then
      [[ $locusts_doubt ]] || return 0
      read -r -t 1 <> <(:)
    fi
    locusts_tick
    locusts_serve_all
  done
}

# What a heartbeat has said before does not tell whether who gave it is still at work: from here on, only a later one
# does. Of this one others need none: its own says so.
locusts_begin_idleness() {
  local i incarnation heartbeat
  [[ ! $locusts_is_idle ]] || return 0
  locusts_is_idle=1
  locusts_give_heartbeat
  locusts_seen_alive=()
  for ((i = 1; i <= locusts_managers; i++)); do
    if [[ p$i == "$locusts_name" ]] || ! locusts_read_heartbeat "$i"; then continue; fi
    [[ "$incarnation $heartbeat" != "${locusts_seen_heartbeat[i]-}" ]] || continue
    locusts_seen_heartbeat[i]="$incarnation $heartbeat"
    locusts_silent_seconds[i]=0
  done
}

# It is about to take over jobs of others. Should it die with them, these have to notice.
locusts_end_idleness() {
  [[ ${locusts_is_idle-} ]] || return 0
  locusts_is_idle=''
  locusts_give_heartbeat
}
