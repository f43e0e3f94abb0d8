#!/usr/bin/env bash
# Compares the tree of a run with what was in it before the first job.
#
#   $1 the swarm's folder   $2 the run's number   $3 ... folders that are no part of the tree
#
# Prints the records, as create-tree.sh writes them, that are in one of the two alone: those of now after a "+".
# Exit code 1: it cannot be read whole, with words on standard error; what was printed then means nothing.
set -u -o pipefail
cd -- "$1/runs/$2" || exit 1
shift 2
if [[ ! -e baseline || ! -d work/tree ]]; then
  printf 'what was in the tree of run %s before is not known any more\n' "${PWD##*/}" >&2
  exit 1
fi
# What a network file system knows of a file, it may believe for a minute before it asks again.
if [[ $(stat -f -c %T work/tree/) == nfs* ]]; then
  printf -v now '%(%s)T' -1
  before=$(stat -c %Y baseline) # by another clock, perhaps
  left=$((61 - (now - before)))
  ((left <= 0)) || sleep "$((left < 61 ? left : 61))"
fi
without=()
for folder; do
  if [[ -e $folder ]]; then without+=(-samefile "$folder" -prune -o); fi
done
baseline=$PWD/baseline
cd -- work/tree &&
  find . -mindepth 1 ${without[@]+"${without[@]}"} \
    \( -type d -readable -executable -printf '%p//d 0 0 %m \0' \) -o \( -type f -readable -printf '%p//f %s %T@/%C@ %m \0' \) \
    -o \( -not -type d -not -type f -printf '%p//%y 0 0 %m %l\0' \) -o \( -printf '%p//x 0 0 %m \0' -prune \) |
  LC_ALL=C sort -z | LC_ALL=C comm -z -3 --output-delimiter=+ "$baseline" -
