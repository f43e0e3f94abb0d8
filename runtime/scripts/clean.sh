#!/usr/bin/env bash
# Removes what a swarm has on its target, by the names that Locusts gives to things: nothing else.
#
#   $1 the swarm's folder
cd -- "$1" || exit 0
find runs incoming -type d ! -perm -700 -exec chmod u+rwx -- {} + 2>/dev/null
rm -rf runs shared incoming
exit 0
