#!/usr/bin/env bash
# Makes the folder in which a run of one job is staged, beside the runs that count.
#
#   $1 the swarm's folder   $2 the name of the new folder in it
#
# Inputs that lie on the target once need not be sent again: its `shared` is that of the swarm, if there is one.
cd -- "$1" && mkdir -- "$2" || exit 1
[[ ! -d shared ]] || ln -s ../shared "$2/shared"
