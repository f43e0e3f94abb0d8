# Part of Locusts, the same for every swarm: `locusts build` puts it here, and nobody edits it.
# shellcheck shell=bash disable=SC2034,SC2154 # the parts share their variables
# ---- Jobs that cannot be ended, as where a file system does not answer -----------------

locusts_longest_dying=500 # hundredths of a second: what has not ended so long after SIGKILL hangs in the kernel

# Does anything of the job, which was killed, hang in the kernel, as where a file system does not answer? Leaves its name
# in locusts_stuck, or nothing.
locusts_find_stuck() { # process-group hundredths-of-a-second
  local latest
  locusts_read_uptime
  latest=$((locusts_uptime + $2))
  while kill -0 -- "-$1" && locusts_hangs "$1"; do
    ((locusts_uptime < latest)) || return 0
    read -r -t 0.2 <> <(:)
    locusts_read_uptime
  done
  locusts_stuck=''
}

# Is a thread of this process group in a wait that no signal ends? A process of which one is may look dead otherwise.
locusts_hangs() { # process-group
  local place thread
  for place in /proc/[0-9]*; do
    if ! locusts_read_stat "${place#/proc/}" || [[ ${locusts_stat[2]} != "$1" ]]; then continue; fi
    for thread in "$place"/task/[0-9]*; do
      if ! locusts_read_stat "${thread#/proc/}" || [[ ${locusts_stat[0]} != D ]]; then continue; fi
      { read -r locusts_stuck <"$thread/comm"; } 2>/dev/null
      locusts_stuck="process ${place#/proc/} (${locusts_stuck//[[:cntrl:]]/?}) does not end, not even by SIGKILL: it waits in the kernel, as for a file system that does not answer"
      return
    done
  done
  return 1
}

# A node on which something hangs so takes no more work, if the manager does not find that it is so everywhere: then
# the job at hand is for another node.
locusts_blame_node_for_stuck() {
  local word
  [[ $locusts_is_pilot ]] || return
  printf 'stuck %s %s\n' "$locusts_slot" "$locusts_stuck" >&3
  read -r -u 4 word && [[ $word == node ]]
}

# A job that cannot be ended is the node's fault, if that is not so everywhere. Tells its slot whose fault it is.
locusts_judge_stuck() { # slot what
  local whose=job
  if [[ $locusts_stopping == bad-node ]] || locusts_blame_node; then
    whose=node
    locusts_stop_for bad-node "$locusts_host: $2"
  fi
  printf '%s\n' "$whose" >&"${locusts_inbox[$1]}"
}
