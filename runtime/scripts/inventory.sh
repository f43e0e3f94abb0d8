#!/usr/bin/env bash
# Tells what a target has already of what is to be sent, and joins the parts of files that came in two.
#
#   $1 the swarm's folder
#
# Prints records that end with NUL: `bundle <sha256> <name>`, `shared <digest>/<name>`, and
# `incoming <bytes> <path>` for what has arrived and has no final name yet.
set -u
cd -- "$1" || exit 1
mkdir -p incoming || exit 1

# The rest of a file whose first <offset> bytes were here lies beside it, as <file>.rest.<offset>.
# Cutting the file there first makes this safe to be repeated.
while IFS= read -r -d '' rest; do
  file=${rest%.rest.*}
  # What is to be read only is so already.
  chmod u+w -- "$file" && truncate -s "${rest##*.}" -- "$file" && cat -- "$rest" >>"$file" || exit 1
  chmod --reference="$rest" -- "$file" && rm -f -- "$rest" || exit 1
done < <(find incoming -type f -name '*.rest.[0-9]*' -print0)

for file in bundle/*; do
  [[ -f $file ]] || continue
  sum=$(sha256sum <"$file")
  printf 'bundle %s %s\0' "${sum%% *}" "${file#bundle/}"
done
find shared -mindepth 2 -maxdepth 2 -printf 'shared %P\0'
find incoming -type f -printf 'incoming %s %P\0'
