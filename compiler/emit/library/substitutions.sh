# Part of Locusts, the same for every swarm: `locusts build` puts it here, and nobody edits it.
# shellcheck shell=bash disable=SC2034,SC2154 # the parts share their variables
# ---- What a command has begun by >(…) ------------------------------------------------

# Bash waits for none of it, and what it writes would be cut off where the job ends. So this waits until nothing else is
# left in the process group, but what the command has put into the background. Returns the exit code that it is given.
locusts_await_substitutions() { # exit-code
  local - place text own='' fields=() background parents=() left pid IFS=' '
  set +efux
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
  return "$1"
} 2>/dev/null
