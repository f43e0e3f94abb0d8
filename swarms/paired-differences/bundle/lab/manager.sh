#!/usr/bin/env bash
# generated from swarm.config.ts - do not edit
#
# The manager of the swarm paired-differences.
# How sure is a mean difference of ten pairs? 200 bootstraps, each with a seed of its own.
#
# It runs the jobs of one run list, a few at a time, each in a folder of its own,
# and writes a line to its journal for whatever happens to them.
# It needs bash 4.4 or newer, coreutils, findutils, grep and tar.
#
#   bash manager.sh --help
#
# What stands in single quotes is meant as it stands; some functions are called by traps, or by their names.
# shellcheck disable=SC2016,SC2317

if [[ ${1-} != --inside ]]; then
  if ((BASH_VERSINFO[0] * 100 + BASH_VERSINFO[1] < 404)); then
    printf 'manager.sh: this is bash %s; the manager needs bash 4.4 or newer\n' "$BASH_VERSION" >&2
    exit 1
  fi
  # Functions, start files and options that the environment holds are for jobs: with -p, bash leaves them alone.
  [[ $- == *p* ]] || exec "$BASH" -p -- "${BASH_SOURCE[0]}" "$@"
  set +pefux +o posix
  unset -v FUNCNEST TMOUT
fi
# Before anything else: SLURM may say at any time that the pilot's time ends soon.
locusts_is_warned=''
trap 'locusts_is_warned=1' USR1

# ---- What this swarm is ----------------------------------------------------------

locusts_format=2 # of the run list and the journal
locusts_slots=4 # jobs at a time; empty: as many as fit this machine
locusts_job_cpus=1 # cores that one job keeps busy
locusts_job_memory=50 # MiB that one job needs; 0: not known
locusts_time_limit=0 # seconds for one try of a job; 0: no limit
locusts_grace=10 # seconds between SIGTERM and SIGKILL
locusts_retries=0 # further tries after a failed one
locusts_retry_on='exit signal timeout oom missing-output'
locusts_max_failures=0 # failed jobs after which no further one is begun; 0: never
locusts_stagger=0 # milliseconds between two starts
locusts_silence_seconds=120 # after which a manager that gave no sign of life is taken for dead
locusts_closing=30 # seconds before the end of a pilot's time from which on no job is begun
locusts_spare=5 # seconds before that end by which no job runs any more
locusts_walltime=600 # seconds that a pilot may run
locusts_successors=0 # pilots that may follow one another in the place of each
locusts_nodes_may_submit=1 # 0: all successors are submitted at the start

# The environment of every job, on top of the one that the manager was started in.
locusts_define_environment() {
  locusts_set_for_jobs OMP_NUM_THREADS=1
  locusts_set_for_jobs OPENBLAS_NUM_THREADS=1
  locusts_set_for_jobs MKL_NUM_THREADS=1
  locusts_set_for_jobs BLIS_NUM_THREADS=1
  locusts_set_for_jobs NUMEXPR_NUM_THREADS=1
  locusts_set_for_jobs VECLIB_MAXIMUM_THREADS=1
  locusts_set_for_jobs JULIA_NUM_THREADS=1
}

# ---- The command -------------------------------------------------------------
# It runs in a subshell of its own, in the job's folder.

# shellcheck disable=all
locusts_command() {

    awk -v seed="$param_seed" -f "$in_program" "$in_data" > "$out_means"
  

}

# A job's command, or what else needs it, in a bash of its own: in a container, or where the environment
# changes bash itself. The variables of the job come as text, then the folder and the functions to run.
if [[ ${1-} == --inside ]]; then
  eval "$2"
  builtin cd -- "$3" || exit 1
  set -e -o pipefail
  for locusts_step in "${@:4}"; do "$locusts_step"; done
  exit
fi

# ---- The jobs of a slot, one after another -------------------------------------------

# Takes jobs of one list until it holds none that is free. A job belongs to the slot that creates its
# log file.
#
# What a quick job needs stands in this one function, in few commands. Bash copies a function for each
# call of it; and whatever this process writes to after a fork has to be copied before, so that of
# quick jobs each command costs several times what it does elsewhere.
# shellcheck disable=SC2034 # the command may use what is read here
locusts_work_through_list() {
  if ! exec 5<"$locusts_list_file"; then
    locusts_stop_with "the list of jobs $locusts_list_file cannot be read"
    return
  fi
  while
    IFS=$'\t' read -r -u 5 \
      locusts_number locusts_tries locusts_copies locusts_job \
      param_seed \
      in_data \
      in_program \
      out_means
  do
    locusts_place=$locusts_sequence locusts_folder=$locusts_life/$locusts_sequence/$locusts_number
    [[ ! -e $locusts_folder.out ]] || continue # another slot has it
    if [[ $locusts_stopping || -e $locusts_life/stop || ! -e /proc/$locusts_manager ]]; then
      locusts_left=1
      break
    fi
    if ! : >"$locusts_folder.out"; then
      [[ ! -e $locusts_folder.out ]] || continue # another slot was quicker
      if locusts_has_room; then
        locusts_stop_with "$locusts_folder.out cannot be made"
      else
        locusts_disk_is_full=1
      fi
      break
    fi
    [[ $locusts_copies$param_seed$in_data$in_program$out_means != *\\* ]] || locusts_decode locusts_copies param_seed in_data in_program out_means
    locusts_try=$((locusts_tries + 1))
    while [[ $locusts_copies == - ]] || locusts_copy_inputs || locusts_give_up "its inputs could not be copied from the shared folder: $locusts_error"; do
      locusts_start=${EPOCHREALTIME:-$SECONDS.000000} locusts_start=${locusts_start/[!0-9]/} # the decimal sign is the locale's
      # Before the job can do anything, so that whatever it does, it is known to have run.
      if ! printf 'start\t%s\t%s\t%s\t-\t%s\t.\n' "$locusts_number" "$locusts_try" "$locusts_slot" "${locusts_start:0:-3}"; then
        locusts_disk_is_full=1
        break
      fi
      locusts_interrupted=''
      (
        set +C +m
        if [[ $locusts_is_special ]]; then # as the environment of jobs asks for
          [[ ! $locusts_own_shell ]] ||
            locusts_run_inside "$PWD/$locusts_folder" locusts_command
          # shellcheck disable=SC2163 # these are NAME=value
          export "${locusts_aside[@]}" 2>/dev/null
          # shellcheck disable=SC1090 # only the user knows it
          [[ ! $locusts_start_file ]] || { . "$locusts_start_file"; builtin cd -- "$locusts_run"; }
        fi
        builtin cd -- "$locusts_folder" || exit 1
        set -e -o pipefail
        locusts_command
      ) >|"$locusts_folder.out" 2>|"$locusts_folder.err" 3>&- 4<&- 5<&- &
      locusts_pid=$! locusts_code=0 locusts_told='' locusts_misses=0
      [[ ! $locusts_stopping && ! $locusts_interrupted ]] || locusts_end_job TERM # before its number was known
      # A loop, since only there bash forgets a process at once; with what it remembers a fork takes longer.
      until locusts_await_end; do :; done
      kill -KILL -- "-$locusts_pid" # whatever the job left running in the background
      locusts_now=${EPOCHREALTIME:-$SECONDS.000000} locusts_now=${locusts_now/[!0-9]/}
      if [[ -L $locusts_folder/$in_data || -L $locusts_folder/$in_program ]] && ! locusts_check_copies "$in_data" "$in_program"; then break; fi
      if [[ $locusts_code == 0 && ! $locusts_stopping && -f $locusts_folder/$out_means && -s $locusts_folder/$out_means ]] &&
        { ((locusts_now - locusts_start < 20000)) || ! locusts_saw_oom_kill; }; then
        locusts_pid=''
        # As locusts_record does it, in one command.
        if ! printf '%s\0done\t%s\t%s\tok\t0\t%s\t%s\t%s\tpresent\t.\0' "$locusts_folder/$out_means" \
          "$locusts_number" "$locusts_try" "${locusts_start:0:-3}" "${locusts_now:0:-3}" "$locusts_place" >>"$locusts_life/slots/$locusts_slot.ended"; then
          locusts_disk_is_full=1
        elif ((++locusts_ended >= 128 || locusts_now - locusts_published > 200000)); then
          locusts_publish
        fi
        break
      fi
      locusts_judge_try || break
      [[ ! $locusts_spoilt ]] || break # the next try would read it
    done
    [[ ! $locusts_disk_is_full && ! $locusts_refused ]] || break
    [[ ! $locusts_spoilt ]] || { locusts_stopping=1; break; }
  done
  exec 5<&-
}

# Looks at the outputs of the job that has just ended. Leaves a word for each in locusts_words, and what
# is wrong with them in locusts_wrong.
locusts_check_outputs() {
  locusts_found=()
  locusts_check_output means "$out_means" file compulsory 1
  locusts_words=${locusts_found[*]}
}

# What follows is the manager's own; the definition's commands above are read without this option.
shopt -s extglob

# ---- The jobs' environment, which is not this script's ---------------------------------
# What of it would change bash, or the programs that are called here, is put aside for the jobs.

locusts_functions=()  # name%%=text, those that the environment holds
locusts_aside=()      # NAME=value, for the jobs alone
locusts_start_file='' # what BASH_ENV names: bash reads it before a script
locusts_own_shell=''  # set where a job needs a bash of its own, since the environment changes bash itself

locusts_is_for_jobs_alone() { # name
  case $1 in
    BASH_ENV | ENV | FUNCNEST | TMOUT | TMPDIR | IFS | CDPATH | GLOB* | EXECIGNORE | CHILD_MAX | \
      BASH_COMPAT | IGNOREEOF | OPTERR | OPTIND | PS4 | TIMEFORMAT) return 0 ;;
    LANG | LANGUAGE | LC_* | LOCPATH | NLSPATH | GCONV_PATH | GLIBC_TUNABLES | MALLOC_* | LD_*) return 0 ;;
    TAR_* | TAPE | RSH | GREP_* | *POSIX* | *BLOCK_SIZE | BLOCKSIZE | QUOTING_STYLE | VERSION_CONTROL | \
      SIMPLE_BACKUP_SUFFIX | TIME_STYLE | COLUMNS) return 0 ;;
    PATH) return 0 ;;
  esac
  return 1
}

locusts_keep_aside() { # NAME=value
  locusts_aside+=("$1")
  case $1 in
    BASH_ENV=*[\$\`]* | FUNCNEST=?* | POSIXLY_CORRECT=*) locusts_own_shell=1 ;;
    BASH_ENV=*) locusts_start_file=${1#*=} ;;
  esac
}

# Puts aside what this process was started with. Its PATH and where its libraries are it needs itself.
locusts_put_aside() {
  local entries=() entry name
  mapfile -t -d '' entries </proc/"$$"/environ
  for entry in "${entries[@]}"; do
    name=${entry%%=*}
    case $name in
      PATH | LD_LIBRARY_PATH | IFS) ;; # bash does not take IFS from its environment
      LOCUSTS_ASIDE_*)
        locusts_keep_aside "${entry#LOCUSTS_ASIDE_}"
        unset -v "$name"
        ;;
      BASH_FUNC_*) locusts_functions+=("${entry#BASH_FUNC_}") ;;
      *)
        locusts_is_for_jobs_alone "$name" || continue
        locusts_keep_aside "$entry"
        unset -v "$name"
        ;;
    esac
  done
}

# Sets a variable for the jobs. What schedulers have told the manager stays as it is for the manager.
locusts_set_for_jobs() { # NAME=value
  if locusts_is_for_jobs_alone "${1%%=*}" || [[ $1 == @(SLURM|PBS|SGE|LSB)_* || $1 == @(NSLOTS|NCPUS|NHOSTS)=* ]]; then
    locusts_keep_aside "$1"
  else
    export "${1?}"
  fi
}

# Functions that the user has exported are there for the jobs. One that is called like something that
# this script uses would change the script: then jobs need a bash of their own, which takes them over.
locusts_take_functions() {
  local entry name names
  ((${#locusts_functions[@]} > 0)) || return 0
  names=" : [ break builtin cd command continue declare disown echo eval exec exit export false kill local mapfile printf \
    pwd read return set shift shopt source test time trap true type unset wait \
    cat chmod comm cp find grep id mkdir mount rm setsid sort stat tail tar tr unshare xargs "
  for entry in "${locusts_functions[@]}"; do
    name=${entry%%=*}
    name=${name%'%%'}
    if [[ $names == *" $name "* || $name == locusts_* || $name != [A-Za-z_]*([A-Za-z0-9_.:-]) || ${entry#*=} != '() {'* ]]; then
      locusts_own_shell=1
    else
      eval "$name ${entry#*=}"
    fi
  done
}

# Goes on in a bash of its own, which has the jobs' environment from its start: the last thing that a subshell does.
locusts_run_inside() { # folder functions...
  locusts_describe_job
  # shellcheck disable=SC2163 # these are NAME=value
  ((${#locusts_aside[@]} == 0)) || export "${locusts_aside[@]}"
  exec "$BASH" -- "$locusts_script" --inside "$locusts_variables" "$@"
}

# Leaves the variables that a job's command knows in locusts_variables, as bash reads them.
locusts_describe_job() {
  locusts_variables=$(declare -p locusts_script locusts_bundle locusts_shared param_seed in_data in_program out_means 2>/dev/null)
  local entry
  for entry in "${locusts_aside[@]}"; do # bash does not take IFS from its environment
    [[ $entry != IFS=* ]] || printf -v locusts_variables '%s\nexport %q' "$locusts_variables" "$entry"
  done
}

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
  # A trap may run this while IFS is something else for another read.
  if { IFS=' ' read -r words _ </proc/uptime; } 2>/dev/null; then
    locusts_uptime=$((10#${words/./}))
  else
    locusts_uptime=$((100 * SECONDS))
  fi
}

# Is this process stopped, and may it be continued?
locusts_is_suspended() { # pid
  local stat=''
  { read -r -d '' stat <"/proc/$1/stat"; } 2>/dev/null
  [[ ${stat##*) } == [Tt]* ]]
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

# Appends one line to the journal, which is standard output, in a single write.
locusts_note() {
  local IFS=$'\t'
  if ! printf '%s\t.\n' "$*"; then
    locusts_disk_is_full=1
    return 1
  fi
}

# Is there still room on the disk? Quotas and inodes run out as well, so this writes a new file.
locusts_has_room() {
  locusts_has_room_in "$locusts_life/slots" && { [[ ! $locusts_home ]] || locusts_has_room_in "$locusts_home"; }
}

locusts_has_room_in() { # folder
  local probe=$1/$locusts_slot.probe code=0
  printf '%65536s' '' >|"$probe" || code=1
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
  local position='^[^ ]*manager\.sh: line [0-9]+: (.*)' # in this script, which is of no use to who reads it
  [[ ! $locusts_error =~ $position ]] || locusts_error=${BASH_REMATCH[1]}
  [[ ! $locusts_error =~ ^\ *[0-9]+\ +[A-Z] ]] || locusts_error='' # bash tells of each part of a pipe, but not its code
  locusts_error=${locusts_error%%$'\n'*} locusts_error=${locusts_error//$'\t'/ }
  locusts_error=${locusts_error:0:200}
  [[ $locusts_error ]] || locusts_error="${1#locusts_} ended with exit code $2"
  return "$2"
}

# Something is wrong that is neither a job's fault nor a full disk: the manager is told what, and stops.
locusts_stop_with() { # what
  printf 'trouble %s %s\n' "$locusts_slot" "$1" >&3
  locusts_stopping=1
}

# Bash ends a script that it cannot fork for any more, after some seconds of trying. The manager is told,
# and finds out from the journal what was going on here.
locusts_take_leave() {
  local code=$?
  ((code == 254)) || return # a job can kill this shell as well
  locusts_end_job KILL
  printf 'refused %s\n' "$locusts_slot" >&3
}

# The job at hand has failed for good.
locusts_report_failure() { # the fields of its line
  [[ ! $locusts_home ]] || locusts_bring_logs
  # The manager judges whose fault it was. Only short lines stay whole on their way.
  if ((${#1} < 2000)); then
    printf 'failure %s %s\n' "$locusts_slot" "$1" >&3
    locusts_has_succeeded='' # the next success is worth a word
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
  if ((code > 125)); then # a program was killed, or could not be started
    locusts_stop_with "job $locusts_number: $1"
    return 1
  fi
  locusts_read_clock
  printf -v locusts_facts '%s\t' "$locusts_number" "$locusts_try" node 1 "${locusts_now:0:-3}" "${locusts_now:0:-3}" "$locusts_place" - "$1"
  locusts_report_failure "${locusts_facts%$'\t'}"
  return 1
}

# A fresh folder for the next try: nothing that the last one soiled is left in it. The first log stays,
# emptied, since it says whose job this is.
locusts_renew_folder() {
  : >|"$locusts_folder.out"
  rm -rf -- "$locusts_folder" "$locusts_folder.err"
  locusts_try=$((locusts_try + 1))
  locusts_place=$locusts_sequence.$locusts_try
  locusts_folder=$locusts_life/$locusts_place/$locusts_number
  locusts_try_twice mkdir -p -- "$locusts_life/$locusts_place" &&
    locusts_try_twice tar --no-unquote --no-same-owner -xf "chunks/$locusts_chunk.tar" -C "$locusts_life/$locusts_place" -- "$locusts_number"
}

# Inputs too large to be packed lie in the shared folder; this job wants copies of its own.
locusts_copy_inputs() {
  local from to
  while IFS=$'\t' read -r from to; do
    # Over what an earlier try may have left.
    locusts_try_twice cp -RT --remove-destination --reflink=auto --preserve=timestamps -- "$locusts_shared/$from" "$locusts_folder/$to" &&
      locusts_try_twice chmod -R u+w -- "$locusts_folder/$to" || return
  done < <(printf '%s\n' "$locusts_copies")
}

# Reads the manager's answer. If it is not there yet, what has ended is written down in the meantime.
locusts_read_answer() {
  read -t 0 -u 4 || locusts_publish # asked for so, since a time limit could end in the middle of a line
  read -r -u 4 locusts_word locusts_sequence locusts_chunk locusts_list_file
}

locusts_slot_main() { # --slot number --life name list manager life-folder shared requests-fd
  locusts_slot=$2 locusts_sequence=$5 locusts_manager=$6 locusts_life=${7/#"$PWD/"/./} locusts_shared=$8
  locusts_has_succeeded=''
  locusts_home=$PWD/work/$4 # where results are published, if jobs run elsewhere
  [[ $locusts_home != "$7" ]] || locusts_home=''
  locusts_script=${BASH_SOURCE[0]} locusts_bundle=${BASH_SOURCE[0]%/*} locusts_run=$PWD
  locusts_put_aside
  locusts_take_functions
  # Is there something to do before a job that its environment asks for?
  locusts_is_special=$locusts_own_shell
  ((${#locusts_aside[@]} == 0)) || locusts_is_special=1
  # Standard output is the journal here, 3 leads to the manager, 4 brings its answers, and 5 will be the
  # list at hand. Jobs get nothing to read, and what bash complains of goes nowhere: a redirection for
  # each of these would cost more than the rest of the bookkeeping.
  local requests=$9
  exec 4<&0 </dev/null 2>/dev/null 3>&"$requests" {requests}>&-
  locusts_pid='' locusts_stopping='' locusts_disk_is_full='' locusts_left=''
  locusts_spoilt=''
  locusts_ended=0 locusts_interrupted='' locusts_published=0
  # Where bash has no clock of its own: it counts the seconds from here.
  [[ ${EPOCHREALTIME-} ]] || printf -v SECONDS '%(%s)T' -1
  locusts_memory_events='' locusts_oom_kills=0
  locusts_saw_oom_kill
  locusts_memory_ran_out=''
  set -C -m
  shopt -u extglob # a job begins without it
  trap 'locusts_interrupted=1; locusts_obey_stop' USR2
  # A job that ends itself by "kill $$" means no more than that.
  trap 'locusts_interrupted=1; locusts_end_job TERM' TERM
  trap 'locusts_interrupted=1; locusts_end_job INT' INT
  trap 'locusts_interrupted=1; locusts_end_job HUP' HUP
  locusts_refused=''
  trap locusts_take_leave EXIT

  printf 'next %s %s\n' "$locusts_slot" "$locusts_sequence" >&3
  while locusts_read_answer && [[ $locusts_word == list ]]; do
    [[ $locusts_disk_is_full ]] || locusts_work_through_list
    if [[ $locusts_disk_is_full || $locusts_refused || $locusts_stopping ]]; then
      locusts_left=1
      break
    fi
    printf 'next %s %s\n' "$locusts_slot" "$locusts_sequence" >&3
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
  if ((locusts_code >= 147 && locusts_code <= 150)) && kill -0 "$locusts_pid"; then
    ! locusts_is_suspended "$locusts_pid" || read -r -t 0.3 <> <(:)
    locusts_code=0
    return 1
  fi
  if ((locusts_code == 127)); then
    locusts_code=${locusts_told:-127}
    return
  fi
  if ((locusts_code >= 0)); then
    [[ $locusts_interrupted ]] && ((locusts_code > 128)) || return 0
    locusts_told=$locusts_code
  elif ((++locusts_misses >= 3)); then
    if ! kill -0 "$locusts_pid"; then
      locusts_code=${locusts_told:-143}
      return
    fi
    read -r -t 0.05 <> <(:)
  fi
  locusts_interrupted='' locusts_code=0
  return 1
}

# Has the kernel's out-of-memory killer been at work in this control group since the last look? Then
# locusts_memory_ran_out is set until a try is judged by it. Quick tries that end well are not looked at
# one by one: a look takes some thousandths of what a try does, and then it would be some hundredths.
locusts_saw_oom_kill() {
  local id key value place before=$locusts_oom_kills
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
  while read -r key value; do
    [[ $key != oom_kill ]] || locusts_oom_kills=$value
  done <"$locusts_memory_events"
  ((locusts_oom_kills > before)) || return 1
  locusts_memory_ran_out=1 locusts_kills_before=$before
}

# Something was killed for want of memory while this try ran. Was it part of it? In a manager of one slot
# it was. Among others, those that ended by SIGKILL come first, or whose shell has said that a part of
# them was killed; what nobody has claimed so is this one's.
locusts_owns_oom_kill() {
  local claims=() claim claimed=0
  if [[ ! -e $locusts_life/alone ]]; then
    if ((locusts_code != 137)) && ! tail -c 4000 -- "$locusts_folder.err" | grep -E ': line [0-9]+: +[0-9]+ .*Killed( |$)' >/dev/null; then
      locusts_await_word
      [[ ! -e $locusts_life/slots/oom-kills ]] || mapfile -t claims <"$locusts_life/slots/oom-kills"
      for claim in "${claims[@]}"; do ((claim <= locusts_kills_before)) || claimed=$((claimed + 1)); done
      ((locusts_oom_kills - locusts_kills_before > claimed)) || return 1
    fi
    printf '%s\n' "$locusts_oom_kills" >>"$locusts_life/slots/oom-kills"
  fi
}

# Was the job's shell ended since it could not start a program? Then bash says so last.
locusts_was_refused() {
  local last
  last=$(tail -n 3 -- "$locusts_folder.err") || return 0 # this one could not start either
  [[ $last =~ (^|$'\n')[^\ ]*manager\.sh:\ fork:\ (Resource\ temporarily\ unavailable|Cannot\ allocate\ memory) ]]
}

# Ends the job that runs in this slot: its whole process group.
locusts_end_job() { # signal
  [[ $locusts_pid ]] || return 0
  kill -s "$1" -- "-$locusts_pid"
  kill -CONT -- "-$locusts_pid" # one that is stopped would not notice
}

# The manager wants this slot to end its job, and when it asks again, whatever it takes.
locusts_obey_stop() {
  if [[ $locusts_stopping ]]; then
    locusts_end_job KILL
  else
    locusts_stopping=1
    locusts_end_job TERM
  fi
}

# A signal that has ended the job may have been meant for all of us, as when a terminal is closed:
# then the manager says so within this time.
locusts_await_word() {
  local rounds
  for ((rounds = 0; rounds < 10; rounds++)); do # a manager on a busy node is slow to say so
    [[ ! $locusts_stopping ]] || return 0
    read -r -t 0.2 <> <(:)
  done
}

# Was the job ended since the pilot's time ends? If it had as good as a whole walltime of its own,
# another try would end the same way.
locusts_recognize_cut() {
  local latest=''
  read -r latest <"$locusts_life/cut" && [[ $latest ]] || return 0
  locusts_cause=walltime
  ((${locusts_start:0:-6} <= latest)) || locusts_cause='cut'
}

# What ended the try? Leaves the answer in locusts_cause.
locusts_find_cause() {
  ((locusts_code == 0 && locusts_now - locusts_start < 20000)) || locusts_saw_oom_kill
  locusts_has_oom_kill=$locusts_memory_ran_out locusts_memory_ran_out=''
  locusts_cause=ok
  if [[ $locusts_stopping ]]; then
    locusts_cause=stopped
  elif ((locusts_code > 128 && locusts_code <= 192)); then
    locusts_cause=signal
    case $locusts_code in
      129 | 130 | 143) locusts_await_word ;;
      137) [[ -e /proc/$locusts_manager ]] || locusts_stopping=1 ;; # whoever takes over ends what it finds, in any order
    esac
    [[ ! $locusts_stopping ]] || locusts_cause=stopped
  elif ((locusts_code != 0)); then
    locusts_cause='exit'
  fi
  # Bash ends the group of a shell that cannot fork by SIGTERM, and the shell itself by 254.
  if ((locusts_code == 254 || locusts_code == 143)) && [[ $locusts_cause == @(exit|signal) ]] && locusts_was_refused; then
    locusts_cause=stopped locusts_refused=1
  fi
  if [[ $locusts_has_oom_kill && $locusts_cause == @(signal|exit) ]] && locusts_owns_oom_kill; then
    locusts_cause=oom
  fi
  locusts_pid=''
}

# Judges the try of the job at hand. If it was not good and there is to be another one,
# makes the job's folder ready for it; fails if there is not.
locusts_judge_try() {
  locusts_find_cause
  locusts_words='' locusts_wrong=''
  if [[ $locusts_cause == ok ]]; then
    locusts_job_files=()
    locusts_check_outputs
    if [[ ! $locusts_wrong ]]; then
      # With several jobs at a time it might be another's.
      [[ ! $locusts_has_oom_kill || ! -e $locusts_life/alone ]] || locusts_words="killed${locusts_words:+ $locusts_words}"
      locusts_record "${locusts_words:--}" "${locusts_job_files[@]}"
      return 1
    fi
    locusts_cause=missing-output
    [[ ! $locusts_has_oom_kill || ! -e $locusts_life/alone ]] || locusts_cause=oom
    [[ ! $locusts_stopping ]] || locusts_cause=stopped
  fi
  [[ $locusts_cause != stopped ]] || locusts_recognize_cut
  printf -v locusts_facts '%s\t' "$locusts_number" "$locusts_try" "${locusts_cause/cut/walltime}" "$locusts_code" \
    "${locusts_start:0:-3}" "${locusts_now:0:-3}" "$locusts_place"
  if [[ $locusts_cause == @(stopped|cut) ]]; then
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
  if ((locusts_try > locusts_retries)) || [[ $locusts_cause == walltime ]] || [[ " $locusts_retry_on " != *" $locusts_cause "* ]]; then
    locusts_report_failure "$locusts_facts${locusts_words:--}"$'\t'"${locusts_wrong:--}"
    return 1
  fi
  locusts_note again "${locusts_facts%$'\t'}" "${locusts_words:--}" "${locusts_wrong:--}" || return 1
  locusts_renew_folder || locusts_give_up "its inputs could not be unpacked from chunks/$locusts_chunk.tar again: $locusts_error"
}
# ---- Outputs: are they as declared, and how large? --------------------------------

# Looks at one output; leaves a word for it in locusts_found: missing, invalid, its bytes, or
# "present" for a file, whose size is asked for later, together with others'. What looks may be killed,
# or may not start, which says nothing of the output: then it looks again.
locusts_check_output() { # name path kind need min-bytes [grep-flags ere]
  local name=$1 path=$locusts_folder/$2 kind=$3 need=$4 bytes=$5 there=1 size='' code=0
  case $kind in
    folder) [[ -d $path ]] || there='' ;;
    *) [[ -f $path ]] || there='' ;;
  esac
  if [[ ! $there ]]; then
    if [[ -e $path ]]; then
      locusts_reject "$name is not a $kind"
    else
      locusts_found+=(missing)
      [[ $need == optional ]] || locusts_wrong+="${locusts_wrong:+, }$name is missing"
    fi
    return
  fi
  if [[ $kind == folder ]]; then
    locusts_ask locusts_measure_folder "$path"
    case $code in
      0) ;;
      1) locusts_reject "$name $size"; return ;;
      *) locusts_leave_unjudged find; return ;;
    esac
  elif ((bytes > 1)) && ! locusts_ask stat -L -c %s -- "$path" && [[ -e $path ]]; then
    locusts_leave_unjudged stat
    return
  fi
  if ((bytes == 1)) && [[ ! -s $path || $size == 0 ]]; then
    locusts_reject "$name is empty"
  elif ((bytes > 1 && ${size:-0} < bytes)); then
    locusts_reject "$name has less than $bytes bytes"
  elif [[ ${7-} ]] && ! locusts_has_line "$6" "$7" "$path"; then
    if ((code == 1)); then
      locusts_reject "$name has no line that matches"
    else
      locusts_leave_unjudged grep
    fi
  elif [[ $kind == file ]]; then
    locusts_found+=(present)
    locusts_job_files+=("$path")
  else
    locusts_found+=("$size")
    [[ ! $locusts_home ]] || locusts_job_files+=("$path/")
  fi
}

locusts_reject() { # what is wrong with an output
  locusts_found+=(invalid)
  locusts_wrong+="${locusts_wrong:+, }$1"
}

# Neither good nor bad: the job stays unfinished.
locusts_leave_unjudged() { # program
  locusts_stop_with "$path cannot be looked at: $1 ended with exit code $code"
  locusts_reject "$name could not be looked at"
}

# Leaves in size what a command prints, and in code how it has ended.
locusts_ask() { # command
  for _ in 1 2; do
    size=$("$@")
    code=$?
    ((code != 0)) || return 0
  done
  return "$code"
}

# Is there a line that matches? Left in code, which is 1 where there is none.
locusts_has_line() { # grep-flags ere path
  for _ in 1 2; do
    grep "$1" -e "$2" -- "$3" >/dev/null
    code=$?
    ((code > 1)) || return "$code"
  done
  [[ -r $3 ]] || code=1 # that is the job's doing
  return "$code"
}

# Prints the bytes in all the files of a folder; or, with code 1, why it can't be brought home.
locusts_measure_folder() { # path
  local kind size name total=0 code=''
  while read -r -d '' kind size name; do
    case $kind in
      f) total=$((total + size)) ;;
      ended) code=$size ;;
      *)
        name=${name//[[:cntrl:]]/?}
        printf 'has something in it that is neither a file nor a folder: %s' "${name:0:200}"
        return 1
        ;;
    esac
  done < <(find -H "$1" ! -type d ! -type l -printf '%y %s %P\0'; printf 'ended %s\0' "$?")
  case $code in
    0) printf '%s' "$total" ;;
    1) printf 'has a folder in it that cannot be read' ;;
  esac
  return "${code:-137}"
}

# ---- What has ended well -----------------------------------------------------------
# It is kept in a file of the slot's own, slots/<n>.ended: for each job the paths of its outputs, then
# the fields of its line. Of quick jobs many are written down together, by a process of its own: this
# one is to stay small.

# The job at hand has ended well.
locusts_record() { # words-for-outputs paths
  local line
  printf -v line 'done\t%s\t%s\tok\t0\t%s\t%s\t%s\t%s\t.' \
    "$locusts_number" "$locusts_try" "${locusts_start:0:-3}" "${locusts_now:0:-3}" "$locusts_place" "$1"
  if ! printf '%s\0' "${@:2}" "$line" >>"$locusts_life/slots/$locusts_slot.ended"; then
    locusts_disk_is_full=1
  elif ((++locusts_ended >= 128 || locusts_now - locusts_published > 200000)); then
    locusts_publish
  fi
}

# Has the jobs written down that have ended well; only that makes their outputs a result.
locusts_publish() {
  ((locusts_ended > 0)) || return 0
  locusts_saw_oom_kill
  locusts_memory_ran_out='' # that was one of those
  local code=0
  (locusts_write_down) || code=$?
  case $code in
    0) ;;
    2) locusts_stopping=1; return ;; # it has said why
    *)
      if locusts_has_room; then
        locusts_stop_with "the journal cannot be written"
      else
        locusts_disk_is_full=1
      fi
      return
      ;;
  esac
  if [[ ! $locusts_has_succeeded ]]; then
    locusts_has_succeeded=1
    printf 'good %s\n' "$locusts_slot" >&3
  fi
  locusts_ended=0 locusts_published=$locusts_now
}

# A line for each job that has ended well. Their outputs' sizes are asked for by one process for all. Ends
# with 2 where it has told the manager what is wrong, and nothing is written yet.
locusts_write_down() {
  local token lines=() paths=() files=() brought=() jobs=() place number sizes=() line word words detail next=0
  while IFS='' read -r -d '' token; do
    case $token in
      done$'\t'*)
        line=${token%$'\t.'}
        lines+=("$line") files+=("${paths[@]}") paths=()
        place=${line%$'\t'*} number=${line#*$'\t'}
        jobs+=("${place##*$'\t'}/${number%%$'\t'*}")
        ;;
      */) brought+=("${token%/}") ;; # a folder; its size is known
      *) paths+=("$token") ;;
    esac
  done <"$locusts_life/slots/$locusts_slot.ended"
  if ((${#lines[@]} != locusts_ended)); then
    locusts_stop_with "$locusts_life/slots/$locusts_slot.ended holds ${#lines[@]} jobs, and not the $locusts_ended that were written to it: what has changed it?"
    return 2
  fi
  brought+=("${files[@]}")
  if [[ $locusts_home ]]; then
    if ! locusts_try_twice locusts_bring_outputs; then
      locusts_has_room || return
      locusts_stop_with "outputs cannot be copied from $locusts_life to $locusts_home: $locusts_error"
      return 2
    fi
  fi
  if ((${#files[@]} > 0)); then
    locusts_measure "${files[@]}" || locusts_measure "${files[@]}" || {
      locusts_stop_with 'the sizes of outputs cannot be asked for: stat fails'
      return 2
    }
  fi
  for line in "${lines[@]}"; do
    words='' detail=-
    for word in ${line##*$'\t'}; do
      if [[ $word == killed ]]; then
        detail='something was killed for want of memory while it ran'
        continue
      fi
      [[ $word != present ]] || word=${sizes[next++]}
      words+="${words:+ }$word"
    done
    printf '%s\t%s\t%s\t.\n' "${line%$'\t'*}" "${words:--}" "$detail" || return
  done
  [[ ! $locusts_home ]] || locusts_drop_brought
  : >|"$locusts_life/slots/$locusts_slot.ended"
}

# Leaves the size of each file in sizes, and "missing" for one that has gone since.
locusts_measure() { # files
  local file
  mapfile -t sizes < <(stat -L -c %s -- "$@")
  ((${#sizes[@]} != $#)) || return 0
  sizes=()
  for file; do
    if [[ -e $file ]]; then
      sizes+=("$(stat -L -c %s -- "$file")") && [[ ${sizes[-1]} ]] || return
    else
      sizes+=(missing)
    fi
  done
}

# Where jobs run on the node's own disk, the outputs and logs of those that are to be published go to
# the shared one, by one process for all of them. What is a link there leads nowhere from here.
locusts_bring_outputs() {
  local job path paths=() made=''
  for job in "${jobs[@]}"; do
    paths+=("$job.out" "$job.err")
    [[ ${job%/*} == "$made" ]] || locusts_make_place "${job%/*}"
    made=${job%/*}
  done
  for path in "${brought[@]}"; do paths+=("${path#"$locusts_life/"}"); done
  (cd -- "$locusts_life" && exec cp -RH --preserve=mode --parents -- "${paths[@]}" "$locusts_home/")
}

# Two that make the same folder at once would be in each other's way: cp takes that for a failure.
locusts_make_place() { # the list's folder
  [[ -d $locusts_home/$1 ]] || mkdir -p -- "$locusts_home/$1"
}

# The logs of a job that has failed.
locusts_bring_logs() {
  local log=$locusts_place/$locusts_number
  [[ -e $locusts_folder.err ]] || return 0
  locusts_make_place "$locusts_place"
  (cd -- "$locusts_life" && exec cp --parents -- "$log.out" "$log.err" "$locusts_home/")
  rm -rf -- "$locusts_folder"
}

# Makes room on the node's disk. The first log of a job stays, emptied, since it says whose it is.
locusts_drop_brought() {
  local job paths=()
  for job in "${jobs[@]}"; do
    paths+=("$locusts_life/$job" "$locusts_life/$job.err")
    : >|"$locusts_life/$job.out"
  done
  rm -rf -- "${paths[@]}"
}

# ---- Copies that jobs share ---------------------------------------------------------
# What lies in shared/ is there to be read. A job that writes to it all the same, as root may, changes what
# others read: that is found out when it has ended, before anything is begun after it in this slot. Whatever
# was written then is newer than the run.

# Are the copies that the job at hand has links to as they were? If not, no more jobs are begun before they
# are made anew. Fails if this job may have read what another has written: then it counts as never begun.
locusts_check_copies() { # the paths of its inputs
  local input links=()
  for input; do
    [[ ! -L $locusts_folder/$input ]] || links+=("$input")
  done
  locusts_are_touched "${links[@]}" || return 0
  for input in "${links[@]}"; do
    if locusts_is_intact "$input"; then continue; fi
    locusts_spoilt=1
    printf 'spoilt %s %s\n' "$locusts_slot" "$input, when the job $locusts_job ran" >&3
    [[ ! -e $locusts_life/alone ]] || return 0 # nobody else can have done it
    locusts_pid=''
    locusts_note stopped "$locusts_number" "$locusts_try" stopped "$locusts_code" \
      "${locusts_start:0:-3}" "${locusts_now:0:-3}" "$locusts_place" - 'an input that jobs share was changed'
    return 1
  done
}

# Has anything in the job's copies been written to since the run was made? By the time of change, which nobody can
# set: the time of writing is put back by cp -p, rsync and tar. It may have been before, too, where copies are made
# anew during a run.
locusts_are_touched() { # paths of its inputs
  local found
  found=$(find -H "${@/#/"$locusts_folder/"}" -newercm run -print -quit 2>/dev/null) && [[ ! $found ]] || return 0
  return 1
}

# Is a copy as the seal says that was set when it was whole?
locusts_is_intact() { # path of the input
  local text record path entry
  text=$(readlink -- "$locusts_folder/$1") || return
  entry=${text%/*/*} entry=${text#"$entry/"} # <digest>/<name>
  cmp -s <(cd -- "$locusts_shared" && find "./$entry" -printf '%y %s %i %T@ %C@ %p\0' | LC_ALL=C sort -z) <(
    while IFS='' read -r -d '' record; do
      path=${record#*' ./'}
      [[ $path != "$entry" && $path != "$entry"/* ]] || printf '%s\0' "$record"
    done <"$locusts_shared/.seal" | LC_ALL=C sort -z
  )
}

# A slot reads no further: the less it holds, the quicker it forks.
if [[ ${1-} == --slot ]]; then
  locusts_slot_main "$@"
  exit
fi

# ---- The run: its folders, its chunks, who has claimed them ----------------------
#
#   <target>/bundle/manager.sh     this script
#   <target>/shared/               inputs that lie on the target once
#   <target>/runs/<n>/             one run:
#     run                          how many chunks it has, and of which bundle
#     chunks/<c>.tsv, <c>.tar      the jobs of a chunk; their folders and inputs, packed
#     claims/<c>, <c>.2 ...        which life of which manager has taken the chunk
#     managers/<name>.<life>       who runs or ran; names each life of a manager
#     managers/<name>.<life>.beat  what it leaves when it ends; until then, a sign of life
#     journal/<name>.<life>.tsv    what happened
#     cancelled                    nobody begins any more, and who is at work leaves
#     work/<name>.<life>/          the jobs' folders

locusts_say() { printf 'manager: %s\n' "$*" >&2; }

# When the process began, in clock ticks since boot: with its number, what names it for good.
locusts_read_birth() { # pid
  local stat
  locusts_birth=''
  { read -r -d '' stat <"/proc/$1/stat"; } 2>/dev/null || [[ ${stat-} ]] || return 1
  stat=${stat##*) }
  # shellcheck disable=SC2086 # these are numbers, to be split
  set -- $stat
  [[ $1 != [ZX] ]] || return 1
  locusts_birth=${20}
}

# Was a life begun on this machine.
locusts_is_here() { # host boot
  [[ $1 == "$locusts_host" ]]
}

# Does the manager that wrote this life file still run? Fails also where that can't be known.
locusts_is_alive() { # life-file
  local pid birth host what boot
  read -r pid birth host what boot <"$1" || return 1
  locusts_is_here "$host" "$boot" && locusts_read_birth "$pid" && [[ $birth == "$locusts_birth" ]] || return 1
  # A copy of this folder has the same file; the manager is in the folder that it works on.
  [[ $what == deploy || ! -e /proc/$pid/cwd || /proc/$pid/cwd -ef . ]]
}

# Begins a new life of this manager, unless an older one still runs. Lives are numbered, so that
# of two managers that start at once only one can create the next number's file.
locusts_begin_life() {
  local last=0 pid what
  while [[ -e managers/$locusts_name.$((last + 1)) ]]; do last=$((last + 1)); done
  # SLURM may start a pilot again while its first life still runs: then nobody can be asked.
  if [[ ! ${SLURM_JOB_ID-} ]] && ((last > 0)) && locusts_is_alive "managers/$locusts_name.$last"; then
    read -r pid _ _ what _ <"managers/$locusts_name.$last"
    if [[ $what == deploy ]]; then
      locusts_say "process $pid, a locusts deploy, gathers ${PWD##*/} at the moment"
    else
      locusts_say "already running: process $pid on $locusts_host runs ${PWD##*/}; stop it with: bash manager.sh --stop"
    fi
    exit 4
  fi
  locusts_read_birth $$ || locusts_birth=0
  locusts_life_name=$locusts_name.$((last + 1))
  if ! (
    set -C
    exec >"managers/$locusts_life_name" || exit
    printf '%s %s %s manager %s\n' $$ "$locusts_birth" "$locusts_host" "$locusts_boot" || { rm -f -- "managers/$locusts_life_name"; exit 1; }
  ) 2>/dev/null; then
    if [[ -e managers/$locusts_life_name ]]; then
      locusts_say "already running: another manager has just started in $PWD"
      exit 4
    fi
    locusts_say "cannot write to $PWD/managers: $(df -Ph . | tail -n 1 | cut -c 1-200)"
    exit 5
  fi
  # Who came while this one was held up in the middle of that has not seen it, and goes on without it.
  if [[ -e managers/$locusts_name.$((last + 2)) ]]; then
    locusts_say "already running: another manager has started in $PWD meanwhile"
    exit 4
  fi
  locusts_home=$PWD/work/$locusts_life_name
  locusts_life=$locusts_home
  locusts_make_own_folders "$locusts_home"
  # Room for the last words is taken now: on a full disk they could not be written any more.
  if ! locusts_reserve_state && ! locusts_reserve_state; then # what refuses may pass
    locusts_say "$locusts_home/state cannot be written: $(df -Ph . | tail -n 1 | cut -c 1-200)"
    ! locusts_can_write_in "$locusts_home" || exit 1
    exit 5
  fi
  locusts_enter_scratch
  locusts_make_own_folders "$locusts_life/slots"
}

locusts_reserve_state() {
  printf '%-511s\n' running >"$locusts_home/state"
} 2>/dev/null

# Without its own folders a manager cannot begin.
locusts_make_own_folders() { # folders
  locusts_try_twice mkdir -p -- "$@" && return
  locusts_say "$PWD: a folder cannot be made: $locusts_error"
  exit 5
}

# Notes how this life goes on, over the bytes that were set aside for it.
locusts_set_state() {
  printf '%-511s\n' "$*" 1<>"$locusts_home/state"
} 2>/dev/null

# Claims a chunk: creating a file is one atomic step, on network file systems too. The journal says
# before that it is tried, and is closed, by which a network file system writes it out: whatever
# happens then, others find out by it and by the claim what this manager held. Fails if others have it.
locusts_create_claim() { # chunk claim
  if ! locusts_note chunk "$1" "$2" >>"journal/$locusts_life_name.tsv"; then
    locusts_stop_for disk-full
    return 1
  fi
  { printf '%s\n' "$locusts_life_name" >"claims/$2"; } 2>/dev/null && return
  if [[ ! -s claims/$2 ]]; then # no room, rather than taken?
    if ! locusts_can_write; then
      locusts_stop_for disk-full
    elif [[ ! -e claims/$2 ]]; then
      locusts_stop_for error "$PWD/claims/$2 cannot be written"
    fi
  fi
  return 1
}

# Claims the first chunk that nobody has, and leaves it in locusts_frontier. Chunks are claimed in
# their order, so those that are claimed have no gap: the search for their end takes longer and
# longer steps from where it was last seen, the first as long as the last way, and then halves.
locusts_claim_next() {
  local low high middle step
  while [[ ! $locusts_stopping ]]; do
    low=$locusts_frontier step=$locusts_stride
    while high=$((low + step)) && ((high <= locusts_chunks)) && [[ -e claims/$high ]]; do
      low=$high step=$((step * 2))
    done
    ((high <= locusts_chunks)) || high=$((locusts_chunks + 1))
    while ((high - low > 1)); do
      middle=$(((low + high) / 2))
      if [[ -e claims/$middle ]]; then low=$middle; else high=$middle; fi
    done
    # What others have claimed in the meantime they will have claimed by the next time, too.
    locusts_stride=$((high - locusts_frontier))
    locusts_frontier=$low
    ((high <= locusts_chunks)) || return 1
    if locusts_create_claim "$high" "$high"; then
      locusts_frontier=$high
      return 0
    fi
    locusts_frontier=$high # another manager was quicker
  done
  return 1
}

# Lists the jobs of a chunk that are not finished, and leaves their numbers in locusts_members.
locusts_list_unfinished() { # chunk list-file
  local number tries rest out
  locusts_members=()
  exec {out}>|"$2" || return 1
  while IFS=$'\t' read -r number tries rest; do
    [[ ! ${locusts_finished[number]-} ]] || continue
    tries=${locusts_used_tries[number]-$tries}
    if ((${locusts_deaths[number]-0} >= 3)); then
      locusts_note failed "$number" $((tries + 1)) node 137 0 0 0 - 'it was running each time when the manager was killed'
      locusts_finished[number]=1
      locusts_count_failure
      continue
    fi
    locusts_members+=("$number")
    printf '%s\t%s\t%s\n' "$number" "$tries" "$rest" >&"$out" || break
  done <"chunks/$1.tsv"
  exec {out}>&-
  [[ ! $number ]] # it was read to its end
}

# Makes a chunk ready: its jobs' folders and inputs, by one process.
locusts_open_chunk() { # chunk [again]
  local chunk=$1 list=chunks/$1.tsv folder
  folder=$locusts_life/$((locusts_lists + 1))
  locusts_members=()
  if [[ ${2-} ]]; then # others, or earlier lives, have worked on it
    list=$folder.tsv
    locusts_list_unfinished "$chunk" "$list" || { locusts_blame_disk "$list cannot be written"; return 1; }
    ((${#locusts_members[@]} > 0)) || return 0
  fi
  if ! locusts_try_twice mkdir -p -- "$folder"; then
    locusts_blame_disk "$folder cannot be made: $locusts_error"
    return 1
  fi
  if ! locusts_try_twice tar --no-unquote --no-same-owner -xf "chunks/$chunk.tar" -C "$folder" -- "${locusts_members[@]}"; then
    locusts_blame_disk "chunks/$chunk.tar cannot be unpacked to $folder: $locusts_error"
    return 1
  fi
  locusts_lists=$((locusts_lists + 1))
  locusts_list_chunk[locusts_lists]=$chunk
  locusts_list_file[locusts_lists]=$list
}

# Opens the next chunk: of those that were taken over, else one that nobody has. Fails when there is none.
locusts_open_next() {
  local before=$locusts_lists chunk
  while [[ ! $locusts_stopping ]]; do
    if ((${#locusts_inherited[@]} > 0)); then
      chunk=${locusts_inherited[0]}
      locusts_inherited=("${locusts_inherited[@]:1}")
      locusts_open_chunk "$chunk" again || return 1
    else
      locusts_claim_next || return 1
      locusts_open_chunk "$locusts_frontier" || return 1
    fi
    ((locusts_lists == before)) || return 0
  done
  return 1
}

# Is there room for more than an empty file?
locusts_can_write() {
  locusts_can_write_in "$locusts_life/slots" && locusts_can_write_in "$locusts_home"
}

locusts_can_write_in() { # folder
  local probe=$1/probe code=0
  { printf '%65536s' '' >|"$probe"; } 2>/dev/null || code=1
  : >|"$probe" # or it would take the room that it has found
  return "$code"
}

# Something could not be written: is it the disk?
locusts_blame_disk() { # what failed
  if locusts_can_write; then
    locusts_stop_for error "$1"
  else
    locusts_stop_for disk-full
  fi
}

# What could not be written may have another reason than a full disk: then that is why we stop.
locusts_look_at_disk() {
  local folder words
  for folder in "$locusts_life/slots" "$locusts_home"; do
    words=$({ printf '%65536s' '' >|"$folder/probe"; } 2>&1)
    words=${words##*: }
    case $words in
      '' | 'No space left on device' | 'Disk quota exceeded') ;;
      *)
        locusts_stopping=error
        locusts_detail="$folder on $locusts_host cannot be written to: $words"
        return
        ;;
    esac
  done
}
# ---- The past: what earlier lives of this manager, and others that died, have left -----------

# Ends whatever a life of a manager, or one of its slots, has left running. All that slots start has
# these marks in its environment, wherever it has gone since: a process that has left its group too.
locusts_end_leftovers() { # life-name [slot]
  local mark=LOCUSTS_LIFE=$PWD/work/$1 process found rounds
  [[ ! ${2-} ]] || mark=LOCUSTS_SLOT=$PWD/work/$1/$2
  for ((rounds = 0; rounds < 100; rounds++)); do
    found=''
    while IFS=/ read -r _ _ process _; do
      ! kill -KILL "$process" || found=1
    done < <(grep -lzFxe "$mark" /proc/[0-9]*/environ)
    [[ $found ]] || return 0
    read -r -t 0.05 <> <(:)
  done
} 2>/dev/null

# Ends what a life that was killed has left running, if it was on this machine.
locusts_end_orphans() { # life-name
  local pid='' host='' boot=''
  read -r pid _ host _ boot <"managers/$1"
  locusts_is_here "$host" "$boot" || return 0
  if locusts_is_alive "managers/$1"; then
    [[ ${1%.*} == "$locusts_name" ]] || return 0
    kill -KILL "$pid" # it was started again while it still runs, and would only begin its slots anew
  fi
  locusts_end_leftovers "$1"
}

# Is the line of a journal in `fields` whole? A crash or a full disk can tear one, and the next is joined to it.
locusts_is_whole() {
  [[ ${fields[-1]-} == . ]] || return
  case ${fields[0]} in
    start) [[ ${#fields[@]} == 7 && ${fields[1]} != *[!0-9]* ]] ;;
    done | failed | again | stopped) [[ ${#fields[@]} == 11 && ${fields[1]} != *[!0-9]* ]] ;;
  esac
}

# Reads the journal of a life: which jobs are finished for good, how many tries the others have used,
# which ones it did not see the end of, what it tried to claim, and whether it left in good order.
locusts_read_journal() { # life-name
  local fields number second=$SECONDS
  locusts_running=() locusts_its_claims=() locusts_its_end=''
  while IFS=$'\t' read -r -a fields; do
    locusts_is_whole || continue
    number=${fields[1]}
    case ${fields[0]} in
      start) locusts_running[number]=1 ;;
      done | failed | again | stopped) unset "locusts_running[$number]" ;;&
      done | failed) locusts_finished[number]=1 ;;
      again) locusts_used_tries[number]=${fields[2]} ;;
      # What a bad node did to it does not count.
      stopped) [[ ${fields[3]} != node ]] || unset "locusts_used_tries[$number]" ;;
      chunk) locusts_its_claims+=("${fields[2]}") ;;
      finish) locusts_its_end=$number ;;
    esac
    if ((SECONDS != second)); then
      second=$SECONDS
      locusts_read_uptime
      ((locusts_uptime < locusts_next_beat)) || locusts_beat
    fi
  done <"journal/$1.tsv"
} 2>/dev/null

# Learns what became of the jobs that a life has worked on. What ran when it died may be why it died.
locusts_learn_from() { # life-name
  local number
  locusts_read_journal "$1"
  [[ ! $locusts_its_end && $1 != "$locusts_life_name" && ! ${locusts_deaths_of[$1]-} ]] || return 0
  locusts_deaths_of[$1]=${#locusts_running[@]}
  for number in "${!locusts_running[@]}"; do
    locusts_deaths[number]=$((${locusts_deaths[number]-0} + 1))
  done
}

# Is a job of this chunk unfinished, as far as it is known here?
locusts_has_unfinished() { # chunk
  local number
  while IFS=$'\t' read -r number _; do
    [[ ${locusts_finished[number]-} ]] || return 0
  done <"chunks/$1.tsv"
  return 1
}

# Takes over the chunks that a life has left unfinished: they are claimed anew, as <chunk>.2 and so
# on, which only one can do. A claim that names nobody is one whose maker died in the middle of it.
locusts_take_over() { # life-name
  local life=$1 beat='' claims claim chunk generation earlier owner
  { read -r beat <"managers/$life.beat"; } 2>/dev/null
  [[ $beat != finished* && -e journal/$life.tsv ]] || return 0
  locusts_known[$life]=1
  locusts_learn_from "$life"
  claims=("${locusts_its_claims[@]}")
  for claim in "${claims[@]}"; do
    chunk=${claim%.*} generation=1
    [[ $claim != *.* ]] || generation=${claim#*.}
    [[ -e claims/$claim && ! -e claims/$chunk.$((generation + 1)) ]] || continue
    owner=''
    read -r owner <"claims/$claim"
    [[ ! $owner || $owner == "$life" ]] || continue
    for ((earlier = 1; earlier < generation; earlier++)); do
      owner=''
      read -r owner <"claims/$chunk$( ((earlier == 1)) || printf .%s "$earlier")"
      [[ -e journal/$owner.tsv && ! ${locusts_known[$owner]-} ]] || continue
      locusts_known[$owner]=1
      locusts_learn_from "$owner"
    done
    locusts_has_unfinished "$chunk" || continue
    ! locusts_create_claim "$chunk" "$chunk.$((generation + 1))" || locusts_inherited+=("$chunk")
    [[ ! $locusts_stopping ]] || return
  done
  printf 'finished, taken over by %s\n' "$locusts_life_name" >|"managers/$life.beat"
}

# Takes over what the earlier lives of a manager have left.
locusts_take_over_all() { # manager-name
  local life=$1.1
  while [[ -e managers/$life ]]; do
    if [[ $life != "$locusts_life_name" ]]; then
      locusts_end_orphans "$life"
      locusts_take_over "$life"
    fi
    life=$1.$((${life##*.} + 1))
  done
}
# ---- Serving the slots -----------------------------------------------------------

# No more jobs are begun from here on.
locusts_stop_for() { # reason [detail]
  # A signal ends what runs, too, whatever it was that stopped the manager before.
  [[ ! $locusts_stopping || $1 == signal && $locusts_stopping != signal ]] || return 0
  locusts_stopping=$1
  locusts_detail=${2-}
  { : >|"$locusts_life/stop"; } 2>/dev/null || kill -USR2 "${locusts_slot_pid[@]}" 2>/dev/null
  if [[ $locusts_stopping == signal ]]; then
    [[ ! ${SLURM_JOB_ID-} ]] || locusts_grace=1 # SIGKILL may come as soon as that
    locusts_read_uptime
    locusts_stop_deadline=$((locusts_uptime + 100 * locusts_grace))
    kill -USR2 "${locusts_slot_pid[@]}" 2>/dev/null
  fi
}

# Makes the environment that a slot is started with: the jobs' own, of which what would change the slot goes
# under other names. What a scheduler says of the whole allocation becomes what one job has of it.
locusts_share_out() {
  local entry
  for entry in "${locusts_aside[@]}"; do export "LOCUSTS_ASIDE_$entry"; done
  for entry in SLURM_CPUS_PER_TASK SLURM_CPUS_ON_NODE SLURM_JOB_CPUS_PER_NODE NSLOTS NCPUS PBS_NCPUS PBS_NP PBS_NUM_PPN \
    LSB_DJOB_NUMPROC LSB_MAX_NUM_PROCESSORS; do
    [[ ! -v $entry ]] || export "$entry=$locusts_job_cpus"
  done
  for entry in SLURM_{NTASKS,NPROCS,NTASKS_PER_NODE,TASKS_PER_NODE,NNODES,JOB_NUM_NODES} \
    PBS_NUM_NODES NHOSTS; do
    [[ ! -v $entry ]] || export "$entry=1"
  done
  if [[ -v SLURM_MEM_PER_NODE ]] && ((locusts_job_memory > 0)); then
    export SLURM_MEM_PER_NODE=$locusts_job_memory
  else
    unset -v SLURM_MEM_PER_NODE
  fi
  # A job is no task of a step that the manager was started in, as by `srun --pty bash`: one that uses MPI
  # would wait for that step's others.
  unset -v "${!SLURM_STEP@}" "${!SLURM_SRUN_@}" "${!SLURM_PTY_@}" "${!PMI@}" SLURM_LAUNCH_NODE_IPADDR SLURM_MPI_TYPE
  # These say nothing that is true of one job.
  unset -v SLURM_ARRAY_{JOB_ID,TASK_ID,TASK_COUNT,TASK_MAX,TASK_MIN,TASK_STEP} SLURM_MEM_PER_{CPU,GPU} \
    SLURM_TRES_PER_{TASK,JOB,NODE} SLURM_NTASKS_PER_{CORE,SOCKET,GPU} SLURM_CPUS_PER_GPU SLURM_DISTRIBUTION \
    SLURM_CPU_BIND{,_LIST,_TYPE,_VERBOSE} SLURM_{PROCID,LOCALID,GTIDS,TASK_PID} SGE_TASK_{ID,FIRST,LAST,STEPSIZE} PBS_ARRAYID PBS_ARRAY_{INDEX,ID} LSB_JOBINDEX{,_STEP}
}

# A slot reads its answers from its standard input, whose other end this process alone holds:
# when the manager is killed, its slots notice.
locusts_start_slot() { # list-to-begin-after
  local slot=$((locusts_last_slot + 1)) inbox
  locusts_last_slot=$slot
  exec {inbox}> >(
    for inbox in "${locusts_inbox[@]}"; do exec {inbox}>&-; done
    locusts_share_out
    export LOCUSTS_LIFE=$locusts_home LOCUSTS_SLOT=$locusts_home/$slot
    # shellcheck disable=SC2086 # a word, or none
    exec $locusts_detach "$BASH" -p -- "$locusts_script" --slot "$slot" --life "$locusts_life_name" "$1" $$ "$locusts_life" "$locusts_shared" "$locusts_requests"
  )
  locusts_slot_pid[slot]=$!
  locusts_inbox[slot]=$inbox
  locusts_slot_list[slot]=$1
  locusts_note slot "$slot" "$!"
}

# A slot has ended, or is gone.
locusts_forget_slot() { # slot
  local inbox=${locusts_inbox[$1]}
  exec {inbox}>&-
  unset "locusts_slot_pid[$1]" "locusts_inbox[$1]" "locusts_is_missed[$1]"
}

# A slot asks for the list after the one it has worked through.
locusts_answer_next() { # slot list
  local slot=$1 list=$(($2 + 1))
  locusts_slot_list[slot]=$2
  if ((list > locusts_lists)) && ! locusts_open_next; then
    printf 'end\n' >&"${locusts_inbox[slot]}"
    return
  fi
  locusts_slot_list[slot]=$list
  printf 'list %s %s %s\n' "$list" "${locusts_list_chunk[list]}" "${locusts_list_file[list]}" >&"${locusts_inbox[slot]}"
  # One chunk is made ready ahead, while the slots are busy; where several managers share the run,
  # it might be one that another had nothing else to do than.
  ((locusts_managers > 1 || list < locusts_lists)) || locusts_open_next
}

# Ends the jobs that have run for too long. Only time counts in which a job could run: none while it is
# stopped, or all of us are, as by `scontrol suspend`.
locusts_watch_time() {
  local slot job pid passed=$((locusts_uptime - locusts_last_watch))
  locusts_last_watch=$locusts_uptime
  ((passed <= 300)) || passed=300 # looks are a second apart, if nothing holds us up
  for slot in "${!locusts_slot_pid[@]}"; do
    job=''
    { read -r job <"$locusts_life/slots/$slot"; } 2>/dev/null
    if [[ ! $job || $job != "${locusts_timed_job[slot]-}" ]]; then
      locusts_timed_job[slot]=$job locusts_time_spent[slot]=0
      continue
    fi
    pid=${job%% *}
    locusts_is_suspended "$pid" || locusts_time_spent[slot]=$((locusts_time_spent[slot] + passed))
    ((locusts_time_spent[slot] >= 100 * locusts_time_limit)) || continue
    if [[ ! -e $locusts_life/slots/timeout.$pid ]]; then
      : >"$locusts_life/slots/timeout.$pid"
      kill -TERM -- "-$pid" 2>/dev/null
    elif ((locusts_time_spent[slot] >= 100 * (locusts_time_limit + locusts_grace))); then
      kill -KILL -- "-$pid" 2>/dev/null
    fi
  done
}

# A slot that is gone without a word was killed, as a rule by its job: that job has failed. What
# else the slot had not written down is run again in the end. Another slot takes its place.
locusts_replace_slot() { # slot [refused]
  local slot=$1 list=${locusts_slot_list[$1]} fields number='' try start place line=failed now token
  locusts_forget_slot "$slot"
  [[ ${2-} ]] || locusts_end_leftovers "$locusts_life_name" "$slot"
  locusts_lost_slots=1 locusts_has_left=1
  while IFS=$'\t' read -r -a fields; do
    locusts_is_whole || continue
    case ${fields[0]} in
      start) [[ ${fields[3]} != "$slot" ]] || { number=${fields[1]} try=${fields[2]} start=${fields[5]}; } ;;
      done | failed | again | stopped) [[ ${fields[1]} != "$number" ]] || number='' ;;
    esac
  done <"journal/$locusts_life_name.tsv"
  # What had ended well before is not to blame.
  if [[ -e $locusts_life/slots/$slot.ended ]]; then
    while IFS='' read -r -d '' token; do
      [[ $token != "done"$'\t'"$number"$'\t'* ]] || number=''
    done <"$locusts_life/slots/$slot.ended"
  fi
  if [[ $number ]]; then
    printf -v now '%(%s)T999' -1
    place=$list
    [[ ! -e $locusts_life/$list.$try/$number ]] || place=$list.$try
    if [[ $locusts_stopping ]]; then
      line=stopped
    elif ((try <= locusts_retries)) && [[ " $locusts_retry_on " == *' signal '* ]]; then
      line=again
    fi
    if [[ ${2-} ]]; then
      locusts_note stopped "$number" "$try" stopped 254 "$start" "$now" "$place" - 'no process could be started for it'
    else
      locusts_note "$line" "$number" "$try" signal 137 "$start" "$now" "$place" - 'the shell that ran it was killed'
    fi
    [[ $line != failed ]] || locusts_count_failure
  fi
  if [[ ${2-} ]]; then
    locusts_slots=$((locusts_slots - 1))
    ((locusts_slots > 0)) || locusts_stop_for error "$locusts_refusal"
  elif [[ ! $locusts_stopping ]]; then
    locusts_start_slot "$((list > 0 ? list - 1 : 0))"
  fi
}

# Runs what slots that were killed had begun and not written down.
locusts_run_strays() {
  local list before=$locusts_lists chunks=() slot
  locusts_lost_slots=''
  locusts_read_journal "$locusts_life_name"
  for ((list = 1; list <= before; list++)); do chunks[locusts_list_chunk[list]]=1; done
  for list in "${!chunks[@]}"; do locusts_open_chunk "$list" again || return; done
  for ((slot = 1; slot <= locusts_slots; slot++)); do locusts_start_slot "$before"; done
  locusts_serve
}

# Serves the slots, and others after them where some were killed, until there is nothing left to run.
locusts_serve_all() {
  locusts_serve
  while [[ $locusts_lost_slots && ! $locusts_stopping ]]; do locusts_run_strays; done
}

locusts_count_failure() {
  if ((locusts_managers > 1 && locusts_max_failures > 0)); then # together
    printf 'failed\n' >>failures
    ! locusts_has_too_many_failures || locusts_stop_for too-many-failures "$locusts_failures jobs have failed"
    return
  fi
  locusts_failures=$((locusts_failures + 1))
  if ((locusts_max_failures > 0 && locusts_failures >= locusts_max_failures)); then
    locusts_stop_for too-many-failures "$locusts_failures jobs have failed"
  fi
}

# What has to be looked at once a second.
locusts_tick() {
  local slot
  locusts_read_uptime
  for slot in "${!locusts_slot_pid[@]}"; do
    kill -0 "${locusts_slot_pid[slot]}" 2>/dev/null && continue
    # That it has ended may still be said in what is yet to be read: hence at the second look.
    if [[ ${locusts_is_missed[slot]-} ]]; then locusts_replace_slot "$slot"; else locusts_is_missed[slot]=1; fi
  done
  [[ ! $locusts_disk_is_full ]] || locusts_stop_for disk-full
  ((locusts_time_limit == 0)) || locusts_watch_time
  if [[ $locusts_stopping == signal ]] && ((locusts_uptime >= locusts_stop_deadline)); then
    kill -USR2 "${locusts_slot_pid[@]}" 2>/dev/null
    ((locusts_uptime < locusts_stop_deadline + 100 * locusts_grace)) || kill -KILL "${locusts_slot_pid[@]}" 2>/dev/null
  fi
  locusts_watch_others
}

# Lets the slots that wait for their turn begin a job, one every so often.
locusts_grant_turns() {
  local slot inbox left
  locusts_patience=1
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
  left=$((locusts_next_turn - locusts_uptime))
  ((left > 0)) || left=1 # a time-out of 0 would read nothing at all
  printf -v locusts_patience '%d.%02d' "$((left / 100))" "$((left % 100))"
}

locusts_answer() { # word slot list
  case $1 in
    next) locusts_answer_next "$2" "$3" ;;
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
  local heard='' words word slot list last_tick=$SECONDS
  while ((${#locusts_slot_pid[@]} > 0)); do
    ((locusts_stagger == 0)) || locusts_grant_turns
    # Patience may end in the middle of a line: what was read of it is kept for the next time.
    words=''
    if IFS='' read -r -t "$locusts_patience" -u "$locusts_requests" words; then
      words=$heard$words heard=''
      word=${words%% *} list=${words##* } slot=${words#* }
      slot=${slot%% *}
      case $word in
        failed) locusts_count_failure ;;
        failure) locusts_judge_failure "${words#* * }" ;;
        good) locusts_end_trial ;;
        full) locusts_stop_for disk-full ;;
        spoilt)
          : >|one-at-a-time # so that next time it is known who it was
          locusts_stop_for spoilt "${words#* * }"
          ;;
        trouble) locusts_stop_for error "$PWD: ${words#* * }" ;;
        # What else a slot says is of no use any more once it is gone.
        *) [[ ! ${locusts_slot_pid[slot]-} ]] || locusts_answer "$word" "$slot" "$list" ;;
      esac
    else
      heard+=$words
    fi
    ((SECONDS == last_tick)) || { last_tick=$SECONDS; locusts_tick; }
  done
}
# ---- Pilots: several managers share a run, each with an end to its time -------------
#
# Managers are called p1, p2 and so on, and stand in a ring: each looks after those that follow it, up
# to the first that lives, so that together they look at each about once an interval. Nobody compares
# the clocks of two machines: a sign of life is a number that grows.

# Jobs run in a folder of the node's own disk, where there is one.
locusts_enter_scratch() {
  local place=$locusts_scratch/locusts.$locusts_life_name.$$
  [[ $locusts_scratch ]] || return 0
  [[ -d $locusts_scratch ]] || locusts_made_scratch=1
  if locusts_try_twice mkdir -p -- "$place"; then
    locusts_life=$place
  else
    locusts_blame_node || : # if that is so everywhere, the definition has to be changed
    locusts_stop_for bad-node "$locusts_host: its scratch folder $place cannot be made: $locusts_error"
    locusts_scratch=''
  fi
}

locusts_leave_scratch() {
  [[ $locusts_scratch ]] || return 0
  rm -rf -- "$locusts_life"
  [[ ! $locusts_made_scratch ]] || rmdir -- "$locusts_scratch" 2>/dev/null
}

# Gives a sign of life. The first ones come sooner, so that others soon know us for alive.
locusts_beat() {
  locusts_beats=$((locusts_beats + 1))
  locusts_read_uptime
  locusts_next_beat=$((locusts_uptime + 100 * (locusts_beats < locusts_beat_seconds ? locusts_beats : locusts_beat_seconds)))
  # Where it cannot be written, or not where the others look, they do not see it.
  if ! { printf '%s\n' "$locusts_beats" >|"managers/$locusts_life_name.beat"; }; then
    locusts_trouble='it cannot be written to'
  elif [[ ! $locusts_run_place -ef . ]]; then
    locusts_trouble='what lies there now is not what this manager works in: it was unmounted or moved'
    [[ -e $locusts_run_place ]] || locusts_trouble='it is not there any more: it was unmounted, moved or removed'
  else
    locusts_last_seen=$locusts_uptime
    : >>"journal/$locusts_life_name.tsv" # closing it has a network file system write out what it holds back
  fi
} 2>/dev/null

# Others take what has shown no sign of life for dead, and run its jobs. So whoever cannot give one any
# more ends its own before that: the folder of the run has gone away, or cannot be written to.
locusts_heed_silence() {
  local seconds=$(((locusts_uptime - locusts_last_seen) / 100))
  ((seconds >= locusts_silence_seconds - 2 * locusts_beat_seconds && seconds > 0)) && [[ ! $locusts_lost ]] || return 0
  locusts_lost="$locusts_run_place on $locusts_host: $locusts_trouble"
  locusts_say "for $seconds s, others could not see that this manager is alive; $locusts_lost"
  locusts_stop_for signal
}

# Looks after the managers that follow this one. Those that left work behind, or were silent for too
# long, lose it to us. Leaves in locusts_doubt whether the one that is looked after may be dead.
locusts_look_around() {
  local step i life beat passed strangers=1
  locusts_read_uptime
  passed=$(((locusts_uptime - locusts_last_look) / 100))
  # Whoever was suspended in between has not seen the silence of others.
  locusts_last_look=$((locusts_last_look + 100 * passed)) # what is less than a second is not lost
  ((passed <= locusts_beat_seconds)) || passed=$locusts_beat_seconds
  locusts_doubt=''
  for ((step = 1; step < locusts_managers; step++)); do
    [[ ! $locusts_stopping ]] || return
    i=$(((${locusts_name#p} + step - 1) % locusts_managers + 1))
    life=${locusts_seen_life[i]-0}
    while [[ -e managers/p$i.$((life + 1)) ]]; do life=$((life + 1)); done
    ((life > 0)) || continue # it has not begun
    beat=''
    { read -r beat <"managers/p$i.$life.beat"; } 2>/dev/null
    locusts_seen_life[i]=$life
    case $beat in
      finished* | continued*) continue ;;
      left*) locusts_take_over_all "p$i"; continue ;;
    esac
    if [[ "$life $beat" != "${locusts_seen_beat[i]-}" ]]; then
      [[ ! ${locusts_seen_beat[i]-} ]] || locusts_seen_alive[i]=1
      locusts_seen_beat[i]="$life $beat"
      locusts_silence[i]=0
      [[ ! ${locusts_seen_alive[i]-} ]] || return
    else
      locusts_silence[i]=$((locusts_silence[i] + passed))
    fi
    if ((locusts_silence[i] >= locusts_silence_seconds)); then
      locusts_take_over_all "p$i"
    elif ((locusts_silence[i] > locusts_beat_seconds + 1)); then
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
  if ((locusts_uptime >= locusts_next_beat)); then
    locusts_beat
    locusts_heed_silence
    [[ ! -e cancelled ]] || locusts_stop_for signal # where SLURM cannot be asked to end it
    if [[ $locusts_in_ring && ! $locusts_stopping ]]; then locusts_look_around; fi
    ! locusts_has_too_many_failures || locusts_stop_for too-many-failures "$locusts_failures jobs have failed"
  fi
  ((locusts_ends_at == 0)) || locusts_watch_end
  # Slots that had nothing to do any more have left.
  while ((${#locusts_inherited[@]} > 0 && ${#locusts_slot_pid[@]} < locusts_slots)) && [[ ! $locusts_stopping ]]; do
    locusts_start_slot "$locusts_lists"
  done
}

# Nobody waits for others, except for one that may have died: until it gives a sign of life, or its
# jobs can be taken over.
locusts_stand_by() {
  [[ $locusts_in_ring ]] || return 0
  while [[ ! $locusts_stopping ]]; do
    locusts_look_around
    if ((${#locusts_inherited[@]} == 0)); then
      [[ $locusts_doubt ]] || return 0
      read -r -t 1 <> <(:)
    fi
    locusts_tick
    locusts_serve_all
  done
}

# Leaves the seconds since 1970 in locusts_time, by a clock that nobody sets while this runs.
locusts_read_time() {
  locusts_read_uptime
  locusts_time=$((locusts_begun_at + (locusts_uptime - locusts_begun_uptime) / 100))
}

# Asks one of SLURM's programs, without the user's own settings, which would filter what it shows.
locusts_ask_slurm() { # seconds command...
  (
    for variable in "${!SLURM_@}" "${!SQUEUE_@}" "${!SCONTROL_@}" "${!SCANCEL_@}"; do
      [[ $variable == @(SLURM_CONF|SLURM_CONF_SERVER|SLURM_JWT) ]] || unset -v "$variable"
    done
    SLURM_TIME_FORMAT=%s exec timeout "$@" </dev/null 2>/dev/null
  )
}

# SLURM sends word that the time ends soon, at times a minute early; when it ends, it says only when
# asked. It may have been given more time, too: so it is asked before we act on it.
locusts_ask_end() {
  local end
  locusts_is_warned=''
  [[ ${SLURM_JOB_ID-} ]] || return 0
  end=$(locusts_ask_slurm 5 squeue --all --noheader --jobs="$(locusts_name_allocation)" --format=%e)
  end=${end##*$'\n'} # a site may have something to say before
  [[ $end != [1-9]*([0-9]) ]] || locusts_ends_at=$((end + locusts_ahead))
}

# Prints what SLURM calls this pilot: in an array, the number of its last element is also that of all.
locusts_name_allocation() {
  if [[ ${SLURM_ARRAY_JOB_ID-} ]]; then
    printf '%s_%s' "$SLURM_ARRAY_JOB_ID" "$SLURM_ARRAY_TASK_ID"
  else
    printf '%s' "${SLURM_JOB_ID-}"
  fi
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
    printf '%s\n' "$(locusts_find_first_share)" >|"$locusts_life/cut"
    ((${#locusts_slot_pid[@]} == 0)) || kill -USR2 "${locusts_slot_pid[@]}" 2>/dev/null
  elif [[ $locusts_is_cut == term ]] && ((locusts_time >= locusts_ends_at - locusts_spare)); then
    locusts_is_cut='kill'
    ((${#locusts_slot_pid[@]} == 0)) || kill -USR2 "${locusts_slot_pid[@]}" 2>/dev/null
  fi
}

# The time ends soon, with work left: another pilot is to go on in the place of this one, and waits for
# it to end. SLURM may not answer for a while, so this is begun early, and goes on beside the rest.
locusts_begin_successor() {
  local ours
  [[ $locusts_stopping == @(walltime|bad-node) && ! $locusts_successor ]] || return 0
  ((locusts_nodes_may_submit && locusts_generation <= locusts_successors)) || return 0
  ((${#locusts_slot_pid[@]} > 0)) || locusts_has_work_left || return 0
  locusts_read_time
  ours=$(locusts_name_allocation)
  (
    for inbox in "${locusts_inbox[@]}"; do exec {inbox}>&-; done
    exec {locusts_requests}>&-
    exec bash -p "${locusts_script%/*}/submit.sh" --run "$PWD" --first "${locusts_name#p}" --pilots 1 \
      --generation "$((locusts_generation + 1))" ${ours:+--after "$ours"} ${SLURM_JOB_NAME:+--name "${SLURM_JOB_NAME%-p+([0-9]).+([0-9])}"} \
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
    done 2>/dev/null <pilots/submitted.tsv
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
  locusts_detail="no successor: ${words:-SLURM did not answer in time}"
  return 1
}

# Is anything left that this manager could have done? Chunks are claimed in their order.
locusts_has_work_left() {
  [[ $locusts_has_left ]] || ((${#locusts_inherited[@]} > 0)) ||
    { ((locusts_chunks > 0)) && [[ ! -e claims/$locusts_chunks ]]; }
}

# Leaves word for those who look after this manager, and for its next life: whether there is anything
# to take over.
locusts_say_farewell() {
  local word="left $locusts_stopping"
  if [[ $locusts_stopping == walltime ]]; then
    if ! locusts_has_work_left; then
      locusts_stopping=''
      locusts_await_successor
      [[ ! $locusts_its_id ]] || locusts_ask_slurm 10 scancel "$locusts_its_id" # it would find nothing to do
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
# ---- Bad nodes and too many failures ------------------------------------------------

# Quick failures wait, as long as nothing ends well in between: if there are many, it is the node's fault,
# and the jobs are handed back. If that is so on half of the nodes, it is the jobs' own; of a single pilot,
# if it is so on the next node as well.
locusts_judge_failure() { # the fields of its line
  local fields
  locusts_held+=("$1")
  IFS=$'\t' read -r -a fields <<<"$1"
  if [[ $locusts_stopping == bad-node ]]; then
    locusts_hand_back
  elif ((fields[5] - fields[4] >= 60000)) || locusts_has_enough_failures; then
    locusts_end_trial
  elif ((${#locusts_held[@]} >= (locusts_slots > 4 ? 2 * locusts_slots : 8))); then
    IFS=$'\t' read -r -a fields <<<"${locusts_held[0]}"
    if locusts_has_succeeded_since "${fields[5]}"; then
      locusts_end_trial
      return
    fi
    if locusts_blame_node; then
      locusts_stop_for bad-node "$locusts_host: ${#locusts_held[@]} jobs failed there one after another"
      locusts_hand_back
    else
      locusts_end_trial
    fi
  fi
}

# A single pilot that stops after so many failures loses no more by accepting them.
locusts_has_enough_failures() {
  ((locusts_managers == 1 && locusts_max_failures > 0 && locusts_failures + ${#locusts_held[@]} >= locusts_max_failures))
}

# Successors, and later runs, leave this node out. Fails where so many would be left out that they cannot
# all be bad: then none is.
locusts_blame_node() {
  local nodes=() most=$((locusts_managers > 1 ? locusts_managers : 2))
  [[ ! -e bad-nodes ]] || mapfile -t nodes <bad-nodes
  # One that SLURM has chosen again is not another one.
  ((locusts_managers == 1)) || [[ " ${nodes[*]} " != *" $locusts_host "* ]] || return 0
  if ((2 * (${#nodes[@]} + 1) > most)); then
    locusts_take_back_nodes
    return 1
  fi
  printf '%s\n' "$locusts_host" >>bad-nodes
  printf '%s\t%s\n' "$locusts_host" "${PWD##*/}" >>../../bad-nodes
  locusts_is_blamed=1
}

# Has any job here ended well since then? A slot tells of the first one after a failure alone.
locusts_has_succeeded_since() { # milliseconds since 1970
  local fields token
  while IFS=$'\t' read -r -a fields; do
    [[ ${fields[0]} != 'done' || ${fields[-1]} != . ]] || ((fields[6] < $1)) || return 0
  done < <(tail -n 500 -- "journal/$locusts_life_name.tsv")
  for token in "$locusts_life"/slots/*.ended; do
    [[ ! -s $token ]] || return 0
  done
  return 1
}

# Nodes that this run has blamed are not left out any more.
locusts_take_back_nodes() { # the node, or all of them
  local line lines=() kept=()
  [[ ! -e ../../bad-nodes ]] || mapfile -t lines <../../bad-nodes
  for line in "${lines[@]}"; do
    [[ ${line#*$'\t'} == "${PWD##*/}" && (! ${1-} || ${line%%$'\t'*} == "$1") ]] || kept+=("$line")
  done
  if ((${#kept[@]} == 0)); then
    rm -f -- ../../bad-nodes
  elif ((${#kept[@]} < ${#lines[@]})); then
    printf '%s\n' "${kept[@]}" >|../../bad-nodes
  fi
}

# The failures that have waited are failures.
locusts_end_trial() {
  local line
  for line in "${locusts_held[@]}"; do locusts_accept_failure "$line"; done
  locusts_held=()
}

# The job has failed for good. If a node was left out for it, among others, that was not the node's fault.
locusts_accept_failure() { # the fields of its line
  local journal host
  locusts_note failed "$1"
  locusts_count_failure
  [[ -e bad-nodes ]] || return 0
  while IFS='' read -r journal; do
    IFS=$'\t' read -r _ _ host _ <"$journal"
    locusts_take_back_nodes "$host"
  done < <(grep -lE "^stopped"$'\t'"${1%%$'\t'*}"$'\t[0-9]+\tnode\t' -- journal/*.tsv)
}

locusts_hand_back() {
  local line number try code rest
  for line in "${locusts_held[@]}"; do
    IFS=$'\t' read -r number try _ code rest <<<"$line"
    locusts_note stopped "$number" "$try" node "$code" "$rest"
  done
  locusts_held=()
}

# Leaves the failures of all managers since this one began in locusts_failures. Only the number of
# lines matters, so it does no harm if two write at once.
locusts_has_too_many_failures() {
  local lines=()
  ((locusts_max_failures > 0)) && [[ -e failures ]] || return 1
  mapfile -t lines <failures
  locusts_failures=$((${#lines[@]} - locusts_old_failures))
  ((locusts_failures >= locusts_max_failures))
}
# ---- Who runs here -----------------------------------------------------------------

# Finds the lives that run on this machine, of the manager that is named or of all.
locusts_find_running() { # name, or nothing for all
  local file what
  locusts_found_running=()
  for file in managers/*.*[0-9]; do
    [[ -e $file && (! $1 || $file == managers/"$1".+([0-9])) ]] || continue
    read -r _ _ _ what _ <"$file"
    [[ $what != deploy ]] || continue # it gathers, and has no jobs
    ! locusts_is_alive "$file" || locusts_found_running+=("${file#managers/}")
  done
}

# Asks managers of this run to stop, and waits until they have.
locusts_stop_others() { # name, or nothing for all
  local file life pid
  locusts_find_running "$1"
  for life in "${locusts_found_running[@]}"; do
    read -r pid _ <"managers/$life"
    kill -TERM "$pid"
  done
  for life in "${locusts_found_running[@]}"; do
    while locusts_is_alive "managers/$life"; do read -r -t 0.1 <> <(:); done
  done
  for file in managers/*.*[0-9]; do
    [[ -e $file && (! $1 || $file == managers/"$1".+([0-9])) ]] || continue
    # One that is held up before it can say who it is leaves when it finds that another has come.
    [[ -s $file ]] || (set -C; printf '0 0 - deploy -\n' >"${file%.*}.$((${file##*.} + 1))") 2>/dev/null
    locusts_end_orphans "${file#managers/}"
  done
  ((${#locusts_found_running[@]} > 0)) || locusts_say "no manager is running here"
}
# ---- What this machine has for us -------------------------------------------------------

# Leaves the cores and the MiB that may be used here in locusts_cores and locusts_memory: a control
# group may allow less than the machine has, and so may the processors that we are bound to, or an
# allocation that this was started in.
locusts_measure_machine() {
  local key value
  locusts_cores=$(OMP_NUM_THREADS='' OMP_THREAD_LIMIT='' nproc) # it would say what these say
  [[ $locusts_cores == +([0-9]) ]] || locusts_cores=1
  locusts_memory=0
  while read -r key value _; do
    [[ $key != MemTotal: ]] || locusts_memory=$((value / 1024))
  done </proc/meminfo
  locusts_look_at_groups
  locusts_heed_allocation
}

# What SLURM has given us of this machine: not every cluster sees to it that nobody takes more. Where
# `salloc` starts a shell on the login node, no node is named, and what is said is about others.
locusts_heed_allocation() {
  local memory=${SLURM_MEM_PER_NODE-}
  [[ ${SLURMD_NODENAME-} && ${SLURM_CPUS_ON_NODE-} == [1-9]*([0-9]) ]] || return 0
  ((SLURM_CPUS_ON_NODE >= locusts_cores)) || locusts_cores=$SLURM_CPUS_ON_NODE
  [[ ${SLURM_MEM_PER_CPU-} != [1-9]*([0-9]) ]] || memory=$((SLURM_MEM_PER_CPU * SLURM_CPUS_ON_NODE))
  [[ $memory != [1-9]*([0-9]) ]] || ((memory >= locusts_memory)) || locusts_memory=$memory
}

# Control groups lie in one another, and each has its own limits; of version 1 there are several hierarchies.
locusts_look_at_groups() {
  local controllers path mount kind options group
  while IFS=: read -r _ controllers path; do
    while read -r _ mount kind options _; do
      case $kind:,$controllers, in
        cgroup2:,,) ;;
        cgroup:*,memory,*) [[ ,$options, == *,memory,* ]] || continue ;;
        cgroup:*,cpu,*) [[ ,$options, == *,cpu,* ]] || continue ;;
        *) continue ;;
      esac
      # In a container, what lies above is not to be seen, and the names may be those of outside.
      group=$mount${path%/}
      [[ -d $group ]] || group=$mount
      while :; do
        locusts_heed_group "$group"
        [[ $group == "$mount"/* ]] || break
        group=${group%/*}
      done
    done </proc/self/mounts
  done </proc/self/cgroup
} 2>/dev/null

locusts_heed_group() { # folder
  local bytes='' quota='' period='' file
  for file in memory.max memory.limit_in_bytes; do
    [[ ! -r $1/$file ]] || read -r bytes <"$1/$file"
  done
  # Version 1 says "no limit" by a number that is larger than all memory.
  if [[ $bytes == +([0-9]) ]] && ((${#bytes} < 19 && bytes / 1048576 < locusts_memory)); then
    locusts_memory=$((bytes / 1048576))
  fi
  if [[ -r $1/cpu.max ]]; then
    read -r quota period <"$1/cpu.max"
  elif [[ -r $1/cpu.cfs_quota_us ]]; then
    read -r quota <"$1/cpu.cfs_quota_us"
    read -r period <"$1/cpu.cfs_period_us"
  fi
  if [[ $quota == +([0-9]) && $period == [1-9]*([0-9]) ]] && ((quota / period < locusts_cores)); then
    locusts_cores=$((quota >= period ? quota / period : 1))
  fi
}

# How many jobs fit this machine at a time, if the definition does not say.
locusts_count_slots() {
  locusts_slots=$((locusts_cores / locusts_job_cpus))
  if ((locusts_job_memory > 0 && locusts_memory > 0 && locusts_memory / locusts_job_memory < locusts_slots)); then
    locusts_slots=$((locusts_memory / locusts_job_memory))
  fi
  ((locusts_slots > 0)) || locusts_slots=1
}
# ---- The manager ---------------------------------------------------------------

locusts_usage() {
  cat <<'HELP'
The manager of one swarm: runs the jobs of a run list and keeps a journal.

Usage: bash manager.sh [options]

  --run DIR      the run to work on (default: the newest in ../runs)
  --slots N      jobs at a time (default: what the definition says, else what fits this machine)
  --name NAME    what this manager is called, if several work on one run (default: main)
  --ends-at N    its time ends at that second since 1970; without it, it has as much as it needs
  --ahead N      the clock of this node is so many seconds ahead of the scheduler's (default: 0)
  --generation N the how manyth pilot it runs in, of those that follow one another (default: 1)
  --scratch DIR  jobs run below this folder of the node's own disk; only outputs come back
  --stop         ask the managers of that run on this machine, or the one that is named, to end
                 their jobs and leave; the next start goes on
  --is-running   ask whether there is one: the exit code is 0, or 1 if there is none
  --version      the format of the run lists that it reads
  --help         this text

Exit codes: 0 every job is finished, 1 wrong usage or an error, 4 already running,
5 the disk is full, 6 stopped after too many failed jobs, 7 its time has ended with work left and
no successor, 8 everything fails on this machine, 9 the run's folder has gone away, 143 stopped by a signal.
HELP
}

locusts_read_run() {
  local key value
  locusts_chunks=0 locusts_run_format='' locusts_managers=1
  while IFS=$'\t' read -r key value; do
    case $key in
      format) locusts_run_format=$value ;;
      chunks) locusts_chunks=$value ;;
      managers) locusts_managers=$value ;;
    esac
  done <run
  if [[ $locusts_run_format != "$locusts_format" ]]; then
    locusts_say "$PWD/run has the format '$locusts_run_format', and this manager reads $locusts_format: use the manager.sh it was made with"
    exit 1
  fi
}

# Goes to the folder of the run: the one that was named, else the newest.
locusts_enter_run() { # folder
  local folder=$1 newest=0
  if [[ ! $folder ]]; then
    for folder in "${locusts_script%/*}"/../runs/*/run; do
      folder=${folder%/run}
      [[ ! -e $folder/run ]] || ((${folder##*/} <= newest)) || newest=${folder##*/}
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
  local stat=''
  locusts_detach=''
  { read -r -d '' stat <"/proc/$$/stat"; } 2>/dev/null
  # shellcheck disable=SC2086 # these are numbers, to be split
  set -- ${stat##*) }
  if [[ ${5-0} != 0 ]] && type -P setsid >/dev/null; then locusts_detach=setsid; fi
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
  printf 'left error\n' >|"managers/$locusts_life_name.beat"
  locusts_say "stopped: $locusts_detail"
}

# From here on, what this process prints is its journal; slots ask it through a pipe of their own.
locusts_open_journal() {
  exec >>"journal/$locusts_life_name.tsv" {locusts_requests}<> <(:)
} 2>/dev/null

locusts_main() {
  local folder='' slots='' action=run slot name='' option value
  locusts_ends_at=0 locusts_ahead=0 locusts_generation=1 locusts_scratch=''
  locusts_put_aside
  while (($# > 0)); do
    case $1 in
      --run) folder=${2?"--run needs a folder"}; shift ;;
      --slots) slots=${2?"--slots needs a number"}; shift ;;
      --name) name=${2?"--name needs a name"}; shift ;;
      --ends-at) locusts_ends_at=${2?"--ends-at needs a number"}; shift ;;
      --ahead) locusts_ahead=${2?"--ahead needs a number"}; shift ;;
      --generation) locusts_generation=${2?"--generation needs a number"}; shift ;;
      --scratch) locusts_scratch=${2?"--scratch needs a folder"}; shift ;;
      --stop) action=stop ;;
      --is-running) action=is-running ;;
      --version) printf 'format %s\n' "$locusts_format"; return ;;
      -h | --help) locusts_usage; return ;;
      *) locusts_say "unknown option $1; see: bash manager.sh --help"; return 1 ;;
    esac
    shift
  done
  if [[ $slots && $slots != [1-9]*([0-9]) ]]; then
    locusts_say "--slots takes a whole number from 1, not '$slots'"
    return 1
  fi
  for option in ends_at ahead generation; do
    value=locusts_$option
    [[ ${!value} == +([0-9]) || $option == ahead && ${!value} == -+([0-9]) ]] || { locusts_say "--${option/_/-} takes a whole number, not '${!value}'"; return 1; }
  done
  if [[ $locusts_scratch && $locusts_scratch != /* ]]; then
    locusts_say "--scratch takes an absolute path, not '$locusts_scratch'"
    return 1
  fi
  locusts_name=${name:-main}
  if [[ $locusts_name != +([A-Za-z0-9_-]) ]]; then
    locusts_say "--name takes letters, digits, - and _, not '$locusts_name'"
    return 1
  fi
  locusts_script=$PWD/${BASH_SOURCE[0]}
  [[ ${BASH_SOURCE[0]} != */* ]] || locusts_script=$(CDPATH='' cd -- "${BASH_SOURCE[0]%/*}/" && pwd)/${BASH_SOURCE[0]##*/}
  # Not $HOSTNAME: a variable of that name may come from another machine.
  read -r locusts_host </proc/sys/kernel/hostname
  read -r locusts_boot </proc/sys/kernel/random/boot_id
  locusts_host=${SLURMD_NODENAME:-$locusts_host}
  locusts_close_inherited
  locusts_enter_run "$folder"
  locusts_read_run
  case $action in
    stop) locusts_stop_others "$name"; return ;;
    is-running) locusts_find_running "$name"; ((${#locusts_found_running[@]} > 0)); return ;;
  esac

  if [[ -e cancelled ]]; then
    locusts_say "$PWD was cancelled; 'locusts deploy' goes on with its jobs"
    return
  fi
  set -C
  locusts_stopping='' locusts_detail=''
  locusts_made_scratch='' locusts_is_blamed=''
  locusts_begin_life
  if [[ -e gathered ]]; then
    locusts_say "$PWD is over, and its results are gathered; 'locusts deploy' begins another run"
    return
  fi
  locusts_shared=$(cd ../../shared 2>/dev/null && pwd)
  locusts_failures=0 locusts_lists=0 locusts_frontier=0 locusts_stride=1 locusts_patience=1
  locusts_farewell='' locusts_next_turn=0 locusts_last_slot=0 locusts_lost_slots='' locusts_disk_is_full=''
  locusts_turns=() locusts_inbox=() locusts_slot_pid=() locusts_slot_list=() locusts_is_missed=() locusts_list_chunk=() locusts_list_file=()
  locusts_finished=() locusts_used_tries=() locusts_running=() locusts_deaths=() locusts_inherited=()
  declare -gA locusts_known=() locusts_deaths_of=()
  locusts_timed_job=() locusts_time_spent=()
  locusts_read_uptime
  locusts_last_watch=$locusts_uptime
  locusts_beats=0 locusts_beat_seconds=$((locusts_silence_seconds / 4)) locusts_doubt='' locusts_last_look=$locusts_uptime
  ((locusts_beat_seconds <= 10)) || locusts_beat_seconds=10
  ((locusts_beat_seconds > 0)) || locusts_beat_seconds=1
  locusts_seen_life=() locusts_seen_beat=() locusts_seen_alive=() locusts_silence=()
  locusts_in_ring='' locusts_held=() locusts_old_failures=0 locusts_has_succeeded=''
  locusts_has_asked='' locusts_is_cut='' locusts_has_left=''
  locusts_run_place=$PWD locusts_last_seen=$locusts_uptime locusts_trouble='' locusts_lost=''
  locusts_successor='' locusts_chain_is_broken=''
  printf -v locusts_begun_at '%(%s)T' -1
  locusts_begun_uptime=$locusts_uptime
  if ((locusts_managers > 1)); then
    [[ $locusts_name != p[1-9]*([0-9]) ]] || ((${locusts_name#p} > locusts_managers)) || locusts_in_ring=1
    [[ ! -e failures ]] || ! mapfile -t locusts_held <failures || locusts_old_failures=${#locusts_held[@]} locusts_held=()
  fi
  if ! locusts_open_journal && ! locusts_open_journal; then # what refuses may pass
    locusts_blame_disk "$PWD/journal/$locusts_life_name.tsv cannot be written"
    locusts_set_state "$locusts_stopping" "$locusts_detail"
    locusts_say "$PWD/journal/$locusts_life_name.tsv cannot be written: $(df -Ph . | tail -n 1 | cut -c 1-200)"
    [[ $locusts_stopping != disk-full ]] || exit 5
    exit 1
  fi
  locusts_measure_machine
  locusts_leave_terminal
  locusts_note manager "$locusts_life_name" "$locusts_host" $$ "$locusts_cores"
  locusts_beat
  locusts_take_over_all "$locusts_name"
  trap 'locusts_stop_for signal' TERM INT HUP
  trap : PIPE # a slot that was killed does not read its answer
  locusts_slots=${slots:-$locusts_slots}
  [[ $locusts_slots ]] || locusts_count_slots
  locusts_define_environment
  [[ ! -e one-at-a-time ]] || locusts_slots=1
  ((locusts_slots > 1 || locusts_managers > 1)) || : >|"$locusts_life/alone"
  locusts_refusal="$locusts_host refuses to start more processes: raise 'ulimit -u' there (or the most tasks of its control group), or use fewer slots"
  trap locusts_end_abruptly EXIT
  for ((slot = 1; slot <= locusts_slots; slot++)); do locusts_start_slot 0; done
  locusts_serve_all
  trap - EXIT
  locusts_stand_by
  locusts_end_trial
  locusts_end_leftovers "$locusts_life_name"
  [[ $locusts_stopping != disk-full ]] || locusts_look_at_disk
  [[ ! $locusts_lost ]] || locusts_stopping=lost locusts_detail=$locusts_lost
  locusts_leave_scratch
  locusts_say_farewell

  locusts_note finish "${locusts_chain_is_broken:-${locusts_stopping:-finished}}" "${locusts_detail:--}"
  locusts_set_state "${locusts_stopping:-finished}" "$locusts_detail"
  printf '%s\n' "${locusts_farewell:-finished}" >|"managers/$locusts_life_name.beat"
  case $locusts_stopping in
    '') return 0 ;;
    disk-full) locusts_say "stopped: the disk that holds $PWD is full; make room, then start again"; return 5 ;;
    too-many-failures) locusts_say "stopped: $locusts_detail"; return 6 ;;
    walltime)
      locusts_say "its time has ended with work left${locusts_detail:+; $locusts_detail}"
      [[ $locusts_farewell == continued ]] || return 7
      ;;
    bad-node) locusts_say "stopped: $locusts_detail"; return 8 ;;
    lost) locusts_say "stopped: $locusts_detail"; return 9 ;;
    spoilt) locusts_say "stopped: an input that jobs share was changed: $locusts_detail; 'locusts deploy' makes it anew"; return 1 ;;
    signal) locusts_say 'stopped by a signal; the next start goes on from here'; return 143 ;;
    *) locusts_say "stopped: $locusts_detail"; return 1 ;;
  esac
}

locusts_main "$@"
exit
