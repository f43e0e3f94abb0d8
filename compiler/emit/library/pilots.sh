# Part of Locusts, the same for every swarm: `locusts build` puts it here, and nobody edits it.
# shellcheck shell=bash disable=SC2034,SC2154 # the parts share their variables
# ---- Pilots: several managers share a run, each with an end to its time -------------
#
# Managers are called p1, p2 and so on, and stand in a ring: each looks after those that follow it, up
# to the first that is alive, so that together they look at each about once an interval. Nobody compares
# the clocks of two machines: a heartbeat is a number that grows.

# What a pilot knows of itself and of others when it begins.
locusts_begin_pilot() {
  locusts_heartbeats=0 locusts_heartbeat_seconds=$((locusts_heartbeat_timeout / 4)) locusts_doubt='' locusts_last_round=$locusts_uptime
  ((locusts_heartbeat_seconds <= 10)) || locusts_heartbeat_seconds=10
  ((locusts_heartbeat_seconds > 0)) || locusts_heartbeat_seconds=1
  locusts_seen_incarnation=() locusts_seen_heartbeat=() locusts_seen_alive=() locusts_silent_seconds=()
  locusts_in_ring='' locusts_is_idle='' locusts_has_asked='' locusts_is_cut='' locusts_successor=''
  locusts_run_place=$PWD locusts_last_seen=$locusts_uptime locusts_trouble=''
  locusts_node_trouble=bad-node locusts_warned_at='' locusts_signalled=()
  printf -v locusts_begun_at '%(%s)T' -1
  locusts_begun_uptime=$locusts_uptime
  ! locusts_has_too_many_failures || locusts_stop_for too-many-failures "failed jobs: $locusts_failures"
  ((locusts_managers > 1)) || return 0
  [[ $locusts_name != p[1-9]*([0-9]) ]] || ((${locusts_name#p} > locusts_managers)) || locusts_in_ring=1
}

# Jobs run in a folder of the node's own disk, where there is one.
locusts_enter_scratch() {
  local place=$locusts_scratch/locusts.$locusts_incarnation.$$
  [[ $locusts_scratch ]] || return 0
  [[ -d $locusts_scratch ]] || locusts_made_scratch=1
  # Should this be killed, others find by it what to remove here.
  { printf '%s\n' "$place" "$locusts_made_scratch" >|"$locusts_home/scratch"; } 2>/dev/null
  if locusts_try_twice locusts_begin_scratch "$place"; then
    locusts_work=$place
  else
    locusts_blame_node || : # if that is so everywhere, the definition has to be changed
    locusts_stop_for bad-node "$locusts_host: its scratch folder $place cannot be used: $locusts_error"
    locusts_drop_folders "$place"
    locusts_scratch=''
  fi
}

locusts_begin_scratch() { # folder
  mkdir -p -- "$1/slots" && locusts_probe "$1" && printf '%s\n' "$PWD" >|"$1/run"
}

locusts_leave_scratch() {
  [[ $locusts_scratch ]] || return 0
  locusts_drop_folders "$locusts_work"
  [[ ! $locusts_made_scratch ]] || rmdir -- "$locusts_scratch" 2>/dev/null
  [[ -e $locusts_work ]] || rm -f -- "$locusts_home/scratch"
}

# A long task beside must not silence this manager.
locusts_give_heartbeat_if_due() {
  [[ $locusts_is_pilot ]] || return 0
  locusts_read_uptime
  ((locusts_uptime < locusts_next_heartbeat)) || locusts_give_heartbeat
}

# Gives a heartbeat. The first ones come sooner, so that others soon know us for alive.
locusts_give_heartbeat() {
  locusts_heartbeats=$((locusts_heartbeats + 1))
  locusts_read_uptime
  locusts_next_heartbeat=$((locusts_uptime + 100 * (locusts_heartbeats < locusts_heartbeat_seconds ? locusts_heartbeats : locusts_heartbeat_seconds)))
  # Where it cannot be written, or not where the others look, they do not see it.
  if locusts_heed_take_over; then
    locusts_last_seen=$locusts_uptime
  elif ! { printf '%s\n' "$locusts_heartbeats${locusts_is_idle:+ idle}" >|"managers/$locusts_incarnation.beat"; }; then
    locusts_trouble='it cannot be written to'
  elif [[ ! $locusts_run_place -ef . ]]; then
    locusts_trouble='what lies there now is not what this manager works in: it was unmounted or moved'
    [[ -e $locusts_run_place ]] || locusts_trouble='it is not there any more: it was unmounted, moved or removed'
  else
    locusts_last_seen=$locusts_uptime
    : >>"journal/$locusts_incarnation.tsv" # closing it has a network file system write out what it holds back
  fi
} 2>/dev/null

# Have others taken this one for dead, since it was suspended, and run its jobs now? Then it ends what it runs.
locusts_heed_take_over() {
  local heartbeat=''
  { read -r heartbeat <"managers/$locusts_incarnation.beat"; } 2>/dev/null
  [[ $heartbeat == finished* ]] || return
  [[ ! $locusts_stopping ]] || return 0
  locusts_stop_for signal
  locusts_is_taken_over=1
}

# Goes on as the next incarnation, in the place of one that others took for dead; unless there is one already.
locusts_begin_anew() { # options
  [[ $locusts_is_taken_over && ! -e managers/$locusts_name.$((${locusts_incarnation##*.} + 1)) ]] || return 0
  locusts_read_own_environment
  exec env -i -- "${locusts_entries[@]}" bash -p -- "$locusts_script" "$@" --run "$PWD"
}

# Others take who has given no heartbeat for dead, and run its jobs. So whoever cannot give one any
# more ends its own before that: the folder of the run has gone away, or cannot be written to.
locusts_check_own_heartbeat() {
  local seconds=$(((locusts_uptime - locusts_last_seen) / 100))
  ((seconds >= locusts_heartbeat_timeout - 2 * locusts_heartbeat_seconds && seconds > 0)) && [[ ! $locusts_lost ]] || return 0
  locusts_lost="$locusts_run_place on $locusts_host: $locusts_trouble"
  locusts_say "for $seconds s, others could not see that this manager is alive; $locusts_lost"
  locusts_stop_for signal
}

# Leaves the newest incarnation in a manager's place, with its heartbeat, in incarnation and heartbeat. Fails if it has
# not begun.
locusts_read_heartbeat() { # number
  incarnation=${locusts_seen_incarnation[$1]-0} heartbeat=''
  while [[ -e managers/p$1.$((incarnation + 1)) ]]; do incarnation=$((incarnation + 1)); done
  ((incarnation > 0)) || return
  locusts_seen_incarnation[$1]=$incarnation
  { read -r heartbeat <"managers/p$1.$incarnation.beat"; } 2>/dev/null || :
}

# Looks after the managers that follow this one. Those that left work behind, or were silent for too
# long, lose it to us. Leaves in locusts_doubt whether the one that is looked after may be dead.
locusts_look_after_others() {
  local step i incarnation heartbeat passed strangers=1
  locusts_read_uptime
  passed=$(((locusts_uptime - locusts_last_round) / 100))
  # Whoever was suspended in between has not seen the silence of others.
  locusts_last_round=$((locusts_last_round + 100 * passed)) # what is less than a second is not lost
  ((passed <= locusts_heartbeat_seconds)) || passed=$locusts_heartbeat_seconds
  locusts_doubt=''
  for ((step = 1; step < locusts_managers; step++)); do
    [[ ! $locusts_stopping ]] || return
    i=$(((${locusts_name#p} + step - 1) % locusts_managers + 1))
    locusts_read_heartbeat "$i" || continue # it has not begun
    case $heartbeat in
      *' idle') [[ ! $locusts_is_idle ]] || continue ;; # it has no jobs either, and looks after those that follow it
      finished* | continued*) continue ;;
      left*) locusts_take_over_all "p$i"; continue ;;
    esac
    if [[ "$incarnation $heartbeat" != "${locusts_seen_heartbeat[i]-}" ]]; then
      [[ ! ${locusts_seen_heartbeat[i]-} ]] || locusts_seen_alive[i]=1
      locusts_seen_heartbeat[i]="$incarnation $heartbeat"
      locusts_silent_seconds[i]=0
      [[ ! ${locusts_seen_alive[i]-} ]] || return
    else
      locusts_silent_seconds[i]=$((locusts_silent_seconds[i] + passed))
    fi
    if ((locusts_silent_seconds[i] >= locusts_heartbeat_timeout)); then
      locusts_take_over_all "p$i"
    elif ((locusts_silent_seconds[i] > locusts_heartbeat_seconds + 1)); then
      locusts_doubt=1
      strangers=$((strangers + 1)) # where one is silent others may be: they are looked at together
    elif [[ ${locusts_seen_alive[i]-} ]]; then
      return
    else
      locusts_doubt=1
      ((--strangers > 0)) || return
    fi
  done
}

# What has to be looked at now and then, beside the slots.
locusts_watch_others() {
  if ((locusts_uptime >= locusts_next_heartbeat)); then
    locusts_give_heartbeat
    locusts_check_own_heartbeat
    [[ ! -e cancelled ]] || locusts_stop_for signal # where the scheduler cannot be asked to end it
    if [[ $locusts_in_ring && ! $locusts_stopping ]]; then locusts_look_after_others; fi
    ! locusts_has_too_many_failures || locusts_stop_for too-many-failures "failed jobs: $locusts_failures"
  fi
  ((locusts_ends_at == 0)) || locusts_watch_end
  # Slots that had nothing to do any more have left.
  while ((${#locusts_inherited[@]} > 0 && ${#locusts_slot_pid[@]} < locusts_slots)) && [[ ! $locusts_stopping ]]; do
    locusts_start_slot
  done
}

# Leaves the seconds since 1970 in locusts_time, by a clock that nobody sets while this runs.
locusts_read_time() {
  locusts_read_uptime
  locusts_time=$((locusts_begun_at + (locusts_uptime - locusts_begun_uptime) / 100))
}

# Asks the scheduler something of a pilot: submit.sh knows how.
locusts_ask_scheduler() { # seconds options-of-submit.sh...
  timeout "$1" bash -p "$locusts_bundle/submit.sh" "${@:2}" </dev/null 2>/dev/null
}

# The scheduler sends word that the time ends soon, at times a minute early; when it ends, it says only
# when asked. It may have been given more time, too: so it is asked before we act on it.
locusts_ask_end() {
  local end
  locusts_is_warned=''
  [[ $locusts_allocation ]] || return 0
  end=$(locusts_ask_scheduler 8 --tell-end "$locusts_allocation")
  [[ $end != [1-9]*([0-9]) ]] || locusts_ends_at=$((end + locusts_ahead))
}

# Prints up to when a job must have been begun to have had as good as a whole walltime of its own.
locusts_find_first_share() {
  local whole=$((locusts_ends_at - locusts_begun_at))
  if ((2 * whole < locusts_walltime)); then
    printf 0 # nobody had
  else
    printf '%s' $((locusts_begun_at + (whole / 10 > locusts_closing ? whole / 10 : locusts_closing)))
  fi
}

# Towards the end no job is begun; those that still run get what time there is.
locusts_watch_end() {
  [[ ! $locusts_is_warned ]] || locusts_ask_end
  locusts_read_time
  ((locusts_time >= locusts_ends_at - locusts_closing)) || return 0
  if [[ ! $locusts_has_asked ]]; then
    locusts_has_asked=1
    locusts_ask_end
    ((locusts_time >= locusts_ends_at - locusts_closing)) || return 0
  fi
  locusts_stop_for walltime
  locusts_begin_successor
  ((locusts_time >= locusts_ends_at - locusts_grace - locusts_spare)) || return 0
  if [[ ! $locusts_is_cut ]]; then
    locusts_is_cut=term
    printf '%s\n' "$(locusts_find_first_share)" >|"$locusts_work/cut"
    locusts_signal_slots
  elif [[ $locusts_is_cut == term ]] && ((locusts_time >= locusts_ends_at - locusts_spare)); then
    locusts_is_cut='kill'
    locusts_signal_slots
  fi
}

# Leaves in locusts_entries the environment that this pilot was started with: what has become of it since is for this
# script alone, or for jobs.
locusts_read_own_environment() {
  local all entry
  locusts_entries=()
  mapfile -t -d '' all </proc/"$$"/environ
  for entry in "${all[@]}"; do [[ $entry != [A-Za-z_]*=* ]] || locusts_entries+=("$entry"); done
}

# The time ends soon, with work left: another pilot is to go on in the place of this one, and waits for
# it to end. The scheduler may not answer for a while, so this is begun early, and goes on beside the rest.
locusts_begin_successor() {
  local inbox
  [[ $locusts_stopping == @(walltime|bad-node) && ! $locusts_successor ]] || return 0
  ((locusts_nodes_may_submit && locusts_generation <= locusts_successors)) || return 0
  ((${#locusts_slot_pid[@]} > 0)) || locusts_has_work_left || return 0
  locusts_read_time
  (
    for inbox in "${locusts_inbox[@]}"; do exec {inbox}>&-; done
    exec {locusts_requests}>&-
    locusts_read_own_environment
    exec env -i -- "${locusts_entries[@]}" bash -p "$locusts_bundle/submit.sh" --run "$PWD" --first "${locusts_name#p}" --pilots 1 \
      --generation "$((locusts_generation + 1))" ${locusts_allocation:+--after "$locusts_allocation"} \
      --patience "$((locusts_ends_at - locusts_time > 5 ? locusts_ends_at - locusts_time - 3 : 2))" \
      </dev/null >|"$locusts_home/successor" 2>|"$locusts_home/successor.err"
  ) &
  locusts_successor=$!
}

# Waits for what was begun so. Leaves its id in locusts_its_id, empty if there is none.
locusts_await_successor() {
  locusts_its_id=''
  [[ $locusts_successor ]] || return
  while kill -0 "$locusts_successor" 2>/dev/null; do
    locusts_read_time
    ((locusts_time < locusts_ends_at - 1)) || kill "$locusts_successor" 2>/dev/null
    read -r -t 0.1 <> <(:)
  done
  read -r locusts_its_id <"$locusts_home/successor"
}

# Is another pilot to go on in the place of this one? Leaves in locusts_detail why there is none.
locusts_has_successor() {
  local words='' id='' first generation
  if ((locusts_generation > locusts_successors)); then
    locusts_detail="it was the last of $((locusts_successors + 1)) pilots in its place"
    return 1
  fi
  if ((! locusts_nodes_may_submit)); then # all that there is room for are submitted
    while IFS=$'\t' read -r id first _ generation; do
      [[ "$first $generation" != "${locusts_name#p} $((locusts_generation + 1))" ]] || return 0
    done < <(cat -- pilots/submitted*.tsv 2>/dev/null)
    words='the queue had no room for more of them'
  else
    locusts_begin_successor
    locusts_await_successor
    if [[ $locusts_its_id ]]; then
      locusts_note successor "$locusts_its_id"
      return
    fi
    read -r -d '' -n 2000 words <"$locusts_home/successor.err"
    words=${words//[$'\t\n']/ }
  fi
  locusts_chain_is_broken=broken-chain
  locusts_detail="no successor: ${words:-the scheduler did not answer in time}"
  return 1
}

# Is anything left that this manager could have done? Chunks are claimed in their order.
locusts_has_work_left() {
  [[ $locusts_has_left ]] || ((${#locusts_inherited[@]} > 0)) ||
    { ((locusts_chunks > 0)) && [[ ! -e claims/$locusts_chunks ]]; }
}

# Leaves word for those who look after this manager, and for its next incarnation: whether there is anything
# to take over.
locusts_say_farewell() {
  local word="left $locusts_stopping"
  if [[ $locusts_stopping == walltime ]]; then
    if ! locusts_has_work_left; then
      locusts_stopping=''
      locusts_await_successor
      [[ ! $locusts_its_id ]] || locusts_ask_scheduler 10 --withdraw "$locusts_its_id" # it would find nothing to do
    elif locusts_has_successor; then
      word=continued
    fi
  elif [[ $locusts_is_blamed ]] && ((locusts_managers == 1 && locusts_ends_at > 0)); then
    local why=$locusts_detail
    # Nobody else is there to go on with its jobs.
    if locusts_has_successor; then word=continued; fi
    locusts_detail=$why locusts_chain_is_broken=''
  fi
  [[ $locusts_stopping ]] || word=finished
  locusts_farewell=$word
}
