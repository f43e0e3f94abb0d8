#!/usr/bin/env bash
# Removes a swarm's bundle from its target, by the names that Locusts gives to things: nothing else. It follows a
# script that has gone to the swarm's folder, which goes as well if it is empty then.
#
#   $1 the swarm's folder

grep -lZ '^# Part of Locusts, ' bundle/lib/*.sh 2>/dev/null | xargs -0r rm -f --
rmdir bundle/lib 2>/dev/null
for file in bundle/*; do
  case ${file##*/} in
    manager.sh | pilot.sh | submit.sh | jobs.tsv | uploads.tsv | tree.tsv | layout.json | program.mjs | bundle.json) rm -f -- "$file" ;;
  esac
done
rm -f owner
rmdir bundle runs 2>/dev/null
cd / && rmdir -- "$1" "${1%/*}" 2>/dev/null
exit 0
