#!/usr/bin/env bash
# Takes back a run that no manager has begun: where its pilots were refused, say.
#
#   $1 the swarm's folder   $2 the run's number
cd -- "$1" || exit 0
[[ -z $(find "runs/$2/managers" -type f -print -quit 2>/dev/null) ]] || exit 0
find "runs/$2" -type d ! -perm -700 -exec chmod u+rwx -- {} + 2>/dev/null
rm -rf -- "runs/$2"
[[ -z $(find runs -mindepth 1 -print -quit 2>/dev/null) ]] || exit 0
# It was the only one: then the rest was for nothing, too.
rm -rf shared incoming
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
