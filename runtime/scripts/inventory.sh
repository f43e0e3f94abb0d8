#!/usr/bin/env bash
# Tells what a target has already of what is to be sent, and joins the parts of files that came in two.
#
#   $1 the swarm's folder   $2 all, or incoming: only what has arrived and has no final name yet
#
# Prints records that end with NUL: `incoming <bytes> <path>`, `shared <digest>/<name>`, and
# `<sha256>  bundle/<name>`.
set -u
cd -- "$1" || exit 1

# The rest of a file whose first <offset> bytes were here lies beside it, as <file>.rest.<offset>.
# Cutting the file there first makes this safe to be repeated.
while IFS= read -r -d '' rest; do
  file=${rest%.rest.*}
  # What is to be read only is so already.
  chmod u+w -- "$file" && truncate -s "${rest##*.}" -- "$file" && cat -- "$rest" >>"$file" || exit 1
  chmod --reference="$rest" -- "$file" && rm -f -- "$rest" || exit 1
done < <([[ ! -d incoming ]] || find incoming -type f -name '*.rest.[0-9]*' -print0)

[[ ! -d incoming ]] || find incoming -type f -printf 'incoming %s %P\0'
[[ $2 == all ]] || exit 0
find shared -mindepth 2 -maxdepth 2 -printf 'shared %P\0'
shopt -s nullglob
files=(bundle/*)
((${#files[@]} == 0)) || sha256sum --zero -- "${files[@]}"
