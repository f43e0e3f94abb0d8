#!/usr/bin/env bash
# Says which outputs of jobs are there, and can be read.
#
#   $1 the run's folder
#   standard input: NUL-terminated paths below work/
#
# Prints `<bytes> <path>` for each of them, ended by NUL; of a folder the bytes mean nothing. Exit code 1: the folder
# cannot be entered, or they cannot be looked at.
set -u -o pipefail
cd -- "$1/work" || exit 1
readable=()
while IFS= read -r -d '' path; do
  if [[ -r $path ]]; then readable+=("$path"); fi
done
((${#readable[@]} > 0)) || exit 0
printf '%s\0' "${readable[@]}" | xargs -0 stat -L --printf '%s %n\0' -- || exit 1
