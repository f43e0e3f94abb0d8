#!/usr/bin/env bash
# Sends what logs have got since they were last looked at.
#
#   $1 the most bytes of each
#   standard input: records that end with NUL, `<name> <from> <path>`: from which byte on; `-n`: the last n bytes
#
# Prints of each that has more: its name, where this begins, how many bytes follow, a line feed, and these. What is
# not there is passed over.
set -u
declare -A name=() from=() size=()
paths=()
while IFS= read -r -d '' record; do
  rest=${record#* }
  path=${rest#* }
  paths+=("$path")
  name[$path]=${record%% *} from[$path]=${rest%% *}
done
((${#paths[@]} > 0)) || exit 0
while IFS= read -r -d '' record; do size[${record#* }]=${record%% *}; done < <(stat --printf '%s %n\0' -- "${paths[@]}" 2>/dev/null)
for path in "${paths[@]}"; do
  [[ ${size[$path]-} ]] || continue
  first=${from[$path]} bytes=${size[$path]}
  if ((first < 0)); then first=$((bytes + first > 0 ? bytes + first : 0)); fi
  bytes=$((bytes - first))
  ((bytes <= $1)) || bytes=$1
  ((bytes > 0)) || continue
  printf '%s:%s %s\n' "${name[$path]}" "$first" "$bytes"
  tail -c "+$((first + 1))" -- "$path" 2>/dev/null | head -c "$bytes"
done
exit 0
