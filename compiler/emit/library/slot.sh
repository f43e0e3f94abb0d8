# Part of Locusts, the same for every swarm: `locusts build` puts it here, and nobody edits it.
# shellcheck shell=bash disable=SC2034,SC2154 # the parts share their variables
# ---- A slot: runs jobs one after another ----------------------------------------
# Slots are processes of their own, so that a job which kills its shell ("kill $$")
# takes one slot with it at most and not the manager, which starts another.

# Leaves microseconds since 1970 in locusts_now; whole seconds where bash has no finer clock.
locusts_read_clock() {
  if [[ ${EPOCHREALTIME-} ]]; then
    locusts_now=${EPOCHREALTIME/[!0-9]/} # the decimal sign is the locale's
  else
    printf -v locusts_now '%(%s)T000000' -1
  fi
}

# Leaves hundredths of a second since this machine was started in locusts_uptime: a clock that nobody sets.
locusts_read_uptime() {
  local words
  if { IFS=' ' read -r words _ </proc/uptime; } 2>/dev/null; then
    locusts_uptime=$((10#${words/./}))
  else
    locusts_uptime=$((100 * SECONDS))
  fi
}

# Leaves what the system says of a process, from its state on, in locusts_stat. Fails if it is gone.
# Here and in all else that a trap runs, files are read by mapfile: a trap may come in the middle of a
# `read -t`, and another `read` would take its time limit away, so that it waits for ever. And it may come
# where IFS is something else.
locusts_read_stat() { # pid
  local text=() IFS=' '
  { mapfile -d '' text <"/proc/$1/stat"; } 2>/dev/null
  # shellcheck disable=SC2206 # a letter and numbers, to be split
  locusts_stat=(${text[0]##*) })
  ((${#text[@]} > 0))
}

# Is this process stopped, and may it be continued?
locusts_is_suspended() { # pid
  locusts_read_stat "$1" && [[ ${locusts_stat[0]} == [Tt] ]]
}

# A job's log could not be created: has another slot been quicker?
locusts_is_taken() {
  [[ ! -e $locusts_folder.out ]] || return 0
  locusts_judge_write "$locusts_folder.out cannot be made"
  return 1
}

# Undoes the escapes of the tables (\t \n \\, and \e for an empty field) in the variables named.
locusts_decode() {
  local locusts_name
  for locusts_name; do
    case ${!locusts_name} in
      '\e') printf -v "$locusts_name" '%s' '' ;;
      *\\*) printf -v "$locusts_name" '%b' "${!locusts_name}" ;;
    esac
  done
}

locusts_probe_bytes=65536 # more than a file system keeps in a file's own entry

# Is there still room on the disk, here and where results are published? For a slot and for its manager. Of what was
# wrong here, where that is another disk, word is left there: there may be room again when it is asked for.
locusts_has_room() {
  if ! locusts_probe "$locusts_work/slots"; then
    [[ ! $locusts_home ]] || locusts_probe "$locusts_work/slots" 2>|"$locusts_home/scratch-trouble"
    return 1
  fi
  [[ ! $locusts_home ]] || locusts_probe "$locusts_home"
} 2>/dev/null

# Can more than an empty file be written to a folder? Quotas and inodes run out as well, so this writes a new file.
locusts_probe() { # folder
  local probe=$1/${locusts_slot-manager}.probe code=0
  printf "%${locusts_probe_bytes}s" '' >|"$probe" || code=1
  rm -f -- "$probe"
  return "$code"
}

# Runs what is to succeed, and once more if it fails: an error may pass. Leaves in locusts_error why it
# failed the second time.
locusts_try_twice() { # command
  locusts_error=$("$@" 2>&1 >/dev/null) || locusts_error=$("$@" 2>&1 >/dev/null) || locusts_name_error "$1" $?
}

# Makes one short line of what a program has said before it failed. Fails as the program did.
locusts_name_error() { # program exit-code
  local position='^.*\.sh: line [0-9]+: (.*)' # in this script, which is of no use to who reads it
  [[ ! $locusts_error =~ $position ]] || locusts_error=${BASH_REMATCH[1]}
  [[ ! $locusts_error =~ ^\ *[0-9]+\ +[A-Z] ]] || locusts_error='' # bash tells of each part of a pipe, but not its code
  locusts_error=${locusts_error%%$'\n'*} locusts_error=${locusts_error//$'\t'/ }
  locusts_error=${locusts_error:0:200}
  [[ $locusts_error ]] || locusts_error="${1#locusts_} ended with exit code $2"
  return "$2"
}

# Something is wrong that is neither a job's fault nor a full disk: the manager is told what, and stops.
locusts_stop_with() { # what
  printf 'trouble %s %s\n' "$locusts_slot" "${1//[[:cntrl:]]/?}" >&3 # a name in it may have a line feed
  locusts_stopping=1
}

# Something could not be written: the disk is full, or else something is wrong with it.
locusts_judge_write() { # what
  if locusts_has_room; then locusts_stop_with "$1"; else locusts_disk_is_full=1; fi
}

# A program has ended in a way that says nothing of the job, which then stays unfinished: by 254 bash ends
# where no process can be started any more, and above 125 it was killed or could not run. Fails otherwise.
locusts_excuse_job() { # exit-code what
  if (($1 == 254)); then
    locusts_refused=1
  elif (($1 > 125)); then
    locusts_stop_with "$2"
  else
    return 1
  fi
}

# Bash ends a script that it cannot fork for any more, after some seconds of trying. The manager is told,
# and finds out from the journal what was going on here.
locusts_take_leave() {
  local code=$?
  ((code == 254)) || return # a job can kill this shell as well
  locusts_end_job KILL
  printf 'refused %s\n' "$locusts_slot" >&3
}

# What is sent to this slot may be for all of us; then the job may end as if it had done its work. A pilot does not
# stop by USR1, and has to know whom it has hit.
locusts_heed_signal() { # signal
  locusts_was_signalled=1
  [[ $1 != USR1 || ! $locusts_is_pilot || ! ${locusts_number-} ]] || printf 'signalled %s %s\n' "$locusts_slot" "$locusts_number" >&3
  locusts_end_job "$1"
}

# The job at hand has failed for good.
locusts_report_failure() { # the fields of its line
  locusts_publish # what has ended well before is not to be taken for something that came after
  if [[ $locusts_home ]]; then
    locusts_bring_logs "$locusts_place/$locusts_number"
    locusts_drop_folders "$locusts_folder"
  fi
  # The manager judges whose fault it was. Only short lines stay whole on their way.
  if [[ $locusts_is_pilot ]] && ((${#1} < 2000)); then
    printf 'failure %s %s\n' "$locusts_slot" "$1" >&3
    locusts_has_succeeded='' # the manager is told of the next success
    return
  fi
  locusts_note failed "$1"
  printf 'failed %s\n' "$locusts_slot" >&3
}

# The job at hand cannot be tried, through no fault of its own. On a full disk, and
# where programs do not run, it stays unfinished. Fails, as what stood before it has.
locusts_give_up() { # why
  local code=$? # of what has failed
  if ! locusts_has_room; then
    locusts_disk_is_full=1
    return 1
  fi
  ! locusts_excuse_job "$code" "job $locusts_number: $1" || return 1
  locusts_read_clock
  printf -v locusts_facts '%s\t' "$locusts_number" "$locusts_try" node 1 "${locusts_now:0:-3}" "${locusts_now:0:-3}" "$locusts_unused" "$locusts_place" - "$1"
  locusts_report_failure "${locusts_facts%$'\t'}"
  return 1
}

# A fresh folder for the next try: nothing that the last one soiled is left in it. The first log stays,
# emptied, since it says whose job this is.
locusts_renew_folder() {
  : >|"$locusts_folder.out"
  locusts_drop_folders "$locusts_folder" "$locusts_folder.err"
  locusts_try=$((locusts_try + 1))
  locusts_place=$locusts_sequence.$locusts_try
  locusts_folder=$locusts_work/$locusts_place/$locusts_number
  locusts_workdir=${locusts_tree_workdir:-$locusts_folder}
  locusts_try_twice mkdir -p -- "$locusts_work/$locusts_place" || return
  [[ $locusts_tree_mode ]] ||
    locusts_try_twice tar --no-unquote --no-same-owner -xf "chunks/$locusts_chunk.tar" -C "$locusts_work/$locusts_place" -- "$locusts_number" || return
  locusts_read_meter
}

# Makes ready what the try at hand needs beside its own folder. Fails if it cannot be tried.
locusts_prepare_try() {
  locusts_leave_meter
  [[ ! $locusts_shares_by_job && ! $locusts_time_by_job ]] || locusts_await_needs || return
  if [[ $locusts_tree_mode == each ]]; then
    locusts_make_tree || locusts_give_up "its tree could not be made: $locusts_error" || return
  elif [[ $locusts_copies != - ]]; then
    locusts_copy_inputs || locusts_give_up "its inputs could not be copied from the shared folder: $locusts_error" || return
  fi
  locusts_read_meter
}

# Inputs too large to be packed lie in the shared folder; this job wants copies of its own.
locusts_copy_inputs() {
  local rest=$locusts_copies pair from to
  while [[ $rest ]]; do
    pair=${rest%%$'\n'*} rest=${rest#"${rest%%$'\n'*}"}
    from=${pair%%$'\t'*} to=${pair#*$'\t'} rest=${rest#$'\n'}
    # Over what an earlier try may have left.
    locusts_try_twice cp -RT --remove-destination --reflink=auto --preserve=timestamps -- "$locusts_shared/$from" "$locusts_folder/$to" &&
      locusts_try_twice chmod -R u+w -- "$locusts_folder/$to" || return
  done
}

# Asks the manager for leave to start a job, where starts are to lie apart.
locusts_await_turn() {
  printf 'turn %s\n' "$locusts_slot" >&3
  locusts_hear
  [[ $locusts_heard != go ]] || return 0
  locusts_left=1
  return 1
}

# Leaves what the manager answers in locusts_heard. If it keeps one waiting, what has ended is written down in the meantime.
locusts_hear() {
  local rest=''
  IFS='' read -r -t 0.2 -u 4 locusts_heard && return
  locusts_publish
  IFS='' read -r -u 4 rest
  locusts_heard+=$rest # patience may have ended in the middle of a line
}

# Is told which jobs come next, if any do.
locusts_read_answer() {
  local words
  locusts_hear
  local IFS=' ' # not before: what is written down meanwhile needs another
  # shellcheck disable=SC2206 # to be split; none of them is a pattern
  words=($locusts_heard)
  locusts_message=${words[0]-} locusts_sequence=${words[1]-} locusts_chunk=${words[2]-} locusts_first=${words[3]-}
  locusts_count=${words[4]-} locusts_helps=${words[5]-} locusts_list_file=${words[*]:6}
  [[ $locusts_helps != - ]] || locusts_helps=''
}

locusts_slot_main() { # number --incarnation name manager incarnation-folder shared requests-fd machinery
  locusts_slot=$1 locusts_manager=$4 locusts_work=$5 locusts_shared=$6
  # Short paths are quicker; those in a tree have to hold where the job is.
  [[ $locusts_tree_mode ]] || locusts_work=${5/#"$PWD/"/./}
  locusts_has_succeeded=''
  locusts_home=$PWD/work/$3 # where results are published, if jobs run elsewhere
  [[ $locusts_home != "$5" ]] || locusts_home=''
  # A command that ends its job leaves the line where it stands. One that fails in a subshell ends that alone.
  locusts_root=''
  [[ $locusts_work == /* ]] || locusts_root=$PWD/
  # On one line, since LINENO counts from there.
  # shellcheck disable=SC2016 # it is expanded when it runs
  locusts_on_error='{ [[ $- != *e* || $BASH_SUBSHELL != "$locusts_level" ]] ||'
  # shellcheck disable=SC2016 # so is this
  locusts_on_error+=' printf "%s %s %s\n" "$locusts_try" "$LINENO" "${BASH_SOURCE[0]}" >|"$locusts_root$locusts_folder.end"; } 2>/dev/null'
  locusts_level=1
  ! declare -F locusts_line >/dev/null || locusts_on_error='' # a line is known by itself
  [[ ! ${locusts_traps_errors-} ]] || locusts_on_error='' # and what it brings with it would have functions run that trap
  locusts_away=${locusts_home:+$5/} # before the places of jobs that are elsewhere meanwhile
  locusts_run=$PWD
  locusts_put_aside
  locusts_take_functions
  [[ $locusts_tree_mode == each ]] || locusts_enter_locale
  # Is there something to do before a job, for its tree or since its environment asks for it?
  locusts_is_special=$locusts_own_shell
  [[ $locusts_tree_mode != each ]] || locusts_is_special=1
  ((${#locusts_aside[@]} == 0)) && [[ ! $locusts_shares_by_job && ! $locusts_time_by_job ]] || locusts_is_special=1
  # A function may have the name of a program.
  locusts_exec='exec'
  [[ ! $locusts_own_shell && ! $locusts_start_file ]] && ((${#locusts_functions[@]} == 0)) || locusts_exec=''
  locusts_tree_workdir='' # where jobs run, if not each in a folder of its own
  case $locusts_tree_mode in
    one)
      locusts_tree_workdir=$PWD/work/tree/$locusts_place_in_tree
      locusts_tree=$(cd -P -- work/tree 2>/dev/null && pwd)
      [[ ! -L work/tree ]] || locusts_tree_workdir=$locusts_tree/$locusts_place_in_tree # as jobs would see it by hand
      ;;
    each)
      locusts_begin_trees
      locusts_tree=$PWD
      ;;
  esac
  # Standard output is the journal here, 3 leads to the manager, 4 brings its answers, and 5 will be the
  # list at hand. Jobs get nothing to read, and what bash complains of goes nowhere: a redirection for
  # each of these would cost more than the rest of the bookkeeping.
  locusts_requests=$7
  exec 4<&0 </dev/null 2>/dev/null 3>&"$locusts_requests" {locusts_requests}>&-
  locusts_pid='' locusts_stopping='' locusts_was_asked='' locusts_disk_is_full='' locusts_left='' locusts_spoilt=''
  locusts_ended=0 locusts_interrupted='' locusts_was_signalled='' locusts_late='' locusts_published=0 locusts_open_list='' locusts_at=0
  locusts_batch=$locusts_jobs_a_batch locusts_between_batches=$locusts_shortest_batch
  [[ ! $locusts_tree_mode ]] || locusts_batch=1 # what a job did to the tree is done: it is not to be run again for want of a line
  # Where bash has no clock of its own: it counts the seconds from here.
  [[ ${EPOCHREALTIME-} ]] || printf -v SECONDS '%(%s)T' -1
  locusts_memory_events='' locusts_oom_kills=0
  locusts_saw_oom_kill
  locusts_memory_ran_out=''
  locusts_begin_meter
  [[ $locusts_batch != 1 ]] || locusts_quick=0
  if [[ -e alone ]]; then
    # shellcheck source=/dev/null # it stands beside this file
    . "$locusts_lib/alone.sh"
    locusts_run_alone
  fi
  set -C -m
  shopt -u extglob # a job begins without it
  trap 'locusts_interrupted=1; locusts_obey_stop' USR2
  # A job that ends itself by "kill $$" means no more than that. By USR1 the manager has this slot look, too, whether
  # its job can be ended at all.
  trap 'locusts_interrupted=1; [[ -s $locusts_work/slots/timeout.$locusts_pid ]] || locusts_heed_signal USR1' USR1
  trap locusts_late=1 URG
  for locusts_signal in TERM INT HUP QUIT XCPU VTALRM PROF; do # whatever has another name, jobs would find
    # shellcheck disable=SC2064 # its name is known now, and no more when it comes
    trap "locusts_interrupted=1; locusts_heed_signal $locusts_signal" "$locusts_signal"
  done
  locusts_refused=''
  trap locusts_take_leave EXIT

  if [[ $8 != "$locusts_machinery" ]]; then
    locusts_stop_with "$locusts_bundle was replaced while it was in use: its machinery is $locusts_machinery, and the manager's $8"
    printf 'ended %s left\n' "$locusts_slot" >&3
    return
  fi
  if [[ $locusts_tree_mode == one && ! $locusts_tree ]]; then
    locusts_stop_with "work/tree is not there any more: another deploy has ended this run; 'locusts deploy' goes on"
    printf 'ended %s left\n' "$locusts_slot" >&3
    return
  fi
  printf 'next %s\n' "$locusts_slot" >&3
  while locusts_read_answer && [[ $locusts_message == list ]]; do
    [[ $locusts_disk_is_full ]] || locusts_work_through_list
    if [[ $locusts_disk_is_full || $locusts_refused || $locusts_stopping ]]; then
      locusts_left=1
      break
    fi
    printf 'next %s\n' "$locusts_slot" >&3
  done
  locusts_publish
  if [[ $locusts_disk_is_full ]]; then
    locusts_left=1
    printf 'full %s\n' "$locusts_slot" >&3
  fi
  if [[ $locusts_refused ]]; then
    printf 'refused %s\n' "$locusts_slot" >&3
    return
  fi
  printf 'ended %s %s\n' "$locusts_slot" "${locusts_left:-all}" >&3
}
