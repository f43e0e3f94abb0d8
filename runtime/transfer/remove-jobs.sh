#!/usr/bin/env bash
# Removes the working folders of jobs whose results were collected, while other jobs run. Their first logs stay: by those,
# slots know which jobs are taken. What cannot be removed now goes with all the rest in the end.
#
#   $1 the run's folder
#   standard input: NUL-terminated paths below work/ of the jobs' folders
set -u
cd -- "$1/work" || exit 1
while IFS= read -r -d '' path; do
  printf '%s\0' "$path" "$path.err" "$path.end"
done | xargs -0 -r rm -rf -- 2>/dev/null || :
