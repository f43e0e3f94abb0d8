#!/usr/bin/env bash
# Tells what a target has already of what is to be sent, and joins the parts of files that came in two.
# What lies in shared/ is told of if it is whole: if all of it is as shared/.seal says.
#
#   $1 the swarm's folder   $2 all, or incoming: only what has arrived and has no final name yet
#
# Prints records that end with NUL: `incoming <bytes> <path>`, `shared <digest>/<name>`, and
# `<sha256>  bundle/<name>`.
set -u
cd -- "$1" || exit 1

# Have all records been read of what ends with `ended <exit code>`? Says so if not: what should print them was killed.
is_whole() { # what came after the last record
  [[ $1 == 'ended 0' ]] || { echo "what is there could not be listed (${1:-killed})" >&2; return 1; }
}

# The rest of a file whose first <offset> bytes were here has come as rest/<offset>/<file>.
# Cutting the file there first makes this safe to be repeated.
while IFS= read -r -d '' rest; do
  offset=${rest#incoming/rest/}
  file=incoming/${offset#*/} offset=${offset%%/*}
  # What is to be read only is so already.
  chmod u+w -- "$file" && truncate -s "$offset" -- "$file" && cat -- "$rest" >>"$file" || exit 1
  touch --reference="$rest" -- "$file" && chmod --reference="$rest" -- "$file" && rm -f -- "$rest" || exit 1
done < <(
  [[ ! -d incoming/rest ]] || find incoming/rest -type f -print0
  printf 'ended %s' "$?"
)
is_whole "$rest" || exit 1
rm -rf incoming/rest

[[ ! -d incoming ]] || find incoming -type f -printf 'incoming %s %P\0'
[[ $2 == all ]] || exit 0
if [[ -d shared ]]; then
  cd shared || exit 1
  # A copy of which something is not as it was when it had arrived is nobody's input any more: it goes.
  declare -A spoilt=()
  [[ -e .seal ]] || : >.seal
  while IFS= read -r -d '' record; do
    path=${record#*' ./'} name=${record#*' ./'*/}
    spoilt[${path%%/*}/${name%%/*}]=1
  done < <(
    LC_ALL=C comm -z -3 <(LC_ALL=C sort -z .seal) <(find . -mindepth 2 -printf '%y %s %i %T@ %C@ %p\0' | LC_ALL=C sort -z)
    printf 'ended %s' "$?"
  )
  is_whole "$record" || exit 1 # or nothing would differ
  if ((${#spoilt[@]} > 0)); then
    while IFS= read -r -d '' record; do
      path=${record#*' ./'} name=${record#*' ./'*/}
      [[ ${spoilt[${path%%/*}/${name%%/*}]-} ]] || printf '%s\0' "$record"
    done <.seal >.seal.new && mv -f -- .seal.new .seal || exit 1
    for entry in "${!spoilt[@]}"; do
      [[ ! -d $entry || -L $entry ]] || find "$entry" -type d ! -perm -700 -exec chmod u+rwx -- {} +
      rm -rf -- "$entry" || exit 1
    done
  fi
  find . -mindepth 2 -maxdepth 2 -printf 'shared %P\0'
  cd .. || exit 1
fi
shopt -s nullglob
files=()
for file in bundle/* bundle/lib/*; do [[ ! -f $file ]] || files+=("$file"); done
((${#files[@]} == 0)) || sha256sum --zero -- "${files[@]}"
