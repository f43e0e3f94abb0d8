#!/usr/bin/env bash
# Puts the tree of a run in place before any manager may begin, and writes down what is in it.
# Safe to be repeated, should the connection break before its answer has arrived.
#
#   $1 the swarm's folder   $2 the run's number   $3 copy, perJob, inPlace or folder
#   $4 inPlace, folder: the tree's own path   $5 text of the run file, which declares the run; empty: somebody else does
#   $6 ... folders that are no part of the tree, wherever they lie
#   standard input: records that end with NUL: `m <mode> <path>` for folders that their owner may not write
#   to, what is in a folder before itself; `w <path>` for each file that jobs do not share, if they share some
#
# In a `folder` jobs run as they would by hand: what they change is not found out, and nothing is listed.
# The listing of any other tree, `baseline`, has a record for each path, ended by NUL and sorted by bytes:
# `path//kind bytes time mode link`. Bytes and times are those of files; in a tree that jobs share, the
# time is that of the last change of content and of anything: the second one nobody can set. Files that may not be
# read are of the kind x.
#
# Exit code 1: that cannot be done, with words on standard error.
set -u -o pipefail
fail() {
  printf '%s\n' "$1" >&2
  exit 1
}

cd -- "$1/runs/$2" || exit 1
if [[ $5 && -e run ]] && [[ $(<run) == "$5" ]]; then exit 0; fi
mode=$3 root=$4 facts=$5
shift 5
mkdir -p work || exit 1
if [[ $mode == inPlace || $mode == folder ]]; then
  [[ -d $root || $mode == inPlace ]] || fail "the folder $root, in which the lines are to run, is not there: give commands(…, { folder }) the path that it has there"
  [[ -d $root ]] || fail "the tree $root is no folder"
  ln -sfn -- "$root" work/tree || exit 1
elif [[ -e staged ]]; then
  # Where both sides see the same directory, it may be another user's, and jobs are to write to it.
  if [[ -O staged ]]; then
    mv -T -- staged work/tree || exit 1
  else
    rm -rf work/tree.new
    cp -a --no-preserve=ownership --reflink=auto -- staged work/tree.new && mv -T work/tree.new work/tree || exit 1
    rm -rf staged 2>/dev/null
  fi
fi
modes=()
: >writable.new || exit 1
while IFS= read -r -d '' record; do
  case $record in
    'm '*) modes+=("${record#m }") ;;
    'w '*) printf '%s\0' "${record#w }" >&3 || exit 1 ;;
  esac
done 3>writable.new
if [[ -s writable.new ]]; then mv writable.new writable; else rm -f writable.new; fi
for record in ${modes[@]+"${modes[@]}"}; do
  chmod -- "${record%% *}" "work/tree/${record#* }" || exit 1
done

if [[ $mode != folder ]]; then
  time='%T@'
  [[ $mode == perJob ]] || time='%T@/%C@'
  without=()
  for folder; do
    if [[ -e $folder ]]; then without+=(-samefile "$folder" -prune -o); fi
  done
  (
    cd -- work/tree &&
      find . -mindepth 1 ${without[@]+"${without[@]}"} \
        \( -type d -printf '%p//d 0 0 %m \0' \) -o \( -type f -readable -printf "%p//f %s $time %m \0" \) \
        -o \( -type f -printf '%p//x 0 0 %m \0' \) -o -printf '%p//%y 0 0 %m %l\0'
  ) | LC_ALL=C sort -z >baseline.new || fail "the tree cannot be read whole"
  mv baseline.new baseline || exit 1
fi
if [[ $facts ]]; then
  { printf '%s\n' "$facts" >run.new && mv run.new run; } || fail "$PWD/run cannot be written"
fi
exit 0
