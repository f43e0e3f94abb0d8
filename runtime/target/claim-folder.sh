#!/usr/bin/env bash
# Finds the folder of a swarm on its target, makes it where it is missing, and says whose it is.
#
#   $1 directory   $2 swarm   $3 id of the checkout   $4 what the checkout calls itself
#   $5 own: make it and take it, unless it is somebody else's; take: take it over; look: change nothing
#   $6 known: something of this checkout is to be there: it is not made anew
#
# Prints `folder<TAB>path`, `mine<TAB>yes|no`, `owner<TAB>who`, and `run<TAB>number` for each run, `taken<TAB>number` for each
# that was another checkout's, too: that one may have collected of it.
# Exit codes: 20 the bash is too old, 21 the folder cannot be made, 22 there is none, 23 there is none any more.
set -u

if ((BASH_VERSINFO[0] * 100 + BASH_VERSINFO[1] < 404)); then
  printf '%s' "$BASH_VERSION"
  exit 20
fi

user=$(id -un) || user=$(id -un) || { printf 'id does not say who this is\n' >&2; exit 1; }
folder=$1/$user/$2
if [[ ${6-} && ! -d $folder/runs ]]; then
  printf '%s' "$folder"
  exit 23
fi
if [[ $5 == look ]]; then
  [[ -d $folder ]] || exit 22
else
  mkdir -p -- "$folder" || exit 21
  if [[ $5 == take && -e $folder/owner ]]; then
    IFS=$'\t' read -r id _ <"$folder/owner"
    for run in "$folder"/runs/*/run; do
      [[ $id == "$3" || ! -e $run ]] || : >"${run%run}taken" || exit 21
    done
    rm -f -- "$folder/owner"
  fi
  # Two checkouts may come at the same time: only one of them can create the file.
  draft=$folder/owner.$3
  if [[ ! -s $folder/owner ]]; then
    # Written first and then named: on a full disk, it must not be there without its owner.
    printf '%s\t%s\n' "$3" "$4" >"$draft" || { rm -f -- "$draft"; rmdir -- "$folder" "${folder%/*}" 2>/dev/null; exit 21; }
    ln -- "$draft" "$folder/owner" 2>/dev/null || mv -n -- "$draft" "$folder/owner"
  fi
  [[ ! -e $draft ]] || rm -f -- "$draft" # also one of an earlier call that could not
  mkdir -p -- "$folder"/{bundle,shared,runs} || exit 21
fi

id='' who=''
if [[ -e $folder/owner ]]; then IFS=$'\t' read -r id who <"$folder/owner"; fi
printf 'folder\t%s\n' "$folder"
if [[ $id == "$3" ]]; then printf 'mine\tyes\n'; else printf 'mine\tno\n'; fi
printf 'owner\t%s\nid\t%s\n' "$who" "$id"
for run in "$folder"/runs/*/run; do
  [[ -e $run ]] || continue
  run=${run%/run}
  printf 'run\t%s\n' "${run##*/}"
  [[ ! -e $run/taken ]] || printf 'taken\t%s\n' "${run##*/}"
done
exit 0
