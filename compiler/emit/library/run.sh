# Part of Locusts, the same for every swarm: `locusts build` puts it here, and nobody edits it.
# shellcheck shell=bash disable=SC2034,SC2154 # the parts share their variables
# ---- The run: its folders, its chunks, who has claimed them ----------------------
#
#   <target>/bundle/manager.sh     this script
#   <target>/shared/               inputs that lie on the target once
#   <target>/runs/<n>/             one run:
#     run                          how many chunks it has, and of which bundle
#     chunks/<c>.tsv, <c>.tar      the jobs of a chunk; their folders and inputs, packed
#     claims/<c>, <c>.2 ...        which incarnation of which manager has taken the chunk
#     managers/<name>.<incarnation>       who runs or ran; names each incarnation of a manager
#     managers/<name>.<incarnation>.beat  what it leaves when it ends; until then, a heartbeat
#     journal/<name>.<incarnation>.tsv    what happened
#     taken                        another checkout had it before, and may have collected of it
#     alone                        it has one job, which `locusts repro` looks at
#     notified                     the word at the end is given
#     cancelled                    nobody begins any more, and who is at work leaves
#     work/<name>.<incarnation>/          the jobs' folders and logs
#     work/<name>.<incarnation>/scratch   where they run on the node's own disk, while that is there
#     work/tree                    the tree that the jobs run in, or get copies of
#     baseline                     what was in the tree before

locusts_say() { printf 'manager: %s\n' "$*" >&2; }

# When the process began, in clock ticks since boot: with its number, what names it for good.
locusts_read_birth() { # pid
  locusts_birth=''
  locusts_read_stat "$1" && [[ ${locusts_stat[0]} != [ZX] ]] && locusts_birth=${locusts_stat[19]}
}

# Was an incarnation begun on this machine? Without pilots: since it was last started; its host name may have changed.
locusts_is_of_this_machine() { # host boot
  if [[ $locusts_is_pilot ]]; then [[ $1 == "$locusts_host" ]]; else [[ $2 == "$locusts_boot" ]]; fi
}

# Does another manager, which wrote this incarnation file, still run? Fails also where that can't be known.
locusts_is_alive() { # incarnation-file
  local pid birth host what boot
  read -r pid birth host what boot <"$1" || return 1
  [[ $pid != "$$" ]] && locusts_is_of_this_machine "$host" "$boot" && locusts_read_birth "$pid" && [[ $birth == "$locusts_birth" ]] || return 1
  # A copy of this folder has the same file; the manager is in the folder that it works on.
  [[ $what == deploy || ! -e /proc/$pid/cwd || /proc/$pid/cwd -ef . ]]
}

locusts_between_signs=200 # hundredths of a second between two heartbeats of a manager that is no pilot
locusts_longest_silence=70 # tenths of a second for which it is listened to

# Does the manager that wrote this incarnation file run on another machine? A cluster may have several login nodes, with the
# same folders. There it cannot be asked for, but its heartbeat goes on. Leaves its process and its machine in
# locusts_process and locusts_its_host.
locusts_beats_elsewhere() { # incarnation-file
  local boot before='' now tenths
  [[ ! $locusts_is_pilot ]] && read -r locusts_process _ locusts_its_host _ boot <"$1" || return 1
  [[ $locusts_its_host != "$locusts_host" && $boot != "$locusts_boot" ]] || return 1
  { read -r before <"$1.beat"; } 2>/dev/null
  locusts_are_numbers "$before" || return 1 # it has ended, or never began
  for ((tenths = 0; tenths < locusts_longest_silence; tenths++)); do
    read -r -t 0.1 <> <(:)
    now=$before
    { read -r now <"$1.beat"; } 2>/dev/null
    [[ $now == "$before" || ! $now ]] || { locusts_are_numbers "$now"; return; }
  done
  return 1
}

# Begins a new incarnation of this manager, unless an older one still runs. Incarnations are numbered, so that
# of two managers that start at once only one can create the next number's file.
locusts_begin_incarnation() {
  local last=0 pid what
  while [[ -e managers/$locusts_name.$((last + 1)) ]]; do last=$((last + 1)); done
  # A scheduler may start a pilot again while its first incarnation still runs: then nobody can be asked.
  if [[ ! $locusts_allocation ]] && ((last > 0)) && locusts_is_alive "managers/$locusts_name.$last"; then
    read -r pid _ _ what _ <"managers/$locusts_name.$last"
    if [[ $what == deploy ]]; then
      locusts_say "process $pid, a locusts deploy, gathers ${PWD##*/} at the moment"
    else
      locusts_say "already running: process $pid on $locusts_host runs ${PWD##*/}; stop it with: bash manager.sh --stop"
    fi
    exit "$locusts_exit_running"
  fi
  if [[ ! $locusts_allocation ]] && ((last > 0)) && locusts_beats_elsewhere "managers/$locusts_name.$last"; then
    locusts_say "already running: process $locusts_process on $locusts_its_host runs ${PWD##*/}; stop it with: bash manager.sh --stop"
    exit "$locusts_exit_running"
  fi
  locusts_read_birth $$ || locusts_birth=0
  locusts_incarnation=$locusts_name.$((last + 1))
  if ! (
    set -C
    exec >"managers/$locusts_incarnation" || exit
    printf '%s %s %s manager %s\n' $$ "$locusts_birth" "$locusts_host" "$locusts_boot" || { rm -f -- "managers/$locusts_incarnation"; exit 1; }
  ) 2>/dev/null; then
    if [[ -e managers/$locusts_incarnation ]]; then
      locusts_say "already running: another manager has just started in $PWD"
      exit "$locusts_exit_running"
    fi
    locusts_say "cannot write to $PWD/managers: $(df -Ph . | tail -n 1 | cut -c 1-200)"
    exit "$locusts_exit_disk_full"
  fi
  # Who came while this one was held up in the middle of that has not seen it, and goes on without it.
  if [[ -e managers/$locusts_name.$((last + 2)) ]]; then
    locusts_say "already running: another manager has started in $PWD meanwhile"
    exit "$locusts_exit_running"
  fi
  locusts_home=$PWD/work/$locusts_incarnation
  locusts_work=$locusts_home
  locusts_make_own_folders "$locusts_home"
  # Room for the last words is taken now: on a full disk they could not be written any more.
  if ! locusts_reserve_state && ! locusts_reserve_state; then # what refuses may pass
    locusts_say "$locusts_home/state cannot be written: $(df -Ph . | tail -n 1 | cut -c 1-200)"
    ! locusts_probe "$locusts_home" 2>/dev/null || exit 1
    exit "$locusts_exit_disk_full"
  fi
  locusts_enter_scratch
  locusts_make_own_folders "$locusts_work/slots"
  # ext4 then chooses a place for each folder in there by its name.
  locusts_has_places=''
  ! chattr +T -- "$locusts_work" 2>/dev/null || locusts_has_places=1
}

locusts_state_width=511 # characters: room for the last words

locusts_reserve_state() {
  printf "%-${locusts_state_width}s\n" running >"$locusts_home/state"
} 2>/dev/null

# Without its own folders a manager cannot begin.
locusts_make_own_folders() { # folders
  locusts_try_twice mkdir -p -- "$@" && return
  local code=$?
  locusts_say "$PWD: a folder cannot be made: $locusts_error"
  ((code != 254)) || exit 1 # no process could be started
  exit "$locusts_exit_disk_full"
}

# Notes how this incarnation goes on, over the bytes that were set aside for it.
locusts_set_state() {
  printf "%-${locusts_state_width}s\n" "$*" 1<>"$locusts_home/state"
} 2>/dev/null

# Claims a chunk: creating a file is one atomic step, on network file systems too. The journal says
# before that it is tried, and is closed, by which a network file system writes it out: whatever
# happens then, others find out by it and by the claim what this manager held. Fails if others have it.
locusts_create_claim() { # chunk claim
  if ! locusts_note chunk "$1" "$2" >>"journal/$locusts_incarnation.tsv"; then
    locusts_stop_for disk-full
    return 1
  fi
  { printf '%s\n' "$locusts_incarnation" >"claims/$2"; } 2>/dev/null && return
  if [[ ! -s claims/$2 ]]; then # no room, rather than taken?
    if ! locusts_has_room; then
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

# Lists the jobs of a chunk that are not finished, and leaves their numbers in locusts_members. Those that may be why the
# manager was killed wait until all else is done.
locusts_list_unfinished() { # chunk list-file
  local number tries rest out
  locusts_members=()
  exec {out}>|"$2" || return 1
  while IFS=$'\t' read -r number tries rest; do
    [[ ! ${locusts_finished[number]-} ]] || continue
    tries=${locusts_used_tries[number]-$tries}
    if ((${locusts_deaths[number]-0} >= 3)); then
      locusts_note failed "$number" $((tries + 1)) node 137 0 0 "$locusts_unused" 0 - 'it was running each time when the manager was killed'
      locusts_finished[number]=1
      locusts_count_failure
      continue
    elif ((${locusts_deaths[number]-0} == 2)) && [[ ! $locusts_suspects_run ]]; then
      locusts_suspect_chunks[$1]=1
      continue
    fi
    locusts_members+=("$number")
    printf '%s\t%s\t%s\n' "$number" "$tries" "$rest" >&"$out" || break
  done <"chunks/$1.tsv"
  exec {out}>&-
  [[ ! $number ]] # it was read to its end
}

# Makes the folder of a chunk. Where many files were removed, ext4 takes several times as long to make new ones for some
# minutes: so each folder is made under a name that there was not before, by which it gets another place.
locusts_make_chunk_folder() { # folder
  local draft=$1.$$.$RANDOM$RANDOM
  if [[ ! $locusts_has_places || -d $1 ]]; then
    mkdir -p -- "$1"
  else
    mkdir -- "$draft" && mv -T -- "$draft" "$1"
  fi
}

# Makes a chunk ready: its jobs' folders and inputs, by one process; in a tree, a folder for their logs.
locusts_open_chunk() { # chunk [again]
  local chunk=$1 list=chunks/$1.tsv folder
  folder=$locusts_work/$((locusts_lists + 1))
  locusts_members=()
  if [[ ${2-} ]]; then # others, or earlier incarnations, have worked on it
    list=$folder.tsv
    locusts_list_unfinished "$chunk" "$list" || { locusts_blame_disk "$list cannot be written"; return 1; }
    ((${#locusts_members[@]} > 0)) || return 0
  fi
  if ! locusts_try_twice locusts_make_chunk_folder "$folder"; then
    locusts_blame_disk "$folder cannot be made: $locusts_error"
    return 1
  fi
  if [[ ! $locusts_tree_mode ]] && ! locusts_try_twice tar --no-unquote --no-same-owner -xf "chunks/$chunk.tar" -C "$folder" -- "${locusts_members[@]}"; then
    locusts_blame_disk "chunks/$chunk.tar cannot be unpacked to $folder: $locusts_error"
    return 1
  fi
  [[ ${2-} ]] || mapfile -t locusts_members <"$list" # all of its lines
  locusts_lists=$((locusts_lists + 1))
  locusts_list_chunk[locusts_lists]=$chunk
  locusts_list_file[locusts_lists]=$list
  locusts_list_length[locusts_lists]=${#locusts_members[@]}
}

# Opens the next chunk: of those that were taken over, else one that nobody has. Fails when there is none.
locusts_open_next() {
  local before=$locusts_lists chunk
  while [[ ! $locusts_stopping ]]; do
    [[ ! $locusts_is_pilot ]] || ! locusts_heed_take_over || return 1
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

# Something could not be written: is it the disk?
locusts_blame_disk() { # what failed
  if locusts_has_room; then
    locusts_stop_for error "$1"
  else
    locusts_stop_for disk-full
  fi
}

# What could not be written may have another reason than a full disk: then that is why we stop. If it is the node's own
# disk, others may have room.
locusts_inspect_disk() {
  local folder words='' room=() few=100
  locusts_detail="$PWD on $locusts_host"
  read -r -a room < <(df --block-size=1M --output=avail,iavail,itotal . | tail -n 1)
  [[ ${room[0]-} != [1-9]* || ${room[2]-} != [1-9]* ]] || ((room[1] >= few)) ||
    locusts_detail+=': it has room, but no more files can be made there'
  locusts_has_room || :
  if [[ $locusts_scratch && -e $locusts_home/scratch-trouble ]] && locusts_probe "$locusts_home" 2>/dev/null; then
    locusts_blame_node || :
    locusts_stopping=bad-node
    read -r words <"$locusts_home/scratch-trouble"
    words=${words##*: }
    locusts_detail="$locusts_host: its scratch folder $locusts_work cannot be written to: ${words:-No space left on device}"
    return
  fi
  for folder in "$locusts_work/slots" "$locusts_home"; do
    words=$(locusts_probe "$folder" 2>&1)
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
