#!/usr/bin/env bash
# Says which outputs of jobs are there, and can be read.
#
#   $1 the run's folder
#   standard input: NUL-terminated paths below work/
#
# Prints those paths, each ended by NUL. Exit code 1: the folder cannot be entered.
set -u
cd -- "$1/work" || exit 1
while IFS= read -r -d '' path; do
  if [[ -r $path ]]; then printf '%s\0' "$path"; fi
done
exit 0
