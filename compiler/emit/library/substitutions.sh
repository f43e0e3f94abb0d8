# Part of Locusts, the same for every swarm: `locusts build` puts it here, and nobody edits it.
# shellcheck shell=bash disable=SC2034,SC2154 # the parts share their variables
# ---- What a command has begun by >(…) ------------------------------------------------
# Bash waits for none of it, and what it writes would be cut off where the job ends.

# Before the command, which may end by exit wherever it likes.
locusts_await_substitutions_at_exit() {
  trap 'locusts_await_substitutions "$?"' EXIT
}

# The end of the command. In here, what it has declared is still there for a trap of its own.
locusts_exit_after_substitutions() { # exit-code
  locusts_await_substitutions "$1"
  exit "$1"
}

# Waits until nothing else is left in the process group, but what the command has put into the background.
locusts_await_substitutions() { # exit-code
  local - place held=() IFS=' '
  set +efux
  # What reads from this shell, as after `exec > >(tee log)`, goes on until the shell writes no more: then its trap, which
  # may write, comes before that.
  for place in "/proc/$BASHPID/fd"/*; do
    [[ ${place##*/} == 0 || ! -p $place ]] || held+=("${place##*/}")
  done
  if ((${#held[@]} > 0)); then
    locusts_run_exit_trap "$1"
    for place in "${held[@]}"; do exec {place}>&-; done
  fi
  locusts_await_group
}

# Runs the command's own trap for its end, which is done with then.
locusts_run_exit_trap() { # exit-code
  local code=$1 action
  action=$(trap -p EXIT)
  [[ $action && $action != *locusts_await_substitutions* ]] || return 0
  locusts_await_substitutions_at_exit # it may end by exit
  eval "set $action" # trap -- 'what it does' EXIT
  (exit "$code")
  eval "$3"
}

locusts_await_group() {
  local text own='' fields=() background parents=() left pid place
  background=$(jobs -p)
  background=" ${background//$'\n'/ } "
  read -r -d '' text <"/proc/$BASHPID/stat" || :
  # shellcheck disable=SC2206 # a letter and numbers, to be split
  fields=(${text##*) })
  own=${fields[2]-}
  while [[ $own ]]; do
    parents=() left=''
    for place in /proc/[0-9]*; do
      text=''
      read -r -d '' text <"$place/stat" || :
      # shellcheck disable=SC2206 # the same
      fields=(${text##*) })
      [[ ${fields[2]-} != "$own" || ${fields[0]} == [ZX] ]] || parents[${place#/proc/}]=${fields[1]}
    done
    for pid in "${!parents[@]}"; do
      [[ $pid != "$BASHPID" ]] || continue
      # Whose shell was put into the background is part of that.
      while [[ ${parents[pid]-} && $background != *" $pid "* ]]; do pid=${parents[pid]}; done
      [[ $background == *" $pid "* ]] || left=1
    done
    [[ $left ]] || break
    LC_ALL=C read -r -t 0.05 <> <(:) || :
  done
} 2>/dev/null
