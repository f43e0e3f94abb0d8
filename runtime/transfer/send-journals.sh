#!/usr/bin/env bash
# Sends what the journals of a run hold beyond what is known.
#
#   $1 the run's folder   $2 the most bytes to send
#   standard input: lines `<bytes known> <journal>`
#
# Prints the seconds since 1970 by the clock here on a line, and for each journal that has more `<journal> <bytes>` on a line of its own, and the bytes.
# Exit code 1: one of them cannot be read, with words on standard error. It is never taken for an empty one.
set -u
cd -- "$1/journal" && date +%s || exit 1
declare -A known=()
while read -r bytes journal; do known[$journal]=$bytes; done
left=$2
journals=$(find . -maxdepth 1 -type f -name '*.tsv' -printf '%s %P\n') || exit 1
while read -r size journal; do
  [[ $journal ]] || continue
  from=${known[$journal]-0}
  ((size > from && left > 0)) || continue
  ((size - from <= left)) || size=$((from + left))
  printf '%s %s\n' "$journal" "$((size - from))"
  tail -c "+$((from + 1))" -- "$journal" | head -c "$((size - from))"
  ended="${PIPESTATUS[*]}"
  case $ended in
    '0 0' | '141 0') ;; # by 141 tail says that head has enough: the journal has grown
    '1 0') exit 1 ;;    # it has said why
    *) echo "$journal cannot be read (exit codes $ended)" >&2; exit 1 ;;
  esac
  left=$((left - (size - from)))
done <<<"$journals"
exit 0
