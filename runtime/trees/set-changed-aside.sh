#!/usr/bin/env bash
# Puts copies of files of a tree aside that is not the run's own, below work/changed/ of the run: from
# there they are fetched, and what happens to the tree from now on does not matter.
#
#   $1 the swarm's folder   $2 the run's number
#   standard input: NUL-terminated paths in the tree
set -u -o pipefail
cd -- "$1/runs/$2" || exit 1
rm -rf work/changed && mkdir -p work/changed || exit 1
cd -- work/tree || exit 1
tar -c --format=posix --null --verbatim-files-from --no-recursion -T - | tar -xp --no-same-owner -C "$OLDPWD/work/changed"
ended="${PIPESTATUS[*]}"
# By 1 it says that something else writes to a file at this moment: which one, its size tells.
[[ $ended == '0 0' || $ended == '1 0' ]]
