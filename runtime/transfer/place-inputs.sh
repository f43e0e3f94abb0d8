#!/usr/bin/env bash
# Puts inputs that have arrived into shared/, under their final names, and notes in shared/.seal what
# they look like now that they are whole. Safe to be repeated. Another script may follow this one.
#
#   $1 the swarm's folder
#   standard input: NUL-terminated paths in shared/ that have arrived
#
set -u
mkdir -p -- "$1/shared" && cd -- "$1/shared" || exit 1
while IFS= read -r -d '' path; do
  new=../incoming/shared/$path
  if [[ ! -e $new && -e $path ]]; then continue; fi # an earlier try came so far
  # Folders that are to be read only could not be emptied.
  [[ ! -d $path || -L $path ]] || find "$path" -type d ! -perm -700 -exec chmod u+rwx -- {} +
  rm -rf -- "$path"
  mkdir -p -- "${path%/*}" || exit 1
  find "$new" -type f -perm /222 -exec chmod a-w -- {} + || exit 1
  if ! mv -- "$new" "$path" || ! find "./$path" -printf '%y %s %i %T@ %C@ %p\0' >>.seal; then
    printf '%s\n' "shared/$path cannot be put in place" >&2
    exit 1
  fi
done
