# Part of Locusts, the same for every swarm: `locusts build` puts it here, and nobody edits it.
# shellcheck shell=bash disable=SC2034,SC2154 # the parts share their variables
# ---- Outputs: are they as declared, and how large? --------------------------------

# Looks whether an output is there; what is declared of it besides, the checks that follow look at. Leaves
# a word for it in locusts_found: missing, invalid, its bytes, or "present" for a file, whose size is asked
# for later, together with others'. What looks may be killed, or may not start, which says nothing of the
# output: then it looks again.
locusts_check_output() { # name path kind need
  local path=$locusts_workdir/$2 there=1 size='' code=0
  locusts_output=$2 locusts_output_name=$1 locusts_output_kind=$3 locusts_output_size='' locusts_is_bad=''
  locusts_files_before=${#locusts_job_files[@]}
  locusts_found+=(present)
  [[ $locusts_tree_mode != each ]] || locusts_find_output || { locusts_leave_unjudged grep; return; }
  locusts_output_path=$path
  case $3 in
    folder) [[ -d $path ]] || there='' ;;
    *) [[ -f $path ]] || there='' ;;
  esac
  if [[ $there && $3 == file ]]; then
    locusts_job_files+=("$path")
  elif [[ $there ]]; then
    locusts_ask locusts_measure_folder "$path"
    case $code in
      0)
        locusts_found[-1]=$size locusts_output_size=$size
        [[ ! $locusts_home ]] || locusts_job_files+=("$path/")
        ;;
      1) locusts_reject "$size" ;;
      *) locusts_leave_unjudged find ;;
    esac
  elif [[ -e $path ]]; then
    locusts_reject "is not a $3"
  else
    locusts_found[-1]=missing locusts_is_bad=1
    [[ $4 == optional ]] || locusts_wrong+="${locusts_wrong:+, }$1 is missing"
  fi
}

locusts_reject() { # what is wrong with the output at hand
  locusts_found[-1]=invalid locusts_is_bad=1
  locusts_job_files=("${locusts_job_files[@]:0:locusts_files_before}")
  locusts_wrong+="${locusts_wrong:+, }$locusts_output_name $1"
}

# Neither good nor bad: the job stays unfinished.
locusts_leave_unjudged() { # program
  locusts_excuse_job "$((code > 125 ? code : 126))" "$path cannot be looked at: $1 ended with exit code $code"
  locusts_reject 'could not be looked at'
}

# Does the output at hand have so many bytes?
locusts_check_bytes() { # the least
  local path=$locusts_output_path size=$locusts_output_size code=0
  [[ ! $locusts_is_bad ]] || return 0
  if [[ $locusts_output_kind == file ]] && (($1 > 1)) && ! locusts_ask stat -L -c %s -- "$path" && [[ -e $path ]]; then
    locusts_leave_unjudged stat
  elif (($1 == 1)) && [[ ! -s $path || $size == 0 ]]; then
    locusts_reject 'is empty'
  elif (($1 > 1 && ${size:-0} < $1)); then
    locusts_reject "has less than $1 bytes"
  fi
}

# Does the output at hand have a line that matches?
locusts_check_line() { # grep-flags ere
  local path=$locusts_output_path code=0
  [[ ! $locusts_is_bad ]] || return 0
  locusts_has_line "$1" "$2" "$path"
  case $code in
    0) ;;
    1) locusts_reject 'has no line that matches' ;;
    *) locusts_leave_unjudged grep ;;
  esac
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

# Prints the bytes in all the files of a folder; or, with code 1, why it can't be collected.
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

# Does the definition's own check say that the output at hand is good? It may take as long as a try.
locusts_check_by() { # function
  local job_code=$locusts_code code timeout steps=("${locusts_steps[@]}")
  steps[-1]=$1 # instead of the command; what the environment asks for comes before it
  [[ ! $locusts_is_bad ]] || return 0
  (
    shopt -u extglob
    set +C +m
    locusts_restore_locale
    output=$locusts_output
    if [[ $locusts_is_special ]]; then # as for the command
      [[ ! $locusts_own_shell ]] || locusts_run_inside "$locusts_workdir" "${steps[@]}"
      # shellcheck disable=SC2163 # these are NAME=value
      ((${#locusts_aside[@]} == 0)) || export "${locusts_aside[@]}" 2>/dev/null
      # shellcheck disable=SC1090 # only the user knows it
      [[ ! $locusts_start_file ]] || { . "$locusts_start_file"; builtin cd -- "$locusts_run"; }
      output=$locusts_output # the environment may have one
    fi
    builtin cd -- "$locusts_workdir" || exit 1
    set -e -o pipefail
    if [[ ${locusts_contained+set} ]]; then # it has the programs that the command has
      locusts_contained[-1]=$1 locusts_columns+=(output)
      locusts_execute
    else
      for locusts_step in "${steps[@]}"; do "$locusts_step"; done
    fi
  ) >>"$locusts_folder.out" 2>>"$locusts_folder.err" 3>&- 4<&- 5<&- &
  locusts_pid=$! locusts_code=0 locusts_told='' locusts_misses=0
  timeout=$locusts_work/slots/timeout.$locusts_pid
  [[ $locusts_time_limit == 0 ]] || locusts_have_timed || locusts_end_untimed
  until locusts_await_end; do :; done
  kill -KILL -- "-$locusts_pid"
  [[ $locusts_time_limit == 0 ]] || : >|"$locusts_work/slots/$locusts_slot"
  locusts_pid=''
  code=$locusts_code
  locusts_code=$job_code
  if [[ $locusts_time_limit != 0 && -e $timeout ]]; then
    rm -f -- "$timeout"
    locusts_reject "has a check that did not end within $locusts_time_limit s, the limit of each try"
  elif ((code != 0)); then
    locusts_reject "did not pass its check (exit code $code)"
  elif [[ ! -e $locusts_output_path ]]; then
    locusts_reject "was taken away by its own check"
  fi
}
