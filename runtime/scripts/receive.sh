#!/usr/bin/env bash
# Takes one tar stream. Nothing gets its final name here, so that a stream that is cut off leaves
# no half file under it.
#
#   $1 the swarm's folder
cd -- "$1" && mkdir -p incoming && exec tar -xp --no-same-owner -f - -C incoming
