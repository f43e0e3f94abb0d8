#!/usr/bin/env bash
# Tells what a host has of what a swarm needs: programs, a folder that can be written to, room.
# What it makes to see whether it can, it removes.
#
#   $1 the target's directory   $2 the swarm, whose folder in it is meant; empty: the directory itself
#   $3 commands that are needed, one a line   $4 modules, one a line
#   $5 KB that are needed: where less is free, what lies there already is counted
#   $6 GPUs that a job needs; 0: they are not counted   $7 what has to be there and to be read, one path a line
#
# Prints lines `fact<TAB>value`; what it cannot tell is missing. It does not exit, so that
# examine-slurm.sh can follow in the same run.
set -u
fact() { printf '%s\t%s\n' "$1" "${2//[$'\t\n']/ }"; }

fact bash "$BASH_VERSION"
fact time "$(date +%s.%N)"
fact user "$(id -un)"
fact groups "$(id -Gn)"
# As the manager finds them, whose machine.sh stands before this.
locusts_measure_machine
# shellcheck disable=SC2154 # locusts_measure_machine leaves them
fact cores "$locusts_cores"
fact memory "$locusts_memory"

# Does logind end what a login leaves behind? What it is set to it says itself, or its files do; the last
# line counts. Who lingers may leave things to a service of their own.
look_at_session() {
  local me kills users files
  [[ ${XDG_SESSION_ID-} ]] || return
  me=$(id -un)
  kills=$(timeout 5 busctl get-property org.freedesktop.login1 /org/freedesktop/login1 \
    org.freedesktop.login1.Manager KillUserProcesses 2>/dev/null </dev/null)
  files=$(cat -- {/usr/lib,/etc}/systemd/logind.conf {/usr/lib,/run,/etc}/systemd/logind.conf.d/*.conf 2>/dev/null)
  [[ $kills ]] || kills=$(grep '^KillUserProcesses=' <<<"$files" | tail -n 1)
  [[ $kills == *[\ =]@(true|yes|on|1) ]] || return
  users=$(grep '^KillExcludeUsers=' <<<"$files" | tail -n 1)
  [[ " ${users#*=} " != *" $me "* && ! ($me == root && ! $users) ]] || return
  users=$(grep '^KillOnlyUsers=' <<<"$files" | tail -n 1)
  [[ ! ${users#*=} || " ${users#*=} " == *" $me "* ]] || return
  if [[ -e /var/lib/systemd/linger/$me || $(timeout 5 loginctl show-user "$me" --property=Linger 2>/dev/null </dev/null) == Linger=yes ]] &&
    timeout 10 systemd-run --user --scope --quiet true >/dev/null 2>&1 </dev/null; then
    fact left-behind lingers
  else
    fact left-behind ended
  fi
}
look_at_session

while read -r name; do
  [[ ! $name ]] || type -P -- "$name" >/dev/null || fact missing "$name"
done <<<"$3"
for name in stat cp find grep tar; do
  type -P "$name" >/dev/null || continue
  words=$("$name" --version 2>&1 </dev/null)
  # The coreutils that are written anew (uutils 0.12 was tried) do all that is needed, but for cp, which by -R and --parents
  # fails over links that are there already.
  [[ $words == *GNU* || ($name == stat && $words == *uutils*) ]] || fact not-gnu "$name"
done

# As the manager loads them, whose modules.sh stands before this: in a bash that takes over what the environment has for it.
look_for_modules() { # modules, one a line
  local name
  if ! locusts_find_module_command 2>/dev/null </dev/null; then
    fact modules none
    return
  fi
  while read -r name; do
    (module load "$name") >/dev/null 2>&1 </dev/null || fact no-module "$name"
  done <<<"$1"
}
if [[ $4 ]]; then
  # Start files may print, or leave the folder: only what is said on 3 counts.
  bash -c "$(declare -f fact look_for_modules locusts_find_module_command)
look_for_modules \"\$1\" >&3" bash "$4" 3>&1 >/dev/null </dev/null
fi

# As the manager finds them, whose devices.sh stands before this.
if [[ $6 != 0 ]]; then
  locusts_find_gpus
  # shellcheck disable=SC2154 # locusts_find_gpus leaves it
  fact gpus "${#locusts_gpus[@]}"
fi

while IFS='' read -r name; do
  [[ ! $name || -r $name ]] || fact no-place "$name"
done <<<"$7"

folder=$1
[[ ! $2 ]] || folder=$1/$(id -un)/$2
if [[ -e $folder/owner ]]; then
  IFS=$'\t' read -r id who <"$folder/owner"
  fact owner-id "$id"
  fact owner "$who"
fi

base=$(find_base "$folder")
fact base "$base"
name_probe "$base"
# shellcheck disable=SC2154 # name_probe leaves it
if ! words=$({ mkdir -- "$probe" && printf 'a line\n' >"$probe/file"; } 2>&1); then fact unwritable "${words##*: }"; fi
rm -rf -- "$probe" 2>/dev/null

# Available KB, available and all inodes, type and name of the file system.
room=$(timeout 20 df --block-size=1024 --output=avail,iavail,itotal,fstype,source -- "$base" 2>/dev/null | tail -n 1)
read -r free _ _ type _ <<<"$room"
[[ ! $room ]] || fact room "$room"
if [[ ${free-} =~ ^[0-9]+$ ]] && ((free < $5)) && [[ -d $folder ]]; then
  words=$(timeout 20 du -sk -- "$folder" 2>/dev/null)
  fact present "${words%%[!0-9]*}"
fi

# Lines of file system, KB, quota, limit, grace, files, quota, limit, grace.
if [[ ${type-} == lustre ]] && type -P lfs >/dev/null; then
  timeout 5 lfs quota -q -u "$(id -un)" "$base" 2>/dev/null </dev/null
elif type -P quota >/dev/null; then
  timeout 5 quota -wpu 2>/dev/null </dev/null
fi | while read -r words; do
  [[ $words != /* && $words != *:/* ]] || fact quota "$words"
done
