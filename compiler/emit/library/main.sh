# Part of Locusts, the same for every swarm: `locusts build` puts it here, and nobody edits it.
# shellcheck shell=bash disable=SC2034,SC2154 # the parts share their variables
# ---- The manager ---------------------------------------------------------------

# Exit codes, beside 0 for "every job is finished" and 1 for wrong usage or an error.
locusts_exit_running=4 locusts_exit_disk_full=5 locusts_exit_too_many_failures=6 locusts_exit_walltime=7
locusts_exit_bad_node=8 locusts_exit_lost=9 locusts_exit_signal=143

locusts_usage() {
  cat <<'HELP'
The manager of one swarm: runs the jobs of a run list and keeps a journal.

Usage: bash manager.sh [options]

  --run DIR      the run to work on (default: the newest in ../runs)
  --slots N      jobs at a time (default: what the definition says, else what fits this machine)
  --name NAME    what this manager is called, if several work on one run (default: main)
  --stop         ask the managers of that run, or the one that is named, to end their jobs and
                 leave; the next start goes on
  --is-running   ask whether there is one: the exit code is 0, or 1 if there is none
  --version      the format of the run lists that it reads
  --help         this text
HELP
  [[ ! $locusts_is_pilot ]] || cat <<'HELP'

In a pilot, the batch script adds:

  --allocation ID  what the scheduler calls the allocation that this runs in
  --node NAME      what the scheduler calls this machine
  --ends-at N      its time ends at that second since 1970; without it, it has as much as it needs
  --ahead N        the clock of this node is so many seconds ahead of the scheduler's (default: 0)
  --grace N        seconds that jobs have to end in when the scheduler ends this pilot (default: 1)
  --generation N   its place among the pilots that follow one another (default: 1)
  --scratch DIR    jobs run below this folder of the node's own disk; only outputs come back
HELP
  cat <<'HELP'

Exit codes: 0 every job is finished, 1 wrong usage or an error, 4 already running,
5 the disk is full, 6 stopped after too many failed jobs, 7 its time has ended with work left and
no successor, 8 everything fails on this machine, 9 the run's folder has gone away, 143 stopped by a signal.
HELP
}

locusts_read_run() {
  local key value
  locusts_chunks=0 locusts_run_format='' locusts_jobs=0 locusts_managers=1
  while IFS=$'\t' read -r key value; do
    case $key in
      format) locusts_run_format=$value ;;
      chunks) locusts_chunks=$value ;;
      jobs) locusts_jobs=$value ;;
      managers) locusts_managers=$value ;;
    esac
  done <run
  if [[ $locusts_run_format != @("$locusts_format"|2) ]]; then
    locusts_say "$PWD/run has the format '$locusts_run_format', and this manager reads 2 and $locusts_format: use the manager.sh it was made with"
    exit 1
  fi
}

# Goes to the folder of the run: the one that was named, else the newest.
locusts_enter_run() { # folder
  local folder=$1 newest=0
  if [[ ! $folder ]]; then
    for folder in "${locusts_script%/*}"/../runs/*/run; do
      folder=${folder%/run}
      [[ ! -e $folder/run || ${folder##*/} != [1-9]*([0-9]) ]] || ((${folder##*/} <= newest)) || newest=${folder##*/} # not a copy, such as 1.bak
    done
    folder=${locusts_script%/*/*}/runs
    ((newest == 0)) || folder+=/$newest
  fi
  if [[ ! -e $folder/run ]]; then
    locusts_say "there is no run list in $folder: 'locusts deploy' puts the inputs and a run list beside the bundle"
    exit 1
  fi
  CDPATH='' cd -P -- "$folder" || exit 1
  locusts_make_own_folders claims managers journal work
}

# Closes what whoever started this had open: a lock, say, which jobs and slots would hold.
locusts_close_inherited() {
  local place descriptor
  for place in /proc/"$$"/fd/*; do
    descriptor=${place##*/}
    if ((descriptor > 2)) && [[ ! $place -ef $locusts_script ]]; then exec {descriptor}>&-; fi
  done
}

# Started by hand in a terminal, a job that reads from it would be stopped for good: so slots have none.
locusts_leave_terminal() {
  locusts_detach=''
  locusts_read_stat $$
  if [[ ${locusts_stat[4]-0} != 0 ]] && type -P setsid >/dev/null; then locusts_detach=setsid; fi
}

# Is the tree there that the jobs run in?
locusts_check_tree() {
  if [[ ! -d work/tree/$locusts_place_in_tree ]]; then
    locusts_stop_for error "the tree $PWD/work/tree has no folder $locusts_place_in_tree, in which the jobs are to run"
    return 1
  fi
  [[ $locusts_tree_mode != each ]] || locusts_choose_trees >|"$locusts_work/trees"
}

# Bash ends this script where it cannot fork for it any more, after some seconds of trying: no more can be
# done then than to tell what it was, without any process.
locusts_end_abruptly() {
  local code=$?
  ((code == 254)) || return
  locusts_stop_for signal
  locusts_stopping=error locusts_detail=$locusts_refusal
  locusts_note finish error "$locusts_detail"
  locusts_set_state error "$locusts_detail"
  printf 'left error\n' >|"managers/$locusts_incarnation.beat"
  locusts_say "stopped: $locusts_detail"
}

# From here on, what this process prints is its journal; slots ask it through a pipe of their own.
locusts_open_journal() {
  exec >>"journal/$locusts_incarnation.tsv" {locusts_requests}<> <(:)
} 2>/dev/null

locusts_refuse_option() { # why
  locusts_say "$1"
  exit 1
}

# Reads the command line: what to do goes to locusts_action, the rest to variables of its names.
locusts_read_options() { # options
  local option value
  locusts_action=run locusts_name='' locusts_folder='' locusts_slots_here=''
  locusts_allocation='' locusts_node='' locusts_ends_at=0 locusts_ahead=0 locusts_signal_grace=1 locusts_generation=1 locusts_scratch=''
  while (($# > 0)); do
    case $1 in
      --stop | --is-running | --version | --help) locusts_action=${1#--} ;;
      -h) locusts_action=help ;;
      --run | --slots | --name | --allocation | --node | --ends-at | --ahead | --grace | --generation | --scratch)
        (($# > 1)) || locusts_refuse_option "$1 needs a value; see: bash manager.sh --help"
        option=${1#--} value=$2
        case $option in
          run) option=folder ;;
          slots) option=slots_here ;;
          grace) option=signal_grace ;;
        esac
        printf -v "locusts_${option//-/_}" '%s' "$value"
        shift
        ;;
      *) locusts_refuse_option "unknown option $1; see: bash manager.sh --help" ;;
    esac
    shift
  done
  [[ ! $locusts_slots_here || $locusts_slots_here == [1-9]*([0-9]) ]] ||
    locusts_refuse_option "--slots takes a whole number from 1, not '$locusts_slots_here'"
  for option in ends-at ahead signal-grace generation; do
    value=locusts_${option//-/_}
    [[ ${!value} == +([0-9]) || $option == ahead && ${!value} == -+([0-9]) ]] ||
      locusts_refuse_option "--${option#signal-} takes a whole number, not '${!value}'"
  done
  [[ ! $locusts_scratch || $locusts_scratch == /* ]] ||
    locusts_refuse_option "--scratch takes an absolute path, not '$locusts_scratch'"
  [[ $locusts_name == *([A-Za-z0-9_-]) ]] ||
    locusts_refuse_option "--name takes letters, digits, - and _, not '$locusts_name'"
}

# What is known of the slots, the lists of jobs and the other managers, at the start of this incarnation.
locusts_begin_state() {
  locusts_failures=0 locusts_lists=0 locusts_frontier=0 locusts_stride=1
  locusts_farewell='' locusts_next_turn=0 locusts_last_slot=0 locusts_slots_to_start=0 locusts_lost_slots='' locusts_disk_is_full=''
  locusts_turns=() locusts_inbox=() locusts_slot_pid=() locusts_is_missed=() locusts_list_chunk=() locusts_list_file=()
  locusts_list=0 locusts_given=0 locusts_list_length=() locusts_slot_part=() locusts_part_size=() locusts_part_begun=()
  locusts_finished=() locusts_used_tries=() locusts_running=() locusts_deaths=() locusts_inherited=() locusts_taken_over=()
  locusts_suspect_chunks=() locusts_suspects_run=''
  declare -gA locusts_known=() locusts_deaths_of=() locusts_parts_at_work=()
  locusts_timed_job=() locusts_time_spent=() locusts_next_limit='' locusts_module_functions=()
  locusts_gpus=() locusts_gpu_owner=() locusts_pins=() locusts_pin_owner=()
  locusts_waiting=() locusts_wanted_cores=() locusts_wanted_memory=() locusts_wanted_gpus=() locusts_share_begun=()
  locusts_longest_try=0 locusts_first_waiting='' locusts_first_since=0
  locusts_next_sample=0 locusts_last_peaks='' locusts_peaks=() locusts_members=()
  locusts_has_left='' locusts_lost='' locusts_gone_since='' locusts_held=() locusts_has_succeeded='' locusts_chain_is_broken=''
  locusts_node_trouble=error
  locusts_read_uptime
  locusts_last_watch=$locusts_uptime
  [[ ! $locusts_is_pilot ]] || locusts_begin_pilot
}

# Starts the slots, and serves them until no job is left to begin.
locusts_run_jobs() {
  local given=$locusts_slots_here
  [[ $locusts_is_pilot ]] || given=${given:-$locusts_slots}
  locusts_slots=${locusts_slots_here:-$locusts_slots}
  [[ $locusts_slots ]] || locusts_count_slots
  locusts_define_environment
  [[ ! -e one-at-a-time ]] || locusts_slots=1 # so that it is known which job changes a shared input
  ((locusts_slots > 1 || locusts_managers > 1)) || : >|"$locusts_work/alone"
  ((${#locusts_modules[@]} == 0)) || locusts_load_modules || locusts_slots=0
  [[ $locusts_most_gpus == 0 && ! $locusts_pin ]] || locusts_find_devices
  [[ ! $locusts_shares_by_job ]] || locusts_begin_shares "$given"
  [[ ! $locusts_tree_mode ]] || locusts_check_tree || locusts_slots=0
  locusts_refusal="$locusts_host refuses to start more processes: raise 'ulimit -u' there (or the most tasks of its control group), or use fewer slots"
  trap locusts_end_abruptly EXIT
  locusts_start_slots
  locusts_serve_all
  trap - EXIT
  [[ ! $locusts_is_pilot ]] || locusts_stand_by
  locusts_end_trial
  locusts_end_what_remains "$locusts_incarnation"
  [[ $locusts_stopping != disk-full ]] || locusts_inspect_disk
}

# Says how it ended: to the journal, to others, to people, and by the exit code.
locusts_finish() {
  [[ ! $locusts_lost ]] || locusts_stopping=lost locusts_detail=$locusts_lost
  locusts_leave_scratch
  if [[ $locusts_is_pilot ]]; then
    locusts_drop_scratch_of_the_dead
    locusts_say_farewell
  else
    locusts_farewell=${locusts_stopping:+left $locusts_stopping}
  fi
  locusts_note finish "${locusts_chain_is_broken:-${locusts_stopping:-finished}}" "${locusts_detail:--}"
  locusts_set_state "${locusts_stopping:-finished}" "$locusts_detail"
  # Closing it has a network file system write it out, for the one who counts what has ended.
  [[ ! ${locusts_notify-} ]] || : >>"journal/$locusts_incarnation.tsv"
  { printf '%s\n' "${locusts_farewell:-finished}" >|"managers/$locusts_incarnation.beat"; } 2>/dev/null # the folder may be gone
  [[ ! ${locusts_notify-} ]] || locusts_give_word
  case $locusts_stopping in
    '') return 0 ;;
    disk-full) locusts_say "stopped: the disk that holds ${locusts_detail:-$PWD} is full; make room, then start again"; return "$locusts_exit_disk_full" ;;
    too-many-failures) locusts_say "stopped: $locusts_detail"; return "$locusts_exit_too_many_failures" ;;
    walltime)
      locusts_say "its time has ended with work left${locusts_detail:+; $locusts_detail}"
      [[ $locusts_farewell == continued ]] || return "$locusts_exit_walltime"
      ;;
    bad-node) locusts_say "stopped: $locusts_detail"; return "$locusts_exit_bad_node" ;;
    lost) locusts_say "stopped: $locusts_detail"; return "$locusts_exit_lost" ;;
    spoilt) locusts_say "stopped: an input that jobs share was changed: $locusts_detail; 'locusts deploy' makes it anew"; return 1 ;;
    signal)
      if [[ $locusts_is_taken_over ]]; then
        locusts_say 'stopped: it was silent for long, as if suspended, and others have taken over its jobs'
      else
        locusts_say 'stopped by a signal; the next start goes on from here'
      fi
      return "$locusts_exit_signal"
      ;;
    *) locusts_say "stopped: $locusts_detail"; return 1 ;;
  esac
}

locusts_main() { # options
  local code=0
  locusts_put_aside
  locusts_read_options "$@"
  case $locusts_action in
    help) locusts_usage; return ;;
    version) printf 'format %s\n' "$locusts_format"; return ;;
  esac
  locusts_bundle=$(CDPATH='' cd -- "$locusts_bundle" && pwd) || exit
  locusts_script=$locusts_bundle/${locusts_script##*/}
  # Not $HOSTNAME: a variable of that name may come from another machine.
  read -r locusts_host </proc/sys/kernel/hostname
  read -r locusts_boot </proc/sys/kernel/random/boot_id
  locusts_host=${locusts_node:-$locusts_host}
  locusts_close_inherited
  locusts_enter_run "$locusts_folder"
  locusts_read_run
  case $locusts_action in
    stop) locusts_stop_others "$locusts_name"; return ;;
    is-running) locusts_find_running "$locusts_name"; ((${#locusts_found_running[@]} + ${#locusts_found_elsewhere[@]} > 0)); return ;;
  esac

  if [[ -e cancelled ]]; then
    locusts_say "$PWD was cancelled; 'locusts deploy' goes on with its jobs"
    return
  fi
  locusts_name=${locusts_name:-main}
  set -C
  locusts_stopping='' locusts_detail='' locusts_made_scratch='' locusts_is_blamed='' locusts_is_taken_over=''
  locusts_begin_incarnation
  if [[ -e gathered ]]; then
    locusts_say "$PWD is over, and its results are gathered; 'locusts deploy' begins another run"
    return
  fi
  # Beside the run; of one that is run alone, in its own folder.
  locusts_shared=$({ cd ./shared || cd ../../shared; } 2>/dev/null && pwd)
  locusts_begin_state
  if ! locusts_open_journal && ! locusts_open_journal; then # what refuses may pass
    locusts_blame_disk "$PWD/journal/$locusts_incarnation.tsv cannot be written"
    locusts_set_state "$locusts_stopping" "$locusts_detail"
    locusts_say "$PWD/journal/$locusts_incarnation.tsv cannot be written: $(df -Ph . | tail -n 1 | cut -c 1-200)"
    [[ $locusts_stopping != disk-full ]] || exit "$locusts_exit_disk_full"
    exit 1
  fi
  locusts_measure_machine
  locusts_leave_terminal
  locusts_note manager "$locusts_incarnation" "$locusts_host" $$ "$locusts_cores"
  [[ ! $locusts_is_pilot ]] || locusts_give_heartbeat
  locusts_take_over_all "$locusts_name"
  # Whoever sends one of these to all that a pilot runs ends its jobs with it. A pilot's USR1 says something else. And
  # not by ALRM: that is how older bash counts the time of `read -t`.
  trap 'locusts_stop_for signal "${locusts_allocation:+the pilot $locusts_allocation on $locusts_host}"' \
    TERM INT HUP QUIT USR1 USR2 XCPU VTALRM PROF
  [[ ! $locusts_is_pilot ]] || trap 'locusts_is_warned=1 locusts_warned_at=$SECONDS' USR1
  trap : PIPE # a slot that was killed does not read its answer
  locusts_run_jobs
  locusts_finish || code=$?
  locusts_begin_anew "$@"
  return "$code"
}
