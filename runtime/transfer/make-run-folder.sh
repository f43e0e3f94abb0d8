#!/usr/bin/env bash
# Makes the folder of a run, where this side sees it and its managers, perhaps as another user, are
# to write into it.
#
#   $1 the swarm's folder   $2 the run's number
cd -- "$1" && exec mkdir -p -- "runs/$2"/{chunks,claims,managers,journal,work,pilots}
