# Part of Locusts, the same for every swarm: `locusts build` puts it here, and nobody edits it.
# shellcheck shell=bash disable=SC2034,SC2154 # the parts share their variables
# ---- Outputs: are they as declared, and how large? --------------------------------

# Looks at one output; leaves a word for it in locusts_found: missing, invalid, its bytes, or
# "present" for a file, whose size is asked for later, together with others'. What looks may be killed,
# or may not start, which says nothing of the output: then it looks again.
locusts_check_output() { # name path kind need min-bytes [grep-flags ere]
  local name=$1 path=$locusts_workdir/$2 kind=$3 need=$4 bytes=$5 there=1 size='' code=0
  [[ $locusts_tree_mode != each ]] || locusts_find_output || { locusts_leave_unjudged grep; return; }
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

locusts_run_check() { # name path function: the definition's own check of an output
  local last=$((${#locusts_found[@]} - 1)) job_code=$locusts_code code
  case ${locusts_found[last]} in missing | invalid) return ;; esac
  (
    shopt -u extglob
    set +C +m
    output=$2
    if [[ $locusts_is_special ]]; then # as for the command
      [[ ! $locusts_own_shell ]] || locusts_run_inside "$locusts_workdir" "$3"
      # shellcheck disable=SC2163 # these are NAME=value
      export "${locusts_aside[@]}" 2>/dev/null
      # shellcheck disable=SC1090 # only the user knows it
      [[ ! $locusts_start_file ]] || { . "$locusts_start_file"; builtin cd -- "$locusts_run"; }
    fi
    builtin cd -- "$locusts_workdir" || exit 1
    set -e -o pipefail
    "$3"
  ) >>"$locusts_folder.out" 2>>"$locusts_folder.err" 3>&- 4<&- 5<&- &
  locusts_pid=$! locusts_code=0 locusts_told='' locusts_misses=0
  until locusts_await_end; do :; done
  kill -KILL -- "-$locusts_pid"
  locusts_pid=''
  code=$locusts_code
  locusts_code=$job_code
  ((code != 0)) || return 0
  [[ ${locusts_found[last]} != present ]] || unset 'locusts_job_files[-1]'
  locusts_found[last]=invalid
  locusts_wrong+="${locusts_wrong:+, }$1 did not pass its check (exit code $code)"
}
