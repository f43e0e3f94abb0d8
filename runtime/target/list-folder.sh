#!/usr/bin/env bash
# Lists what a job has in its folder, and what has ended it.
#
#   $1 its own folder   $2 the most entries to list   $3 the folder that its command runs in
#
# Prints NUL-terminated records: `ended <try> <line> <script>` where a command has left that; `folder` if the one that
# the command runs in is there; and `<bytes> <path>` for each file and link in its own, in the order of their bytes.
set -u
if [[ -e $1.end ]]; then
  read -r words <"$1.end"
  printf 'ended %s\0' "$words"
fi
[[ ! -d $3 ]] || printf 'folder\0'
cd -- "$1" 2>/dev/null || exit 0
find . -mindepth 1 \( -type f -o -type l \) -printf '%s %P\0' 2>/dev/null | LC_ALL=C sort -z -k 2 | head -z -n "$2"
exit 0
