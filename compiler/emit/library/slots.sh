# Part of Locusts, the same for every swarm: `locusts build` puts it here, and nobody edits it.
# shellcheck shell=bash disable=SC2034,SC2154 # the parts share their variables
# ---- Starting slots, as many as are of use -----------------------------------------------

locusts_few_slots=8 # so many are started at once, however few cores there are
locusts_between_looks=5 # hundredths of a second
locusts_slots_at_once=16 # that are started before others are answered again
locusts_long_part=1000000 locusts_long_job=250000 # microseconds that one of the first slots takes for its jobs, and for each of them

# Starts the slots; of many, at first no more than three for two cores. Further ones would make quick jobs slower, which keep
# the cores busy as it is: they are started as soon as jobs wait for something, or take their time.
locusts_start_slots() {
  local first=$(((3 * locusts_cores + 1) / 2))
  ((first < locusts_slots && locusts_slots > locusts_few_slots && locusts_stagger == 0)) || first=$locusts_slots
  locusts_slots_to_start=$((locusts_slots - first)) locusts_first_slots=$((locusts_last_slot + first)) locusts_seen_waiting=0
  locusts_read_uptime
  locusts_next_look=$((locusts_uptime + locusts_between_looks))
  while ((first-- > 0)); do locusts_start_slot || break; done
}

# Starts further slots, if they are of use.
locusts_start_more() {
  local more
  locusts_read_uptime
  ((locusts_uptime >= locusts_next_look)) || return 0
  locusts_next_look=$((locusts_uptime + locusts_between_looks))
  if [[ $locusts_stopping ]] || ! locusts_has_more; then
    locusts_slots_to_start=0
  elif locusts_are_slow || locusts_are_waiting; then
    for ((more = locusts_slots_at_once; more > 0 && locusts_slots_to_start > 0; more--)); do
      locusts_start_slot || break
      locusts_slots_to_start=$((locusts_slots_to_start - 1))
    done
    locusts_next_look=0
  fi
}

# Are there jobs that no slot has been given?
locusts_has_more() {
  ((locusts_list < locusts_lists || locusts_given < ${locusts_list_length[locusts_list]-0} ||
    locusts_frontier < locusts_chunks || ${#locusts_inherited[@]} > 0))
}

# Does any of the first slots take long for the jobs that it was given? Others may do so since they are so many.
locusts_are_slow() {
  local slot took
  locusts_read_clock
  for slot in "${!locusts_slot_pid[@]}"; do
    ((slot <= locusts_first_slots)) || break
    took=$((locusts_now - ${locusts_part_begun[slot]-$locusts_now}))
    ((took < locusts_long_part || took < locusts_part_size[slot] * locusts_long_job)) || return 0
  done
  return 1
}

# Do half of the first slots, or more, have jobs that wait for a disk, say, or for another machine, and did at the
# last look? Then cores may be idle.
locusts_are_waiting() {
  local slot pid child first=0 waiting=0
  for slot in "${!locusts_slot_pid[@]}"; do
    ((slot <= locusts_first_slots)) || break
    first=$((first + 1)) pid=${locusts_slot_pid[slot]}
    [[ -r /proc/$pid/task/$pid/children ]] || return 0 # this cannot be known here
    child=''
    { read -r child _ <"/proc/$pid/task/$pid/children"; } 2>/dev/null
    [[ ! $child ]] || locusts_is_busy "$child" || waiting=$((waiting + 1))
  done
  ((first > 0 && 2 * waiting >= first)) || { locusts_seen_waiting=0; return 1; }
  ((++locusts_seen_waiting >= 2))
}

# Does a process run, or any that it has started?
locusts_is_busy() { # pid
  local child children=()
  locusts_read_stat "$1" && [[ ${locusts_stat[0]} == [SDTt] ]] || return 0 # or it has just ended
  { IFS=' ' read -r -a children <"/proc/$1/task/$1/children"; } 2>/dev/null
  for child in "${children[@]}"; do
    ! locusts_is_busy "$child" || return 0
  done
  return 1
}

# Makes the environment that a slot is started with: the jobs' own, of which what would change the slot goes
# under other names. What a scheduler says of the whole allocation becomes what one job has of it.
locusts_share_out() {
  local entry
  for entry in "${locusts_aside[@]}"; do export "LOCUSTS_ASIDE_$entry"; done
  for entry in "${locusts_module_functions[@]}"; do
    eval "${entry%%'%%='*} ${entry#*=}" && export -f "${entry%%'%%='*}"
  done
  for entry in "${locusts_allocations[@]}"; do "locusts_share_$entry"; done
}

# A slot reads its answers from its standard input, whose other end this process alone holds:
# when the manager is killed, its slots notice.
locusts_start_slot() {
  local slot=$((locusts_last_slot + 1)) inbox limit
  locusts_last_slot=$slot
  if [[ $locusts_shares_by_job ]]; then # each try gets them
    locusts_own_gpus=- locusts_own_pins=-
  else
    locusts_take_devices "$slot" "$locusts_job_gpus" "$locusts_job_cpus"
  fi
  exec {inbox}> >(
    trap - INT QUIT # which bash 5.3 has it ignore, and so would all jobs
    for inbox in "${locusts_inbox[@]}"; do exec {inbox}>&-; done
    locusts_share_out
    export LOCUSTS_INCARNATION=$locusts_home LOCUSTS_SLOT=$locusts_home/$slot
    [[ $locusts_own_gpus == - ]] || locusts_show_gpus "$locusts_own_gpus"
    [[ $locusts_own_pins == - ]] || locusts_detach+=" taskset -c $locusts_own_pins"
    # shellcheck disable=SC2086 # some words, or none
    exec $locusts_detach "$BASH" -p -- "$locusts_script" --slot "$slot" --incarnation "$locusts_incarnation" $$ "$locusts_work" "$locusts_shared" \
      "$locusts_requests" "$locusts_machinery"
  ) || {
    # Each takes one of the files that this process may have open.
    locusts_slots_to_start=0
    limit="this process may have $(ulimit -n) files open: raise that by 'ulimit -n', or ask for fewer slots"
    if ((${#locusts_slot_pid[@]} > 0)); then
      locusts_say "no more than ${#locusts_slot_pid[@]} slots can be at work; $limit"
    else
      locusts_stop_for error "no slot can be started; $limit"
    fi
    return 1
  }
  locusts_slot_pid[slot]=$!
  locusts_inbox[slot]=$inbox
  locusts_slot_part[slot]='' locusts_part_size[slot]=1
  locusts_note slot "$slot" "$!"
}

# A slot has ended, or is gone.
locusts_forget_slot() { # slot
  local inbox=${locusts_inbox[$1]}
  exec {inbox}>&-
  unset "locusts_slot_pid[$1]" "locusts_inbox[$1]" "locusts_is_missed[$1]"
  if [[ $locusts_shares_by_job ]]; then locusts_return_share "$1"; else locusts_return_devices "$1"; fi
}

locusts_next_look=0 locusts_between_looks=500 # hundredths of a second

# Asks the slots whose job runs for long to write down what has ended before it: they have added nothing since the last look.
locusts_hurry_slots() {
  local slot ended waits=''
  locusts_next_look=$((locusts_uptime + locusts_between_looks))
  for slot in "${!locusts_slot_pid[@]}"; do
    ended=$locusts_work/slots/$slot.ended
    [[ -s $ended ]] || continue
    waits=1
    [[ $ended -nt $locusts_work/slots/look ]] || kill -URG "${locusts_slot_pid[slot]}"
  done
  [[ ! $waits ]] || printf . >|"$locusts_work/slots/look"
} 2>/dev/null

locusts_mute_slots=0 locusts_most_mute_slots=4

# A slot has ended before it asked for a job. If others do so one after another, they would be started for ever.
locusts_judge_mute_slot() {
  local words
  ((++locusts_mute_slots >= locusts_most_mute_slots)) || return 0
  words=$( (locusts_share_out; exec "$BASH" -p -- "$locusts_script" --version) 2>&1 >/dev/null)
  words=${words%%$'\n'*} words=${words##*: line +([0-9]): }
  locusts_stop_for error "on $locusts_host slots end before they take a job: ${words:-something ends bash there}"
}

# Asks the slots to end their jobs; the second time, whatever it takes.
locusts_signal_slots() {
  ((${#locusts_slot_pid[@]} == 0)) || kill -USR2 "${locusts_slot_pid[@]}" 2>/dev/null
}

# No more jobs are begun from here on.
locusts_stop_for() { # reason [detail]
  local word=''
  locusts_is_taken_over='' # whatever else it is, it does not go on afterwards
  # A signal ends what runs, too, whatever it was that stopped the manager before.
  [[ ! $locusts_stopping || $1 == signal && $locusts_stopping != signal ]] || return 0
  locusts_stopping=$1
  locusts_detail=${2-}
  # It has a word in it where what runs is to end, too: of two signals at once bash can lose one, since the handler of the
  # one leaves by a jump, and takes that of the other with it.
  [[ $1 != signal ]] || word=signal
  { printf '%s' "$word" >|"$locusts_work/stop"; } 2>/dev/null || locusts_signal_slots
  if [[ $locusts_stopping == signal ]]; then
    # A scheduler's SIGKILL may come sooner.
    [[ ! $locusts_allocation ]] || ((locusts_signal_grace >= locusts_grace)) || locusts_grace=$locusts_signal_grace
    # Not from the clock now: a trap may have come in the middle of a `read -t`, and another read would take
    # its time limit away, so that it waits for ever.
    locusts_stop_deadline=''
    locusts_signal_slots
  fi
}
