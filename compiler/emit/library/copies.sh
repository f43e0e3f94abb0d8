# Part of Locusts, the same for every swarm: `locusts build` puts it here, and nobody edits it.
# shellcheck shell=bash disable=SC2034,SC2154 # the parts share their variables
# ---- Copies that jobs share ---------------------------------------------------------
# What lies in shared/ is there to be read. A job that writes to it all the same, as root may, changes what
# others read: that is found out when it has ended, before anything is begun after it in this slot. Whatever
# was written then is newer than the run.

# Are the copies that the job at hand has links to as they were? If not, no more jobs are begun before they
# are made anew. Fails if this job may have read what another has written: then it counts as never begun.
locusts_check_copies() {
  local name input links=()
  for name in "${locusts_watched[@]}"; do
    input=${!name}
    [[ ! -L $locusts_folder/$input ]] || links+=("$input")
  done
  ((${#links[@]} > 0)) || return 0
  locusts_leave_meter
  locusts_are_touched "${links[@]}" || return 0
  for input in "${links[@]}"; do
    if locusts_in_c_locale locusts_is_intact "$input"; then continue; fi
    locusts_spoilt=1
    printf 'spoilt %s %s\n' "$locusts_slot" "${input//[[:cntrl:]]/?}, when the job ${locusts_job//[[:cntrl:]]/?} ran" >&3
    [[ ! -e $locusts_work/alone ]] || return 0 # nobody else can have done it
    locusts_pid=''
    [[ $locusts_used != quick ]] || locusts_used=$locusts_unused # quick ones are looked at together
    locusts_note stopped "$locusts_number" "$locusts_try" stopped "$locusts_code" \
      "${locusts_start:0:-3}" "${locusts_now:0:-3}" "$locusts_used" "$locusts_place" - 'an input that jobs share was changed'
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
