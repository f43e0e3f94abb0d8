# Part of Locusts, the same for every swarm: `locusts build` puts it here, and nobody edits it.
# shellcheck shell=bash disable=SC2034,SC2154 # the parts share their variables
# ---- One try of a job -------------------------------------------------------------

# Waits for the job to end. A function of its own: where a job is stopped by SIGTSTP, bash breaks the loops
# that it waits in, as many as there are in one function.
locusts_await_end() {
  wait "$locusts_pid" || locusts_accept_code $?
}

# Was that the end of the job, and is this its exit code? Then it is left in locusts_code. A signal for
# this slot ends a wait early, or the next one, with a code above 128 or below 0; asked again, bash
# still knows the real one, and says 127 if it has told it. Signals are for stopping alone: bash can
# miss a process that ends at that very time, and then knows its code no more.
locusts_accept_code() { # code
  locusts_code=$1
  # Bash also says when a job was stopped, by 128 and SIGSTOP, SIGTSTP, SIGTTIN or SIGTTOU. It may be continued.
  if ((locusts_code >= 147 && locusts_code <= 150)); then
    if kill -0 "$locusts_pid"; then
      ! locusts_is_suspended "$locusts_pid" || LC_ALL=C read -r -t 0.3 <> <(:)
      locusts_code=0
      return 1
    elif [[ $locusts_told != "$locusts_code" ]]; then # it has ended since; or this is its code, and bash will not tell it again
      locusts_told=$locusts_code locusts_code=0
      return 1
    fi
  fi
  if ((locusts_code == 127)); then
    locusts_code=${locusts_told:-127}
    return
  fi
  if ((locusts_code >= 0)); then
    [[ $locusts_interrupted || $locusts_late ]] && ((locusts_code > 128)) || return 0
    if [[ -s $locusts_work/slots/timeout.$locusts_pid ]]; then # the manager cannot end it
      locusts_code=137
      return 0
    fi
    locusts_told=$locusts_code
  elif ((++locusts_misses >= 3)); then
    if ! kill -0 "$locusts_pid"; then
      locusts_code=${locusts_told:-143}
      return
    fi
    LC_ALL=C read -r -t 0.05 <> <(:) # since another locale may have a comma in such a number
  fi
  locusts_interrupted='' locusts_code=0
  return 1
}

locusts_quick=20000 # microseconds: a try that ends well in less is not looked at by itself; 0 in trees

# Has the kernel's out-of-memory killer been at work in this control group since the last look? Then
# locusts_memory_ran_out is set until a try is judged by it. Quick tries that end well are not looked at
# one by one: a look takes some thousandths of what a try does, and then it would be some hundredths.
locusts_saw_oom_kill() {
  local id key value place text='' before=$locusts_oom_kills
  if [[ ! $locusts_memory_events ]]; then # the first call finds out where it is counted
    locusts_memory_events=none
    while IFS=: read -r id key value; do
      case $id:$key in
        0:) place=/sys/fs/cgroup key=memory.events ;;
        *:memory | *:memory,* | *:*,memory) place=/sys/fs/cgroup/memory key=memory.oom_control ;;
        *) continue ;;
      esac
      # In a container, the name may be that of outside.
      [[ -r $place$value/$key ]] || value=''
      [[ ! -r $place$value/$key ]] || locusts_memory_events=$place$value/$key
    done </proc/self/cgroup
  fi
  [[ $locusts_memory_events != none ]] || return 1
  IFS='' read -r -d '' text <"$locusts_memory_events"
  [[ $text != *'oom_kill '* ]] || text=${text##*'oom_kill '} locusts_oom_kills=${text%%[!0-9]*}
  ((locusts_oom_kills > before)) || return 1
  locusts_memory_ran_out=1 locusts_kills_before=$before
}

# Something was killed for want of memory while this try ran. Was it part of it? In a manager of one slot
# it was. Among others, those that ended by SIGKILL come first, or whose shell has said that a part of
# them was killed; what nobody has claimed so is this one's.
locusts_owns_oom_kill() {
  local claims=() claim claimed=0
  if [[ ! -e $locusts_work/alone ]]; then
    if ((locusts_code != 137)) && ! tail -c 4000 -- "$locusts_folder.err" | grep -E ': [^ ]+ [0-9]+: +[0-9]+ ' >/dev/null; then
      locusts_await_message
      [[ ! -e $locusts_work/slots/oom-kills ]] || mapfile -t claims <"$locusts_work/slots/oom-kills"
      for claim in "${claims[@]}"; do ((claim <= locusts_kills_before)) || claimed=$((claimed + 1)); done
      ((locusts_oom_kills - locusts_kills_before > claimed)) || return 1
    fi
    printf '%s\n' "$locusts_oom_kills" >>"$locusts_work/slots/oom-kills"
  fi
}

# Was the job's shell ended since it could not start a program? Then bash says so last.
locusts_was_refused() {
  local last
  last=$(tail -n 3 -- "$locusts_folder.err") || return 0 # this one could not start either
  [[ $last =~ \.sh:\ fork:\  ]] # why, it says in the job's language
}

# The folder of the job at hand is gone before its command could run: the job's shell says so, and ends.
locusts_tell_gone() {
  : >|"$locusts_folder.err" # what bash has said of it names a line in here
  : >|"$locusts_folder.gone"
  exit 1
}

# Has the job at hand found its folder when it began?
locusts_had_folder() {
  ((locusts_code == 1)) && [[ -e $locusts_folder.gone ]] || return 0
  rm -f -- "$locusts_folder.gone"
  locusts_pid=''
  return 1
}

# Ends the job that runs in this slot: its whole process group.
locusts_end_job() { # signal
  [[ $locusts_pid ]] || return 0
  [[ $1 != KILL || ! ${locusts_contained+set} ]] || locusts_kill_below "$locusts_pid"
  locusts_signal_job "$1" "$locusts_pid"
  kill -CONT -- "-$locusts_pid" # one that is stopped would not notice
}

# Sends a signal to a job's process group, and to those that programs in it have made, as `timeout` does and bash by `set -m`.
# These are written down: once its shell is gone, nothing tells of them.
locusts_signal_job() { # signal pid
  local file=$locusts_work/slots/groups.$2 groups=()
  if [[ $1 != KILL ]]; then
    locusts_find_groups "$2"
    ((${#groups[@]} == 0)) || printf '%s\n' "${groups[@]}" >>"$file"
  elif [[ -e $file ]]; then
    mapfile -t groups <"$file"
  fi
  kill -s "$1" -- "-$2" "${groups[@]/#/-}"
}

# Adds the process groups that a process's descendants lead to groups. What has a session of its own is meant to stay.
locusts_find_groups() { # pid
  local file children child IFS=' '
  for file in "/proc/$1"/task/*/children; do
    children=()
    { mapfile children <"$file"; } 2>/dev/null
    for child in ${children[0]-}; do
      if ! locusts_read_stat "$child" || [[ ${locusts_stat[3]} == "$child" ]]; then continue; fi
      [[ ${locusts_stat[2]} != "$child" ]] || groups+=("$child")
      locusts_find_groups "$child"
    done
  done
}

# The job's shell has ended, by a signal as a rule, while what it was waiting for may still make an end. If that is
# since the manager ends jobs, the rest of the process group has its time, too, until the manager ends it.
locusts_await_rest() {
  local groups=() file=$locusts_work/slots/groups.$locusts_pid
  [[ ! -e $file ]] || mapfile -t groups <"$file"
  locusts_await_groups "$locusts_pid" "${groups[@]}"
  if ((${#groups[@]} > 0)); then
    kill -KILL -- "${groups[@]/#/-}"
    rm -f -- "$file"
  fi
}

# A line of a list has ended, and may have left something running in the background: it has its time, as by hand.
locusts_await_background() {
  local rounds pause=0.05
  for ((rounds = 1; ; rounds++)); do
    kill -0 -- "-$locusts_pid" || return 0
    ((rounds != 40)) || pause=0.5 # each takes a process
    ((rounds % 20 != 1)) || locusts_is_any_left "$locusts_pid" || return 0
    [[ ! $locusts_stopping$locusts_was_signalled && ! -e $locusts_work/slots/timeout.$locusts_pid ]] || return 0
    [[ ! $locusts_late ]] || locusts_publish_meanwhile
    LC_ALL=C read -r -t "$pause" <> <(:)
  done
}

locusts_await_groups() { # process-groups
  local rounds
  kill -0 -- "${@/#/-}" || return 0
  [[ $locusts_code != @(129|130|143) && ! $locusts_was_signalled ]] || locusts_await_message
  for ((rounds = 1; rounds <= 10 * locusts_grace; rounds++)); do
    [[ $locusts_stopping || -e $locusts_work/slots/timeout.$locusts_pid ]] && kill -0 -- "${@/#/-}" || return 0
    ((rounds % 5 != 0)) || locusts_is_any_left "$@" || return 0
    LC_ALL=C read -r -t 0.1 <> <(:)
  done
}

# Does a process of these groups run? Those that have ended, and that nobody has asked about, can be signalled as well.
locusts_is_any_left() { # process-groups
  local place IFS=' '
  for place in /proc/[0-9]*; do
    ! locusts_read_stat "${place#/proc/}" || [[ " $* " != *" ${locusts_stat[2]} "* || ${locusts_stat[0]} == [ZX] ]] || return 0
  done
  return 1
}

# Tells the manager of the job that runs: it ends those that run for too long.
locusts_have_timed() {
  printf '%s %s %s\n' "$locusts_pid" "$locusts_start" "$locusts_time_limit" >|"$locusts_work/slots/$locusts_slot"
}

# A job of which the manager cannot be told would run without a limit: it is ended, and stays unfinished.
locusts_end_untimed() {
  ! locusts_have_timed || return 0 # what refuses may pass
  locusts_judge_write "$locusts_work/slots/$locusts_slot cannot be written"
  locusts_end_job KILL
}

# The manager wants this slot to end its job, and when it asks again, whatever it takes.
locusts_obey_stop() {
  if [[ $locusts_was_asked ]]; then
    locusts_end_job KILL
  else
    locusts_was_asked=1 locusts_stopping=1
    locusts_end_job TERM
  fi
}

# A signal that has ended the job may have been meant for all of us, as when a terminal is closed:
# then the manager says so within this time, by a signal or, should that be lost, in a file.
locusts_await_message() {
  local rounds most=1
  [[ ! $locusts_is_pilot && ! $locusts_was_signalled ]] || most=10 # a manager on a busy node is slow to say so
  for ((rounds = 0; rounds < most; rounds++)); do
    [[ ! -s $locusts_work/stop ]] || locusts_stopping=1
    [[ ! $locusts_stopping ]] || return 0
    read -r -t 0.2 <> <(:)
  done
}

# Was the job ended since the pilot's time ends? If it had as good as a whole walltime of its own,
# another try would end the same way.
locusts_recognize_cut() {
  local latest=''
  read -r latest <"$locusts_work/cut" && [[ $latest ]] || return 0
  locusts_cause=walltime
  ((${locusts_start:0:-6} <= latest)) || locusts_cause='cut'
} 2>/dev/null

# What ended the try? Leaves the answer in locusts_cause.
locusts_find_cause() {
  ((locusts_code == 0 && locusts_now - locusts_start < locusts_quick)) || locusts_saw_oom_kill
  locusts_has_oom_kill=$locusts_memory_ran_out locusts_memory_ran_out=''
  locusts_cause=ok locusts_stuck=''
  [[ ! $locusts_was_signalled ]] || locusts_await_message
  if [[ $locusts_stopping ]]; then
    locusts_cause=stopped
  elif ((locusts_code > 128 && locusts_code <= 192)); then
    locusts_cause=signal
    case $locusts_code in
      129 | 130 | 143) locusts_await_message ;;
      137) # whoever kills all of us, as at the end of an allocation, does it in any order
        read -r -t 0.2 <> <(:)
        [[ -e /proc/$locusts_manager ]] || locusts_stopping=1
        ;;
    esac
    [[ ! $locusts_stopping ]] || locusts_cause=stopped
  elif ((locusts_code != 0)); then
    locusts_cause='exit'
  fi
  # Bash ends the group of a shell that cannot fork by SIGTERM, and the shell itself by 254.
  if ((locusts_code == 254 || locusts_code == 143)) && [[ $locusts_cause == @(exit|signal) ]] && locusts_was_refused; then
    locusts_cause=stopped locusts_refused=1
  fi
  if [[ $locusts_tree_mode == each && $locusts_trees == overlay && $locusts_cause == 'exit' && ! -e $locusts_folder/begun ]]; then
    locusts_stop_with "job $locusts_number: its tree could not be mounted (exit code $locusts_code): ${locusts_folder}.err says why"
    locusts_cause=stopped
  fi
  if [[ $locusts_has_oom_kill && $locusts_cause == @(signal|exit) ]] && locusts_owns_oom_kill; then
    locusts_cause=oom
  fi
  if ((locusts_time_limit > 0)) && [[ -e $locusts_work/slots/timeout.$locusts_pid ]]; then
    if [[ $locusts_cause != stopped ]]; then
      locusts_cause=timeout
      # The manager has waited already, if it has told so there.
      if [[ -s $locusts_work/slots/timeout.$locusts_pid ]]; then
        locusts_find_stuck "$locusts_pid" 0
      else
        locusts_find_stuck "$locusts_pid" "$locusts_longest_dying"
      fi
    fi
    rm -f -- "$locusts_work/slots/timeout.$locusts_pid" # numbers of processes are used again
  fi
  locusts_pid=''
}

# Something has failed after the job: that is the job's doing, such as a folder that cannot be read, or
# the doing of who has killed a program, or kept it from starting; then the job stays unfinished.
locusts_blame_program() { # exit-code what
  locusts_wrong=$2
  locusts_excuse_job "$1" "job $locusts_number: $2"
}

# Judges the try of the job at hand. If it was not good and there is to be another one,
# makes the job's folder ready for it; fails if there is not.
locusts_judge_try() {
  [[ $locusts_used != quick ]] || locusts_measure_try
  locusts_leave_meter
  locusts_had_folder || locusts_give_up 'its folder was removed before it began' || return
  locusts_find_cause
  locusts_output_states='' locusts_wrong=''
  if [[ $locusts_cause == ok ]]; then
    locusts_job_files=()
    [[ $locusts_tree_mode != each ]] || locusts_try_twice locusts_keep_changes ||
      locusts_blame_program $? "what it has changed in its tree could not be kept: $locusts_error"
    locusts_found=()
    locusts_check_outputs
    locusts_output_states=${locusts_found[*]}
    if [[ ! $locusts_wrong ]]; then
      # With several jobs at a time it might be another's.
      [[ ! $locusts_has_oom_kill || ! -e $locusts_work/alone ]] || locusts_output_states="killed${locusts_output_states:+ $locusts_output_states}"
      locusts_record "${locusts_output_states:--}" "${locusts_job_files[@]}"
      return 1
    fi
    locusts_cause=missing-output
    [[ ! $locusts_has_oom_kill || ! -e $locusts_work/alone ]] || locusts_cause=oom
    [[ ! $locusts_stopping && ! $locusts_refused ]] || locusts_cause=stopped
  fi
  [[ $locusts_cause != stopped ]] || locusts_recognize_cut
  if [[ $locusts_stuck ]]; then
    locusts_wrong=$locusts_stuck
    ! locusts_blame_node_for_stuck || locusts_cause=node
  fi
  printf -v locusts_facts '%s\t' "$locusts_number" "$locusts_try" "${locusts_cause/cut/walltime}" "$locusts_code" \
    "${locusts_start:0:-3}" "${locusts_now:0:-3}" "$locusts_used" "$locusts_place"
  if [[ $locusts_cause == @(stopped|cut|node) ]]; then
    locusts_left=1
    [[ ! $locusts_refused ]] || locusts_wrong='no process could be started for it'
    locusts_note stopped "${locusts_facts%$'\t'}" '-' "${locusts_wrong:--}"
    return 1
  fi
  if [[ $locusts_disk_is_full ]] || ! locusts_has_room; then # not the job's fault: it stays unfinished
    locusts_disk_is_full=1
    locusts_note stopped "${locusts_facts%$'\t'}" '-' 'the disk is full'
    return 1
  fi
  [[ $locusts_cause != walltime ]] || locusts_wrong='it was cut off after a whole walltime of its own'
  if ((locusts_try > locusts_retries)) || [[ $locusts_cause == walltime || " $locusts_retry_on " != *" $locusts_cause "* ]]; then
    locusts_report_failure "$locusts_facts${locusts_output_states:--}"$'\t'"${locusts_wrong:--}"
    return 1
  fi
  locusts_note again "${locusts_facts%$'\t'}" "${locusts_output_states:--}" "${locusts_wrong:--}" || return 1
  locusts_renew_folder || locusts_give_up "a folder for another try could not be made: $locusts_error"
}
