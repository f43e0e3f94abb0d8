#!/usr/bin/env bash
# Takes back a run that no manager has begun: where its pilots were refused, say. If it was the only one, remove-bundle.sh
# follows: then the rest was for nothing, too.
#
#   $1 the swarm's folder   $2 the run's number
cd -- "$1" || exit 0
shopt -s nullglob
begun=("runs/$2/managers"/*)
((${#begun[@]} == 0)) || exit 0
find "runs/$2" -type d ! -perm -700 -exec chmod u+rwx -- {} + 2>/dev/null
rm -rf -- "runs/$2"
others=(runs/*)
((${#others[@]} == 0)) || exit 0
rm -rf shared incoming
