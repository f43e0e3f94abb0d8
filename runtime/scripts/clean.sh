#!/usr/bin/env bash
# Removes what a swarm has on its target, by the names that Locusts gives to things: nothing else.
#
#   $1 the swarm's folder
cd -- "$1" || exit 0
rm -rf runs shared incoming
exit 0
