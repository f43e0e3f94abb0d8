#!/usr/bin/env bash
# Ends a run that was gathered: removes its chunks and the working folders, but for those of failed jobs.
# It can be repeated where something could not be removed.
#
#   $1 the run's folder
#   standard input: NUL-terminated paths below work/ of the jobs' folders that stay
set -u
cd -- "$1" || exit 1
[[ -e gathered ]] || : >gathered || exit 1
mkdir -p kept work || exit 1
while IFS= read -r -d '' path; do
  mkdir -p -- "kept/${path%/*}" || exit 1
  for entry in "$path" "$path.out" "$path.err"; do
    [[ ! -e work/$entry ]] || mv -- "work/$entry" "kept/${path%/*}/" || exit 1
  done
done
# What cannot be removed now is out of the way, and is found again.
discarded=$(mktemp -d discarded.XXXXXXXX) && mv -T work "$discarded/work" && mv -T kept work || exit 1
# Folders that jobs, or a tree, have made read-only could not be emptied.
find discarded.* -type d ! -perm -700 -exec chmod u+rwx -- {} +
rm -rf discarded.* chunks baseline writable
