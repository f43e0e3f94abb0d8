#!/usr/bin/env bash
# Finds out by trying how each job can have a tree of its own here, as a manager will. What it makes for
# that, it removes.
#
#   $1 the target's directory
#
# Prints overlay, reflink or copy; nothing if nothing can be written there.
set -u
name_probe "$(find_base "$1")"
# shellcheck disable=SC2154 # name_probe leaves it
mkdir -p -- "$probe"/{lower,changed,overlay,tree} 2>/dev/null || exit 0
cd -- "$probe" || exit 0
printf 'a line\n' >lower/file

options=lowerdir=lower,upperdir=changed,workdir=overlay
if ((EUID == 0)); then
  become=(unshare --mount) drop=''
else
  become=(unshare --user --map-root-user --mount) options+=,userxattr
  drop="unshare --user --map-user=$(id -u) --map-group=$(id -g)"
fi
# shellcheck disable=SC2016 # for the inner shell to expand
"${become[@]}" bash -c 'mount -t overlay overlay -o "$1" tree && $2 rm tree/file' bash "$options" "$drop" >/dev/null 2>&1
if [[ -c changed/file ]]; then
  printf 'overlay\n'
elif cp --reflink=always lower/file lower/other 2>/dev/null; then
  printf 'reflink\n'
else
  printf 'copy\n'
fi
cd / || exit 0
chmod -R u+rwx -- "$probe" 2>/dev/null
rm -rf -- "$probe"
exit 0
