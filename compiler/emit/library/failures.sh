# Part of Locusts, the same for every swarm: `locusts build` puts it here, and nobody edits it.
# shellcheck shell=bash disable=SC2034,SC2154 # the parts share their variables
# ---- Bad nodes and too many failures ------------------------------------------------

locusts_slow_failure=60000 # milliseconds: who takes as long as that has not failed for the node's sake

# Quick failures wait, as long as nothing ends well in between: if there are many, it is the node's fault,
# and the jobs are handed back. If that is so on half of the nodes, it is the jobs' own; of a single pilot,
# if it is so on the next node as well.
locusts_judge_failure() { # the columns of its line
  local fields
  ! locusts_excuse_signalled "$1" || return 0
  locusts_held+=("$1")
  IFS=$'\t' read -r -a fields <<<"failed"$'\t'"$1"
  if [[ $locusts_stopping == bad-node ]]; then
    locusts_hand_back
  elif ((fields[locusts_at_end] - fields[locusts_at_start] >= locusts_slow_failure)) || locusts_has_enough_failures; then
    locusts_end_trial
  elif ((${#locusts_held[@]} >= (locusts_slots > 4 ? 2 * locusts_slots : 8))); then
    IFS=$'\t' read -r -a fields <<<"failed"$'\t'"${locusts_held[0]}"
    if locusts_has_succeeded_since "${fields[locusts_at_end]}"; then
      locusts_end_trial
      return
    fi
    if locusts_blame_node; then
      locusts_stop_for bad-node "$locusts_host: ${#locusts_held[@]} jobs failed there one after another"
      locusts_hand_back
    else
      locusts_end_trial
    fi
  fi
}

locusts_same_signal=3 # seconds within which one signal has come to all

# Was the job hit by a USR1 that came to all of this pilot, the manager too (`scancel --signal=USR1 --full`)? That is
# not its own end: it runs again, once all else is done.
locusts_excuse_signalled() { # the columns of its line
  local number try cause code rest at passed
  IFS=$'\t' read -r number try cause code rest <<<"$1"
  at=${locusts_signalled[number]-}
  [[ $at ]] || return
  unset "locusts_signalled[$number]"
  [[ $locusts_warned_at && $cause == @(signal|exit|missing-output) ]] || return
  passed=$((at - locusts_warned_at))
  ((passed >= -locusts_same_signal && passed <= locusts_same_signal)) || return
  locusts_note stopped "$number" "$try" stopped "$code" "$rest"
  locusts_lost_slots=1 locusts_has_left=1
}

# A single pilot that stops after so many failures loses no more by accepting them.
locusts_has_enough_failures() {
  ((locusts_managers == 1 && locusts_max_failures > 0 && locusts_failures + ${#locusts_held[@]} >= locusts_max_failures))
}

# Successors, and later runs, leave this node out. Fails where so many would be left out that they cannot
# all be bad: then none is.
locusts_blame_node() {
  local nodes=() most=$((locusts_managers > 1 ? locusts_managers : 2))
  [[ ! -e bad-nodes ]] || mapfile -t nodes <bad-nodes
  # One that the scheduler has chosen again is not another one, unless there are none.
  [[ " ${nodes[*]} " != *" $locusts_host "* || -e no-other-nodes ]] || return 0
  if ((2 * (${#nodes[@]} + 1) > most)); then
    locusts_take_back_nodes
    return 1
  fi
  printf '%s\n' "$locusts_host" >>bad-nodes
  printf '%s\t%s\n' "$locusts_host" "${PWD##*/}" >>../../bad-nodes
  locusts_is_blamed=1
}

# Has any job here ended well since then? A slot tells of the first one after a failure alone.
locusts_has_succeeded_since() { # milliseconds since 1970
  local fields token
  while IFS=$'\t' read -r -a fields; do
    [[ ${fields[0]} != 'done' ]] || ! locusts_is_whole || ((fields[locusts_at_end] < $1)) || return 0
  done < <(tail -n 500 -- "journal/$locusts_incarnation.tsv")
  for token in "$locusts_work"/slots/*.ended; do
    [[ ! -s $token ]] || return 0
  done
  return 1
}

# Nodes that this run has blamed are not left out any more.
locusts_take_back_nodes() { # the node, or all of them
  local line lines=() kept=()
  [[ ! -e ../../bad-nodes ]] || mapfile -t lines <../../bad-nodes
  for line in "${lines[@]}"; do
    [[ ${line#*$'\t'} == "${PWD##*/}" && (! ${1-} || ${line%%$'\t'*} == "$1") ]] || kept+=("$line")
  done
  if ((${#kept[@]} == 0)); then
    rm -f -- ../../bad-nodes
  elif ((${#kept[@]} < ${#lines[@]})); then
    printf '%s\n' "${kept[@]}" >|../../bad-nodes
  fi
}

# The failures that have waited are failures.
locusts_end_trial() {
  local line
  for line in "${locusts_held[@]}"; do locusts_accept_failure "$line"; done
  locusts_held=()
}

# The job has failed for good. If a node was left out for it, among others, that was not the node's fault.
locusts_accept_failure() { # the fields of its line
  local journal host
  locusts_note failed "$1"
  locusts_count_failure
  [[ -e bad-nodes ]] || return 0
  while IFS='' read -r journal; do
    IFS=$'\t' read -r _ _ host _ <"$journal"
    locusts_take_back_nodes "$host"
  done < <(grep -lE "^stopped"$'\t'"${1%%$'\t'*}"$'\t[0-9]+\tnode\t' -- journal/*.tsv)
}

locusts_hand_back() {
  local line number try code rest
  for line in "${locusts_held[@]}"; do
    IFS=$'\t' read -r number try _ code rest <<<"$line"
    locusts_note stopped "$number" "$try" node "$code" "$rest"
  done
  locusts_held=()
}

# Leaves the failures of all managers in locusts_failures. Each adds a line to a file of its own, since of what two
# nodes append to one file on NFS, one line can be lost (open(2), O_APPEND).
locusts_count_failures() {
  local file lines
  locusts_failures=0
  for file in failures.*; do
    [[ -e $file ]] || continue
    mapfile -t lines <"$file"
    locusts_failures=$((locusts_failures + ${#lines[@]}))
  done
}

# Are there as many as may be? Who submits pilots anew has removed what told of earlier ones.
locusts_has_too_many_failures() {
  ((locusts_max_failures > 0)) || return 1
  locusts_count_failures
  ((locusts_failures >= locusts_max_failures))
}
