#!/usr/bin/env bash
# Removes what a swarm has on its target, by the names that Locusts gives to things: nothing else.
#
#   $1 the swarm's folder   $2 reset: the bundle, and whose it is, as well
cd -- "$1" || exit 0
find runs incoming -type d ! -perm -700 -exec chmod u+rwx -- {} + 2>/dev/null
# First what declares a run: of one whose removal is cut short nothing is left to go on with.
rm -f runs/*/run
rm -rf runs shared incoming
[[ ${2-} == reset ]] || exit 0
grep -lZ '^# Part of Locusts, ' bundle/lib/*.sh 2>/dev/null | xargs -0r rm -f --
rmdir bundle/lib 2>/dev/null
for file in bundle/*; do
  case ${file##*/} in
    manager.sh | pilot.sh | submit.sh | jobs.tsv | uploads.tsv | tree.tsv | layout.json | program.mjs | bundle.json) rm -f -- "$file" ;;
  esac
done
rm -f owner
rmdir bundle 2>/dev/null
cd / && rmdir -- "$1" "${1%/*}" 2>/dev/null
exit 0
