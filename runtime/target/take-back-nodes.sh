#!/usr/bin/env bash
# Takes back the nodes that were left out since nothing worked there: pilots may run there again.
#
#   $1 the swarm's folder
#
# Prints their names, one a line.
set -u
[[ -e $1/bad-nodes ]] || exit 0
cut -f 1 -- "$1/bad-nodes" | sort -u
rm -f -- "$1/bad-nodes"
