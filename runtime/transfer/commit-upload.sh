#!/usr/bin/env bash
# Puts what has arrived under its final names, and declares the run: from then on managers may work on it.
# Safe to be repeated, should the connection break before its answer has arrived.
#
#   $1 the swarm's folder   $2 the run's number   $3 the folder of its chunks in incoming/; the
#   bundle's files are in the one beside it that ends in .bundle
#   $4 the run file's text   $5 lines `sha256  file` for all files of the bundle
#   $6 later: create-tree.sh declares the run, when its tree is in place
#
# Exit codes: 31 the bundle is not what was sent.
set -u
fail() {
  printf '%s\n' "$1" >&2
  exit 1
}

cd -- "$1" || exit 1
for file in run arrived; do
  if [[ -e runs/$2/$file ]] && [[ $(<"runs/$2/$file") == "$4" ]]; then exit 0; fi
done
# Folders that are to be read only could not be emptied.
drop() {
  [[ ! -e $1 || -L $1 ]] || find "$1" -type d ! -perm -700 -exec chmod u+rwx -- {} +
  rm -rf -- "$1"
}

fresh=incoming/$3.bundle
mkdir -p -- "$fresh/lib" bundle/lib runs "incoming/$3"/{chunks,claims,managers,journal,work,pilots} || exit 1
# Files that are there and the same were not sent again.
sent=() parts=()
while read -r _ name; do
  [[ -e $fresh/$name ]] || cp -p -- "bundle/$name" "$fresh/$name" || exit 31
  if [[ $name == lib/* ]]; then parts+=("$fresh/$name"); else sent+=("$fresh/$name"); fi
done <<<"$5"
(cd -- "$fresh" && sha256sum --check --strict --status <<<"$5") || exit 31
mv -f -- "${sent[@]}" bundle/ || fail "the bundle cannot be put in place"
((${#parts[@]} == 0)) || mv -f -- "${parts[@]}" bundle/lib/ || fail "the bundle's lib cannot be put in place"
for file in bundle/* bundle/lib/*; do
  [[ -d $file || $'\n'$5$'\n' == *"  ${file#bundle/}"$'\n'* ]] || rm -f -- "$file"
done

run=runs/$2
drop "$run"
if [[ ${6-} ]] && ! printf '%s\n' "$4" >"incoming/$3/arrived"; then fail "$run cannot be written"; fi
mv -T -- "incoming/$3" "$run" || fail "$run cannot be put in place"
if [[ ${6-} ]]; then
  rm -rf incoming
  exit 0
fi
if ! printf '%s\n' "$4" >"$run/run.new" || ! mv -- "$run/run.new" "$run/run"; then fail "$run/run cannot be written"; fi
# What else is in there is left of an upload that was cut off and is not wanted any more.
rm -rf incoming
