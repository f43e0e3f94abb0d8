#!/usr/bin/env bash
# Prints what identifies the contents of files.
#
#   $1 a folder
#   standard input: NUL-terminated paths below it, each after a "./"
#
# Prints `<sha256>  <path>` for each, ended by NUL; those that cannot be read are left out.
cd -- "$1" || exit 1
xargs -0 -r sha256sum -z -- 2>/dev/null
exit 0
