# Part of Locusts, the same for every swarm: `locusts build` puts it here, and nobody edits it.
# shellcheck shell=bash disable=SC2034,SC2154 # the parts share their variables
# ---- Serving the slots -----------------------------------------------------------

# A slot asks for jobs. It gets some of a list for itself: the more, the quicker it was with the last ones.
# When all are given out, it helps where a slot is still at work, or was killed: at its part of a list.
locusts_answer_next() { # slot
  local slot=$1 list part size left
  locusts_mute_slots=0
  part=${locusts_slot_part[slot]}
  [[ ! $part ]] || unset "locusts_parts_at_work[$part]" # whoever has gone through one has left none that is free
  while ((locusts_given >= ${locusts_list_length[locusts_list]-0})); do
    if ((locusts_list >= locusts_lists)) && ! locusts_open_next; then
      locusts_help_others "$slot"
      return
    fi
    locusts_list=$((locusts_list + 1)) locusts_given=0
  done
  list=$locusts_list left=$((locusts_list_length[locusts_list] - locusts_given))
  locusts_choose_size "$slot"
  part=$list:$locusts_given
  locusts_slot_part[slot]=$part
  # shellcheck disable=SC2004 # its keys are texts
  locusts_parts_at_work[$part]=$size
  locusts_give_part "$slot" "$part" -
  locusts_given=$((locusts_given + size))
  # One chunk is made ready ahead, while the slots are busy; where several managers share the run,
  # it might be one that another had nothing else to do than.
  ((locusts_managers > 1 || list < locusts_lists)) || locusts_open_next
}

locusts_most_at_once=64 # jobs that a slot gets
locusts_quick_part=100000 locusts_slow_part=500000 # microseconds that it took for its part: then it gets more, or one

# How many jobs does the slot get? Leaves it in size. At the end of the lists there is something for all.
locusts_choose_size() { # slot
  local took share
  locusts_read_clock
  took=$((locusts_now - ${locusts_part_begun[$1]-0}))
  locusts_part_begun[$1]=$locusts_now
  size=${locusts_part_size[$1]}
  if ((took >= locusts_slow_part)); then # or it is the first one
    size=1
  elif ((took < locusts_quick_part && size < locusts_most_at_once)); then
    size=$((2 * size))
  fi
  locusts_part_size[$1]=$size
  share=$((left / (2 * ${#locusts_slot_pid[@]})))
  ((locusts_list < locusts_lists || locusts_frontier < locusts_chunks || size <= share)) || size=$((share > 0 ? share : 1))
  ((size <= left)) || size=$left
}

# No job is left that nobody has: the slot goes through the part of another, if there is one.
locusts_help_others() { # slot
  local part
  for part in "${!locusts_parts_at_work[@]}"; do
    locusts_slot_part[$1]=$part
    locusts_give_part "$1" "$part" helps
    return
  done
  locusts_slot_part[$1]=''
  printf 'end\n' >&"${locusts_inbox[$1]}"
}

locusts_give_part() { # slot part helps
  local list=${2%:*}
  printf 'list %s %s %s %s %s %s\n' "$list" "${locusts_list_chunk[list]}" "${2#*:}" "${locusts_parts_at_work[$2]}" "$3" "${locusts_list_file[list]}" \
    >&"${locusts_inbox[$1]}"
}

# Ends the jobs that have run for too long. Only time counts in which a job could run: none while it is
# stopped, or all of us are, as a batch system may do it. Leaves in locusts_next_limit when the next look is due,
# if that is before the next tick.
locusts_watch_time() {
  local slot job pid limit left spent passed
  locusts_read_uptime
  locusts_read_clock
  passed=$((locusts_uptime - locusts_last_watch))
  locusts_last_watch=$locusts_uptime locusts_next_limit=''
  ((passed <= 300)) || passed=300 # looks are a second apart, if nothing holds us up
  for slot in "${!locusts_slot_pid[@]}"; do
    job=''
    { read -r job <"$locusts_work/slots/$slot"; } 2>/dev/null
    spent=$passed
    if [[ $job != "${locusts_timed_job[slot]-}" ]]; then
      locusts_timed_job[slot]=$job locusts_time_spent[slot]=0
      [[ $job ]] || continue
      # It has begun since the last look, whatever the clock says.
      spent=${job#* }
      spent=$(((locusts_now - ${spent%% *}) / 10000))
      ((spent >= 0)) || spent=0
      ((spent <= passed)) || spent=$passed
    fi
    [[ $job ]] || continue
    pid=${job%% *} limit=${job##* }
    locusts_is_suspended "$pid" || locusts_time_spent[slot]=$((locusts_time_spent[slot] + spent))
    left=$((100 * limit + 2 - locusts_time_spent[slot])) # what was rounded must not cut it short
    if ((left > 0)); then
      ((left >= 100 || (locusts_next_limit && locusts_next_limit <= locusts_uptime + left))) ||
        locusts_next_limit=$((locusts_uptime + left))
      continue
    fi
    if [[ ! -e $locusts_work/slots/timeout.$pid ]]; then
      # Not before the slot can see why: it is asked again a second later.
      { : >"$locusts_work/slots/timeout.$pid"; } 2>/dev/null || continue
      locusts_signal_job TERM "$pid" 2>/dev/null
    elif ((locusts_time_spent[slot] >= 100 * (limit + locusts_grace))); then
      [[ ! ${locusts_contained+set} ]] || locusts_kill_below "$pid"
      locusts_signal_job KILL "$pid" 2>/dev/null
      # A slot does not wait for ever for what hangs in the kernel.
      ((locusts_time_spent[slot] < 100 * (limit + locusts_grace) + locusts_longest_dying)) ||
        { printf 'stuck\n' >|"$locusts_work/slots/timeout.$pid" && kill -USR1 "${locusts_slot_pid[slot]}"; } 2>/dev/null
    fi
  done
}

# A slot that is gone without a word was killed, as a rule by its job: that job has failed. What
# else the slot had not written down is run again in the end. Another slot takes its place.
locusts_replace_slot() { # slot [refused]
  local slot=$1 fields number='' try start place line=failed now token
  locusts_forget_slot "$slot"
  [[ ${2-} ]] || locusts_end_what_remains "$locusts_incarnation" "$slot"
  locusts_lost_slots=1 locusts_has_left=1
  while IFS=$'\t' read -r -a fields; do
    locusts_is_whole || continue
    case ${fields[0]} in
      start)
        if [[ ${fields[locusts_at_slot]} == "$slot" ]]; then
          number=${fields[locusts_at_job]} try=${fields[locusts_at_attempt]} start=${fields[locusts_at_start]}
          place=${fields[locusts_at_place]##*/} # below this manager's folder, where its logs are published
        fi
        ;;
      done | failed | again | stopped) [[ ${fields[locusts_at_job]} != "$number" ]] || number='' ;;
    esac
  done <"journal/$locusts_incarnation.tsv"
  # What had ended well before is not to blame.
  if [[ -e $locusts_work/slots/$slot.ended ]]; then
    while IFS='' read -r -d '' token; do
      [[ $token != "done"$'\t'"$number"$'\t'* ]] || number=''
    done <"$locusts_work/slots/$slot.ended"
  fi
  if [[ $number ]]; then
    printf -v now '%(%s)T999' -1
    if [[ $locusts_stopping ]]; then
      line=stopped
    elif ((try <= locusts_retries)) && [[ " $locusts_retry_on " == *' signal '* ]]; then
      line=again
    fi
    if [[ ${2-} ]]; then
      locusts_note stopped "$number" "$try" stopped 254 "$start" "$now" "$locusts_unused" "$place" - 'no process could be started for it'
    else
      locusts_note "$line" "$number" "$try" signal 137 "$start" "$now" "$locusts_unused" "$place" - 'the shell that ran it was killed'
    fi
    [[ $line != failed ]] || locusts_count_failure
    [[ $locusts_work == "$locusts_home" ]] || locusts_bring_logs "$place/$number"
  fi
  if [[ ${2-} ]]; then
    locusts_slots=$((locusts_slots - 1))
    ((locusts_slots > 0)) || locusts_stop_for error "$locusts_refusal"
  elif [[ ! $locusts_stopping ]]; then
    [[ ${locusts_slot_part[slot]-} ]] || locusts_judge_mute_slot
    [[ $locusts_stopping ]] || locusts_start_slot
  fi
}

# Runs what slots that were killed had begun and not written down.
locusts_run_strays() {
  local list before=$locusts_lists chunks=()
  locusts_lost_slots='' locusts_parts_at_work=()
  locusts_end_trial # what has failed is in no journal before
  locusts_read_journal "$locusts_incarnation" || return
  for ((list = 1; list <= before; list++)); do chunks[locusts_list_chunk[list]]=1; done
  for list in "${!chunks[@]}"; do locusts_open_chunk "$list" again || return; done
  locusts_start_slots
  locusts_serve
}

# Serves the slots, and others after them where some were killed, until there is nothing left to run.
locusts_serve_all() {
  locusts_serve
  while [[ $locusts_lost_slots && ! $locusts_stopping ]]; do locusts_run_strays; done
  ((${#locusts_suspect_chunks[@]} == 0)) || [[ $locusts_stopping ]] || locusts_run_suspects
}

# Runs the jobs that were running each time when the manager was killed, one at a time, once all else is done: if it is killed
# again, it is known which of them is to blame.
locusts_run_suspects() {
  local chunk chunks=("${!locusts_suspect_chunks[@]}") slots=$locusts_slots
  locusts_say "one job runs at a time now: these were running each time when the manager was killed"
  locusts_suspects_run=1 locusts_suspect_chunks=() locusts_slots=1 locusts_parts_at_work=()
  locusts_read_journal "$locusts_incarnation" || return
  for chunk in "${chunks[@]}"; do locusts_open_chunk "$chunk" again || return; done
  locusts_start_slots
  locusts_serve_all
  locusts_suspects_run='' locusts_slots=$slots
}

locusts_count_failure() {
  if [[ $locusts_is_pilot ]] && ((locusts_max_failures > 0)); then # together with others, and with who came before
    printf 'failed\n' >>"failures.$locusts_incarnation"
    ! locusts_has_too_many_failures || locusts_stop_for too-many-failures "failed jobs: $locusts_failures"
    return
  fi
  locusts_failures=$((locusts_failures + 1))
  if ((locusts_max_failures > 0 && locusts_failures >= locusts_max_failures)); then
    locusts_stop_for too-many-failures "failed jobs: $locusts_failures"
  fi
}

# What has to be looked at once a second.
locusts_tick() {
  local slot
  locusts_read_uptime
  for slot in "${!locusts_slot_pid[@]}"; do
    kill -0 "${locusts_slot_pid[slot]}" 2>/dev/null && continue
    # That it has ended may still be said in what is yet to be read: hence at a later look, once all is read.
    if [[ ! ${locusts_is_missed[slot]-} ]]; then
      locusts_is_missed[slot]=1
    elif ! read -t 0 -u "$locusts_requests"; then
      locusts_replace_slot "$slot"
    fi
  done
  [[ ! $locusts_disk_is_full ]] || locusts_stop_for disk-full
  ((locusts_time_limit == 0)) || locusts_watch_time
  locusts_watch_memory
  ((locusts_uptime < locusts_next_look)) || locusts_hurry_slots
  [[ $locusts_stopping != signal ]] || locusts_stop_deadline=${locusts_stop_deadline:-$((locusts_uptime + 100 * locusts_grace))}
  if [[ $locusts_stopping == signal ]] && ((locusts_uptime >= locusts_stop_deadline)); then
    locusts_signal_slots
    ((locusts_uptime < locusts_stop_deadline + 100 * locusts_grace)) || kill -KILL "${locusts_slot_pid[@]}" 2>/dev/null
  fi
  if [[ $locusts_is_pilot ]]; then locusts_watch_others; else locusts_watch_folder; fi
}

locusts_signs=0 locusts_next_sign=0
locusts_longest_absence=1000 # hundredths of a second, after which the run's folder is taken to be gone for good

# Gives a heartbeat, for those who look from another machine, and does what they ask for. Who removes the folder of a run
# under its manager wants it to end, too. Pilots do all this in their own way.
locusts_watch_folder() {
  if [[ -e run ]]; then
    locusts_gone_since=''
    if ((locusts_uptime >= locusts_next_sign)); then
      locusts_next_sign=$((locusts_uptime + locusts_between_signs)) locusts_signs=$((locusts_signs + 1))
      { printf '%s\n' "$locusts_signs" >|"managers/$locusts_incarnation.beat"; } 2>/dev/null
    fi
    [[ $locusts_stopping || ! -e $locusts_home/stop ]] || locusts_stop_for signal
  elif ((locusts_uptime - ${locusts_gone_since:=$locusts_uptime} >= locusts_longest_absence)) && [[ ! $locusts_lost ]]; then
    locusts_lost="$PWD on $locusts_host is not there any more: it was unmounted, moved or removed"
    locusts_stop_for signal
  fi
}

# Lets the slots that wait for their turn begin a job, one every so often.
locusts_grant_turns() {
  local slot inbox
  ((${#locusts_turns[@]} > 0)) || return 0
  locusts_read_uptime
  if [[ $locusts_stopping ]]; then
    for slot in "${locusts_turns[@]}"; do
      inbox=${locusts_inbox[slot]-}
      [[ ! $inbox ]] || printf 'end\n' >&"$inbox"
    done
    locusts_turns=()
  elif ((locusts_uptime >= locusts_next_turn)); then
    inbox=${locusts_inbox[locusts_turns[0]]-}
    locusts_turns=("${locusts_turns[@]:1}")
    [[ $inbox ]] || return 0 # it is gone
    printf 'go\n' >&"$inbox"
    # One hundredth more: it may just have begun one.
    locusts_next_turn=$((locusts_uptime + (locusts_stagger + 9) / 10 + 1))
  fi
  ((${#locusts_turns[@]} > 0)) || return 0
  locusts_wake_by "$locusts_next_turn"
}

# A job's time is up within a second, or is up.
locusts_heed_limit() {
  locusts_read_uptime
  ((locusts_uptime < locusts_next_limit)) || locusts_watch_time
  [[ ! $locusts_next_limit ]] || locusts_wake_by "$locusts_next_limit"
}

# The manager is to wait for its slots until then at most.
locusts_wake_by() { # uptime
  local left=$(($1 - locusts_uptime))
  ((left > 0)) || left=1 # a time-out of 0 would read nothing at all
  ((left >= locusts_wait)) || locusts_wait=$left
}

locusts_answer() { # word slot end message
  # It runs no job when it says something else, and then has no need of its share.
  [[ ! $locusts_shares_by_job || $1 == @(turn|stuck) ]] || locusts_return_share "$2"
  case $1 in
    stuck) locusts_judge_stuck "$2" "${4#stuck * }" ;;
    need) locusts_ask_share "$2" "${4#need * }" ;;
    next) locusts_answer_next "$2" ;;
    turn) locusts_turns+=("$2") ;;
    refused) locusts_replace_slot "$2" refused ;;
    ended)
      [[ $3 == all ]] || locusts_has_left=1
      locusts_forget_slot "$2"
      ;;
  esac
}

# Serves the slots until all of them have ended.
locusts_serve() {
  local heard='' words word slot list wait last_tick=$SECONDS
  while ((${#locusts_slot_pid[@]} > 0)); do
    locusts_wait=100 # hundredths of a second
    ((locusts_slots_to_start == 0)) || locusts_wait=2
    ((locusts_stagger == 0)) || locusts_grant_turns
    [[ ! $locusts_next_limit ]] || locusts_heed_limit
    printf -v wait '%d.%02d' "$((locusts_wait / 100))" "$((locusts_wait % 100))"
    # It may end in the middle of a line: what was read of it is kept for the next time.
    words=''
    if IFS='' read -r -t "$wait" -u "$locusts_requests" words; then
      words=$heard$words heard=''
      word=${words%% *} list=${words##* } slot=${words#* }
      slot=${slot%% *}
      case $word in
        failed) locusts_count_failure ;;
        signalled) locusts_signalled[list]=$SECONDS ;; # a job, with its slot
        failure) locusts_judge_failure "${words#* * }" ;;
        good) locusts_end_trial ;;
        full) locusts_stop_for disk-full ;;
        spoilt)
          : >|one-at-a-time # so that next time it is known who it was
          locusts_stop_for spoilt "${words#* * }"
          ;;
        trouble) locusts_stop_for error "$PWD: ${words#* * }" ;;
        # What else a slot says is of no use any more once it is gone.
        *) ! locusts_are_numbers "$slot" || [[ ! ${locusts_slot_pid[slot]-} ]] || locusts_answer "$word" "$slot" "$list" "$words" ;;
      esac
    else
      heard+=$words
    fi
    ((locusts_slots_to_start == 0)) || locusts_start_more
    ((${#locusts_waiting[@]} == 0)) || locusts_grant_shares
    ((SECONDS == last_tick)) || { last_tick=$SECONDS; locusts_tick; }
  done
}
