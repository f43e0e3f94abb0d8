#!/usr/bin/env bash
# Says please. Jobs add lines to it while others run it, so each is a comment.
printf '%s, may I sort the files %s?\n' "$1" "$2"
