# Part of Locusts, the same for every swarm: `locusts build` puts it here, and nobody edits it.
# shellcheck shell=bash disable=SC2034,SC2154 # the parts share their variables
# ---- Jobs whose command runs in a container ------------------------------------------

# Kills what a process has started, and what that has, wherever it has gone: where an image is mounted by a program, that
# one has left the job's process group, and nobody ends it when what has started it is killed.
locusts_kill_below() { # pid
  local file children child IFS=' '
  for file in "/proc/$1"/task/*/children; do
    children=()
    { mapfile children <"$file"; } 2>/dev/null
    for child in ${children[0]-}; do
      locusts_kill_below "$child"
      kill -KILL "$child" 2>/dev/null
    done
  done
}
