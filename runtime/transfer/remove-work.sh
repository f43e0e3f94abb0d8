#!/usr/bin/env bash
# Ends a run that was gathered: removes its chunks and the working folders, but for those of failed jobs
# and trees in which something could not be collected.
# It can be repeated where something could not be removed.
#
#   $1 the run's folder
#   standard input: NUL-terminated paths below work/ of the folders that stay
set -u
cd -- "$1" || exit 1
[[ -e gathered ]] || : >gathered || exit 1
mkdir -p kept work || exit 1
# One process moves all that lie in one folder: there may be thousands.
keep_in() { # folder
  ((${#entries[@]} > 0)) || return 0
  mkdir -p -- "kept/$1" && printf '%s\0' "${entries[@]}" | xargs -0 mv -t "kept/$1" -- || exit 1
  entries=()
}
folder='' entries=()
while IFS= read -r -d '' path; do
  within=''
  [[ $path != */* ]] || within=${path%/*}
  if [[ $within != "$folder" ]]; then
    keep_in "$folder"
    folder=$within
  fi
  for entry in "$path" "$path.out" "$path.err" "$path.end"; do
    [[ ! -e work/$entry ]] || entries+=("work/$entry")
  done
done < <(LC_ALL=C sort -z; printf 'ended %s' "$?")
# Or what is to stay would go.
[[ $path == 'ended 0' ]] || { echo "what is to stay could not be listed (${path:-killed})" >&2; exit 1; }
keep_in "$folder"
# What cannot be removed now is out of the way, and is found again.
discarded=$(mktemp -d discarded.XXXXXXXX) && mv -T work "$discarded/work" && mv -T kept work || exit 1
rm -rf discarded.* chunks baseline writable 2>/dev/null && exit
# Folders that jobs, or a tree, have made read-only could not be emptied.
find discarded.* -type d ! -perm -700 -exec chmod u+rwx -- {} +
rm -rf discarded.* chunks baseline writable
