# Part of Locusts, the same for every swarm: `locusts build` puts it here, and nobody edits it.
# shellcheck shell=bash disable=SC2034,SC2154 # the parts share their variables
# shellcheck disable=SC2030,SC2031 # a job counts SECONDS for itself
# ---- The jobs of a slot, one after another -------------------------------------------

# Takes the jobs of its part of a list; where it helps another slot, those that are free. A job belongs to the
# slot that creates its log file.
#
# What a quick job needs stands in this one function, in few commands. Bash copies a function for each
# call of it; and whatever this process writes to after a fork has to be copied before, so that of
# quick jobs each command costs several times what it does elsewhere.
locusts_work_through_list() {
  locusts_go_to_part || return
  while ((locusts_count-- > 0)) && IFS=$'\t' read -r -u 5 locusts_number locusts_tries locusts_copies locusts_job "${locusts_columns[@]}"; do
    locusts_folder=$locusts_work/$locusts_sequence/$locusts_number
    [[ ! $locusts_helps || ! -e $locusts_folder.out ]] || continue # the other has it
    # After a quick job, its manager is taken to live: there are not many of them in one part.
    if [[ $locusts_stopping || -e $locusts_work/stop || ($locusts_since_look != quick && ! -e /proc/$locusts_manager) ]]; then
      locusts_left=1
      break
    fi
    : >"$locusts_folder.out" || { locusts_is_taken && continue; break; }
    [[ ! $locusts_has_escapes ]] || locusts_decode_columns
    locusts_place=$locusts_sequence locusts_workdir=${locusts_tree_workdir:-$locusts_folder} locusts_try=$((locusts_tries + 1))
    [[ $locusts_stagger == 0 || $locusts_shares_by_job ]] || locusts_await_turn || break
    [[ $locusts_since_look != others ]] || locusts_read_meter
    while [[ ! $locusts_is_special && $locusts_copies == - ]] || locusts_in_c_locale locusts_prepare_try; do
      locusts_start=${EPOCHREALTIME:-$SECONDS.000000} locusts_start=${locusts_start/[!0-9]/} # the decimal sign is the locale's
      # Before the job can do anything, so that whatever it does, it is known to have run.
      if ! printf 'start\t%s\t%s\t%s\t%s\t%s\t.\n' "$locusts_number" "$locusts_try" "$locusts_slot" "$locusts_away$locusts_place" "${locusts_start:0:-3}"; then
        locusts_disk_is_full=1
        break
      fi
      locusts_interrupted='' locusts_was_signalled=''
      (
        set +C +m
        SECONDS=0
        [[ ! $locusts_is_special ]] || locusts_enter_environment
        # shellcheck disable=SC1090 # only the user knows it
        [[ ! $locusts_start_file ]] || { . "$locusts_start_file"; builtin cd -- "$locusts_run"; }
        builtin cd -- "$locusts_workdir" || locusts_tell_gone
        # shellcheck disable=SC2064 # it is a command already
        [[ ! $locusts_on_error ]] || { trap "$locusts_on_error" ERR; set -E; }
        set -e -o pipefail
        for locusts_step in "${locusts_steps[@]}"; do "$locusts_step"; done
      ) >|"$locusts_folder.out" 2>|"$locusts_folder.err" 3>&- 4<&- 5<&- &
      locusts_pid=$! locusts_code=0 locusts_told='' locusts_misses=0
      [[ $locusts_time_limit == 0 ]] || locusts_have_timed || locusts_end_untimed
      [[ ! $locusts_stopping && ! $locusts_interrupted ]] || locusts_end_job TERM # before its number was known
      # A loop, since only there bash forgets a process at once; with what it remembers a fork takes longer.
      until locusts_await_end; do [[ ! $locusts_late ]] || locusts_publish_meanwhile; done
      [[ ! ${locusts_awaits_background-} ]] || locusts_await_background
      [[ ! $locusts_stopping$locusts_was_signalled && $locusts_code -le 128 && ($locusts_time_limit == 0 || ! -e $locusts_work/slots/timeout.$locusts_pid) ]] || locusts_await_rest
      kill -KILL -- "-$locusts_pid" # whatever the job left running in the background
      locusts_now=${EPOCHREALTIME:-$SECONDS.000000} locusts_now=${locusts_now/[!0-9]/}
      [[ $locusts_time_limit == 0 ]] || : >|"$locusts_work/slots/$locusts_slot"
      if ((locusts_now - locusts_start >= locusts_quick)); then
        locusts_measure_try
      elif [[ $locusts_since_look != quick ]]; then
        locusts_since_look=quick locusts_used=quick
      fi
      [[ ! $locusts_watched ]] || locusts_check_copies || break
      if [[ $locusts_is_quick && $locusts_code == 0 && ! $locusts_stopping$locusts_was_signalled && ($locusts_time_limit == 0 || ! -e $locusts_work/slots/timeout.$locusts_pid) ]] &&
        { [[ $locusts_since_look == quick ]] || ! locusts_saw_oom_kill; } && locusts_record_if_whole; then
        break
      fi
      locusts_in_c_locale locusts_judge_try
      locusts_judged=$? # asked for by itself: in a condition, an output's check would not end at its first error
      [[ $locusts_judged == 0 ]] || break
      [[ ! $locusts_spoilt ]] || break # the next try would read it
    done
    [[ ! $locusts_disk_is_full && ! $locusts_refused ]] || break
    [[ ! $locusts_spoilt ]] || { locusts_stopping=1; break; }
  done
}

# Makes the next line of descriptor 5 the first one of the part.
locusts_go_to_part() {
  local passed all
  if [[ $locusts_open_list != "$locusts_list_file" ]] || ((locusts_first < locusts_at)); then
    if ! exec 5<"$locusts_list_file"; then
      locusts_stop_with "the list of jobs $locusts_list_file cannot be read"
      return 1
    fi
    locusts_open_list=$locusts_list_file locusts_at=0 locusts_has_escapes=''
    # Few lists have any; one look at all of it is less than one at each of its jobs.
    { IFS='' read -r -d '' all <"$locusts_list_file"; } 2>/dev/null
    [[ $all != *\\* ]] || locusts_has_escapes=1
  fi
  ((locusts_first == locusts_at)) || mapfile -u 5 -n "$((locusts_first - locusts_at))" passed
  locusts_at=$((locusts_first + locusts_count)) # once they are read
}
