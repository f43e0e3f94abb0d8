#!/usr/bin/env bash
# Sends outputs and logs of jobs that have ended, as tar streams one after another.
#
#   $1 the run's folder
#   standard input: NUL-terminated pairs: `file` or `folder`, and a path below work/; or `skip`, and a file in
#   such a folder that has come before
#
# A link gives way to the file that it leads to, but for links within a folder that stay in it. Such
# files within a folder come last, below strays/: the journal has not counted their bytes.
# What is gone is left out: whoever receives this knows what should have come.
set -u
cd -- "$1/work" || exit 1
files=() folders=() links=() strays=() skips=()
while IFS= read -r -d '' kind && IFS= read -r -d '' path; do
  if [[ $kind == skip ]]; then
    skips+=("$path")
    continue
  fi
  if [[ ! -e $path ]]; then continue; fi
  # A job may leave what not even its owner may read.
  [[ -r $path || -L $path ]] || chmod -f u+rX -- "$path"
  if [[ $kind == folder ]]; then folders+=("$path"); else files+=("$path"); fi
done

# tar reads the names itself, since they may be more than one call can hold.
send() { # options of tar; standard input: names
  tar -c --format=posix --pax-option=delete=atime,delete=ctime --hard-dereference --numeric-owner \
    --null --verbatim-files-from --no-recursion "$@" -T - 2>/dev/null
}

if ((${#files[@]} > 0)); then printf '%s\0' "${files[@]}" | send --dereference; fi
if ((${#folders[@]} > 0)); then
  for folder in "${folders[@]}"; do
    root=$(realpath -- "$folder")
    # What a link leads to may be anybody's: there nothing is changed.
    opening=()
    [[ -L $folder ]] || opening=(\( -type f -not -perm -400 -o -type d -not -perm -500 \) -exec chmod -f u+rX -- {} \; -o)
    while IFS= read -r -d '' link; do
      target=$(realpath -m -- "$link")
      if [[ $target == "$root"/* && $(readlink -- "$link") != /* || ! -f $link ]]; then
        links+=("$link")
      else
        strays+=("$link")
      fi
    done < <(find -H "$folder" ${opening[@]+"${opening[@]}"} -type l -print0; printf 'ended %s' "$?")
    # By 1 it says that it may not read all.
    [[ $link == 'ended '[01] ]] || { echo "links could not be listed (${link:-killed}): $folder" >&2; exit 1; }
  done
  # A folder may itself be a link to one.
  printf '%s\0' "${folders[@]}" | send --dereference
  find -H "${folders[@]}" -mindepth 1 \( -type f -o -type d \) -print0 |
    if ((${#skips[@]} > 0)); then
      LC_ALL=C comm -z -23 <(LC_ALL=C sort -z) <(printf '%s\0' "${skips[@]}" | LC_ALL=C sort -z)
    else
      cat
    fi | send
fi
if ((${#links[@]} > 0)); then printf '%s\0' "${links[@]}" | send; fi
if ((${#strays[@]} > 0)); then printf '%s\0' "${strays[@]}" | send --dereference --transform='flags=r;s,^,strays/,'; fi
exit 0
