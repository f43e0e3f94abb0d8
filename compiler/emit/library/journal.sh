# Part of Locusts, the same for every swarm: `locusts build` puts it here, and nobody edits it.
# shellcheck shell=bash disable=SC2034,SC2154 # the parts share their variables
# ---- The journal: journal/<name>.<incarnation>.tsv ----------------------------------------
#
#   manager    incarnation host pid cores
#   slot       slot pid
#   chunk      chunk claim
#   start      job attempt slot place start
#   done       job attempt cause exit_code start end cpu memory read written place outputs detail
#   failed     job attempt cause exit_code start end cpu memory read written place outputs detail
#   again      job attempt cause exit_code start end cpu memory read written place outputs detail
#   stopped    job attempt cause exit_code start end cpu memory read written place outputs detail
#   successor  allocation
#   finish     reason detail
#
# Columns are separated by tabs; a line that is whole ends with a column of its own that holds a dot.
# Times are milliseconds since 1970, and - is nothing, or not known. A place is below work/<name>.<incarnation>/,
# or absolute. What a try has used: microseconds of processor time, bytes of memory at most, bytes that were read
# from disks and written to them. Lines of format 2, which have none of these four columns, are read as well.

locusts_unused=$'-\t-\t-\t-' # of a try of which it is not known what it has used

# Where the columns of a line are, after the word that it begins with.
locusts_at_job=1 locusts_at_attempt=2 locusts_at_slot=3 locusts_at_place=4 locusts_at_cause=3 locusts_at_claim=2 locusts_at_reason=1
locusts_at_exit_code=4 locusts_at_start=5 locusts_at_end=6
locusts_start_width=7 locusts_end_width=15 locusts_end_width_of_format_2=11

# Appends one line to the journal, which is standard output, in a single write.
locusts_note() {
  local IFS=$'\t'
  if ! printf '%s\t.\n' "$*"; then
    locusts_disk_is_full=1
    return 1
  fi
}

# Is the line of a journal in `fields` whole? A crash or a full disk can tear one, and the next is joined to it.
locusts_is_whole() {
  [[ ${fields[-1]-} == . ]] || return
  case ${fields[0]} in
    start) ((${#fields[@]} == locusts_start_width)) ;;
    done | failed | again | stopped)
      ((${#fields[@]} == locusts_end_width || ${#fields[@]} == locusts_end_width_of_format_2)) &&
        locusts_are_numbers "${fields[locusts_at_end]}"
      ;;
    *) return 0 ;;
  esac && locusts_are_numbers "${fields[locusts_at_job]}" "${fields[locusts_at_attempt]}"
}

# Are these as Locusts writes numbers? What is garbled may be none to bash, or code.
locusts_are_numbers() {
  local text
  for text; do [[ $text == @(0|[1-9]*([0-9])) ]] || return; done
}
