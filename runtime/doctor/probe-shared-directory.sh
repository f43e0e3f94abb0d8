#!/usr/bin/env bash
# One side of a meeting in a directory that two machines share: each leaves a word for the other.
#
#   $1 directory   $2 begin: makes a folder in it, as near as there is one, and leaves the word $3; prints its path
#                  end: prints the word that the other side has left in the folder $3, and removes that
#                  drop: removes the folder $3
#
# Exit code 1: that cannot be done, with words on standard error.
set -u
drop() { [[ $1 != */.locusts-doctor.?????? ]] || rm -rf -- "$1"; }

case $2 in
  begin)
    base=$(find_base "$1")
    # Those of earlier ones that were killed; a meeting takes no hour.
    find "$base" -maxdepth 1 -name '.locusts-doctor.??????' -type d -user "$(id -u)" -mmin +60 -exec rm -rf -- {} + 2>/dev/null
    folder=$(mktemp -d "${base%/}/.locusts-doctor.XXXXXX") || exit 1
    # as open as the folders of a swarm are
    chmod "$(printf '%o' $((0777 & ~$(umask))))" "$folder"
    printf '%s' "$3" >"$folder/there" || exit 1
    printf '%s' "$folder"
    ;;
  end)
    for ((tries = 0; tries < 30; tries++)); do
      # a network file system asks anew when the folder is read
      [[ -z $(find "$3" -name here) ]] || break
      sleep 0.1
    done
    cat -- "$3/here"
    code=$?
    drop "$3"
    exit "$code"
    ;;
  drop) drop "$3" ;;
esac
