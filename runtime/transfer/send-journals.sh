#!/usr/bin/env bash
# Sends what the journals of a run hold beyond what is known.
#
#   $1 the run's folder   $2 the most bytes to send
#   standard input: lines `<bytes known> <journal>`
#
# Prints for each journal that has more `<journal> <bytes>` on a line of its own, and the bytes.
set -u
cd -- "$1/journal" || exit 1
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
  left=$((left - (size - from)))
done <<<"$journals"
exit 0
