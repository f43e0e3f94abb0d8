#!/usr/bin/env bash
# Takes one tar stream. Nothing gets its final name here, so that a stream that is cut off leaves
# no half file under it. Whatever follows this script is done only if the whole stream has arrived.
#
#   $1 the swarm's folder   $3 a folder that is the last entry of the stream
#
set -u
cd -- "$1" || exit 1
mkdir -p incoming || exit 1
# Records of 1 MB, since tar's own of 10 KB cost a read and a write each.
tar -xp -b 2048 --no-same-owner -f - -C incoming || exit 1
# A stream may also end between two entries, and tar is content.
rmdir -- "incoming/$3" || exit 1
