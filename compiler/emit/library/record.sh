# Part of Locusts, the same for every swarm: `locusts build` puts it here, and nobody edits it.
# shellcheck shell=bash disable=SC2034,SC2154 # the parts share their variables
# ---- What has ended well -----------------------------------------------------------
# It is kept in a file of the slot's own, slots/<n>.ended: for each job the paths of its outputs, then
# the fields of its line. Of quick jobs many are written down together, by a process of its own: this
# one is to stay small.

locusts_jobs_a_batch=128
locusts_shortest_batch=1000000 locusts_longest_batch=2000000 # microseconds; between them, so many times what writing takes:
locusts_batch_share=20

# The job at hand has ended well. (Bash copies a function for each call of it: what is rare stands elsewhere.)
locusts_record() { # words-for-outputs paths
  locusts_pid=''
  printf -v locusts_line 'done\t%s\t%s\tok\t0\t%s\t%s\t%s\t%s\t%s\t.' \
    "$locusts_number" "$locusts_try" "${locusts_start:0:-3}" "${locusts_now:0:-3}" "$locusts_used" "$locusts_place" "$1"
  ((locusts_ended > 0)) || ! locusts_note_alone "$@" || return 0
  if ! printf '%s\0' "${@:2}" "$locusts_line" >>"$locusts_work/slots/$locusts_slot.ended"; then
    locusts_disk_is_full=1
  elif ((++locusts_ended >= locusts_batch || locusts_now - locusts_published > locusts_between_batches)) ||
    ((locusts_now < locusts_published)) || # somebody has set the clock back
    [[ $locusts_is_pilot && ! $locusts_has_succeeded ]]; then # its manager waits to hear of a success
    locusts_publish
  fi
}

# By itself, and with nothing to be shared, measured or brought: no process has to be started for that.
locusts_note_alone() { # words-for-outputs paths
  [[ $# == 1 && $1 == - && $locusts_used != quick && ! $locusts_home ]] || return
  printf '%s-\t.\n' "${locusts_line%.}" || return
  locusts_have_published
}

# Has the jobs written down that have ended well; only that makes their outputs a result.
locusts_publish() {
  ((locusts_ended > 0)) || return 0
  locusts_saw_oom_kill
  locusts_memory_ran_out='' # that was one of those
  locusts_publish_ended
}

# The manager has seen that the job at hand runs for long: what has ended before is not to wait for it.
locusts_publish_meanwhile() {
  locusts_late=''
  ((locusts_ended > 0)) && [[ ! $locusts_disk_is_full && ! $locusts_refused && ! $locusts_stopping ]] || return 0
  locusts_publish_ended
  locusts_read_meter
}

locusts_publish_ended() {
  local code=0 begun
  locusts_read_clock
  begun=$locusts_now
  locusts_leave_meter
  (locusts_in_c_locale locusts_write_down) || code=$?
  case $code in
    0) ;;
    2) locusts_stopping=1; return ;; # it has said why
    254) locusts_refused=1; return ;; # no process could be started for it
    *) locusts_judge_write "the journal cannot be written"; return ;;
  esac
  locusts_have_published
  locusts_read_clock
  locusts_published=$locusts_now
  locusts_between_batches=$((locusts_batch_share * (locusts_now - begun)))
  ((locusts_between_batches > locusts_shortest_batch)) || locusts_between_batches=$locusts_shortest_batch
  ((locusts_between_batches < locusts_longest_batch)) || locusts_between_batches=$locusts_longest_batch
}

# What has ended well is written down. The manager is told of the first success.
locusts_have_published() {
  if [[ ! $locusts_has_succeeded ]]; then
    locusts_has_succeeded=1
    [[ ! $locusts_is_pilot ]] || printf 'good %s\n' "$locusts_slot" >&3
  fi
  locusts_ended=0 locusts_published=$locusts_now locusts_of_quick=()
}

# A line for each job that has ended well. Their outputs' sizes are asked for by one process for all. Ends
# with 2 where it has told the manager what is wrong, and nothing is written yet.
locusts_write_down() {
  local token lines=() paths=() files=() folders=() jobs=() place number sizes=() line i word words detail next=0 folder=0 code
  local links=() link_bytes=() unbrought=()
  while IFS='' read -r -d '' token; do
    case $token in
      done$'\t'*)
        line=${token%$'\t.'}
        lines+=("$line") files+=("${paths[@]}") paths=()
        if [[ $locusts_home ]]; then
          place=${line%$'\t'*} number=${line#*$'\t'}
          jobs+=("${place##*$'\t'}/${number%%$'\t'*}")
        fi
        ;;
      */) folders+=("${token%/}") ;; # its size is known
      *) paths+=("$token") ;;
    esac
  done <"$locusts_work/slots/$locusts_slot.ended"
  if ((${#lines[@]} != locusts_ended)); then
    locusts_stop_with "$locusts_work/slots/$locusts_slot.ended holds ${#lines[@]} jobs, and not the $locusts_ended that were written to it: what has changed it?"
    return 2
  fi
  if [[ $locusts_home ]]; then
    locusts_open_outputs
    locusts_try_twice locusts_bring_outputs "${jobs[@]}" || locusts_bring_one_by_one || {
      code=$?
      ((code != 254)) && locusts_has_room || return "$code"
      locusts_stop_with "outputs cannot be copied from $locusts_work to $locusts_home: $locusts_error"
      return 2
    }
  fi
  if ((${#files[@]} > 0)); then
    locusts_measure "${files[@]}" || locusts_measure "${files[@]}" || {
      locusts_stop_with 'the sizes of outputs cannot be asked for: stat fails'
      return 2
    }
  fi
  locusts_share_among_quick
  for i in "${!lines[@]}"; do
    line=${lines[i]} words='' detail=-
    for word in ${line##*$'\t'}; do
      case $word in
        killed) detail='something was killed for want of memory while it ran' && continue ;;
        present) word=${sizes[next++]} ;;
        [0-9]*) word=$((word + ${link_bytes[folder++]-0})) ;;
      esac
      [[ ! ${unbrought[i]-} || $word != [0-9]* ]] || word=invalid
      words+="${words:+ }$word"
    done
    if [[ ${unbrought[i]-} ]]; then
      line=failed${line#done} detail="it cannot be copied from the node's disk: ${unbrought[i]}"
      line=${line/$'\tok\t'/$'\tmissing-output\t'}
      printf 'failed %s\n' "$locusts_slot" >&3
    fi
    printf '%s\t%s\t%s\t.\n' "${line%$'\t'*}" "${words:--}" "$detail" || return
  done
  [[ ! $locusts_home ]] || locusts_drop_brought
  : >|"$locusts_work/slots/$locusts_slot.ended"
}

# Quick jobs were looked at together: each of the lines gets the mean.
locusts_share_among_quick() {
  local line quick=0 mean=(- - -) i
  for line in "${lines[@]}"; do [[ $line != *quick* ]] || quick=$((quick + 1)); done
  ((quick > 0)) || return 0
  for i in "${!locusts_of_quick[@]}"; do mean[i]=$((locusts_of_quick[i] / quick)); done
  lines=("${lines[@]/quick/"${mean[0]}"$'\t-\t'"${mean[1]}"$'\t'"${mean[2]}"}")
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
# the shared one, by one process for all of them. What an earlier attempt has brought gives way, read-only files and links too.
locusts_bring_outputs() { # place/number of jobs
  local job path paths=() made=''
  for job; do
    paths+=("$job.out" "$job.err")
    [[ ${job%/*} == "$made" ]] || locusts_make_place "${job%/*}"
    made=${job%/*}
  done
  for path in "${folders[@]}" "${files[@]}"; do
    path=${path#"$locusts_work/"}
    (($# == ${#jobs[@]})) || [[ $path == "$1"/* ]] || continue
    paths+=("$path")
  done
  (cd -- "$locusts_work" && exec cp -RHf --preserve=mode --parents -- "${paths[@]}" "$locusts_home/") || return
  for path in "${links[@]}"; do
    path=${path#"$locusts_work/"}
    (($# == ${#jobs[@]})) || [[ $path == "$1"/* ]] || continue
    cp -L --preserve=mode --remove-destination -- "$locusts_work/$path" "$locusts_home/$path" || return
  done
}

# If not all outputs can be brought, what keeps one job's from it is that job's own failure, as long as its logs can be.
locusts_bring_one_by_one() {
  local code=$? i
  ((code != 254)) && locusts_has_room || return "$code"
  for i in "${!jobs[@]}"; do
    locusts_try_twice locusts_bring_outputs "${jobs[i]}" && continue
    locusts_has_room && locusts_bring_logs "${jobs[i]}" || return
    unbrought[i]=$locusts_error
  done
}

# Makes ready what is to be brought. A job may leave what not even its owner may read; what a link leads to may be anybody's
# and is not changed. A file that a link in a folder leads to comes in its place, unless the link stays in that folder: from
# the shared disk it would lead nowhere.
locusts_open_outputs() {
  local path i root found=() own=()
  for path in "${files[@]}"; do [[ -r $path || -L $path ]] || chmod -f u+r -- "$path"; done
  for path in "${folders[@]}"; do [[ -L $path ]] || own+=("$path"); done
  ((${#own[@]} == 0)) ||
    find "${own[@]}" \( -type f -not -perm -400 -o -type d -not -perm -500 \) -exec chmod -f u+rX -- {} \;
  ((${#folders[@]} == 0)) || mapfile -d '' -t found < <(find -H "${folders[@]}" -type l -print0)
  for path in "${found[@]}"; do
    [[ -f $path ]] || continue
    for i in "${!folders[@]}"; do [[ $path != "${folders[i]}"/* ]] || break; done
    root=$(realpath -- "${folders[i]}")
    [[ $(realpath -- "$path") != "$root"/* || $(readlink -- "$path") == /* ]] || continue
    links+=("$path") link_bytes[i]=$((${link_bytes[i]-0} + $(stat -L -c %s -- "$path")))
  done
}

# Two that make the same folder at once would be in each other's way: cp takes that for a failure.
locusts_make_place() { # the list's folder
  [[ -d $locusts_home/$1 ]] || mkdir -p -- "$locusts_home/$1"
}

# The logs of a job that has failed.
locusts_bring_logs() { # place/number
  local kept=("$1.out" "$1.err")
  [[ -e $locusts_work/$1.err ]] || return 0
  locusts_make_place "${1%/*}"
  [[ ! -e $locusts_work/$1.end ]] || kept+=("$1.end")
  (cd -- "$locusts_work" && exec cp --parents -- "${kept[@]}" "$locusts_home/")
}

# Removes folders with all that is in them. A job may leave what nobody may write to.
locusts_drop_folders() { # folders
  rm -rf -- "$@" && return
  find "$@" -type d ! -perm -700 -exec chmod u+rwx -- {} \;
  rm -rf -- "$@"
} 2>/dev/null

# Makes room on the node's disk. The first log of a job stays, emptied, since it says whose it is.
locusts_drop_brought() {
  local job paths=()
  for job in "${jobs[@]}"; do
    paths+=("$locusts_work/$job" "$locusts_work/$job.err")
    : >|"$locusts_work/$job.out"
  done
  locusts_drop_folders "${paths[@]}"
}
