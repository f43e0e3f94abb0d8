#!/usr/bin/env bash
# Sends what another checkout has to know to follow and gather runs that it has not begun: the
# bundle, and of each run its list.
#
#   $1 the swarm's folder
#   standard input: NUL-terminated numbers of runs
cd -- "$1" || exit 1
names=(bundle)
while IFS= read -r -d '' run; do
  for name in "runs/$run/run" "runs/$run/gathered" "runs/$run"/chunks/*.tsv; do
    if [[ -e $name ]]; then names+=("$name"); fi
  done
done
printf '%s\0' "${names[@]}" | tar -c --null --verbatim-files-from -T -
