#!/usr/bin/env bash
# Lists the pilots of a run that SLURM has in its queue, in one call for all of them.
#
#   $1 how their names begin   $2 cancel: cancels them as well, by one call
#
# Prints `<job id>|<state>|<reason>|<nodes>` for each. Exit code 40: the controller does not answer.
set -u
# Many sites put SLURM's programs into the PATH of login shells alone.
# shellcheck disable=SC1091
command -v squeue >/dev/null || . /etc/profile >/dev/null 2>&1
if ! queue=$(timeout 60 squeue --noheader --array --user="$(id -un)" --format='%i|%j|%T|%r|%N' 2>&1); then
  printf '%s\n' "$queue" >&2
  exit 40
fi
ids=()
while IFS='|' read -r id name state reason nodes; do
  [[ $name == "$1" || $name == "$1"-* ]] || continue
  printf '%s|%s|%s|%s\n' "$id" "$state" "$reason" "$nodes"
  ids+=("$id")
done <<<"$queue"
if [[ ${2-} == cancel ]] && ((${#ids[@]} > 0)); then timeout 60 scancel -- "${ids[@]}" || exit 40; fi
exit 0
