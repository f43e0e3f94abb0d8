#!/usr/bin/env bash
# Sorts some of the important files by the class that their second line names.
#
#   $1 which ones: a range, such as 10-19
#
# It works in the folder that it lies in, reads by relative paths, and writes next to what it reads:
# what a folder with inputs alone would be of no use to. Safe to be repeated.
set -euo pipefail
range=$1
# shellcheck source=/dev/null
. ./.settings
bash helper_scripts/be_polite.sh "${greeting:?}" "$range"

sorted=../other_files_1
mkdir -p "$sorted"/class_A/expected_output_A/logs "$sorted"/class_B/expected_output_B
declare -A counts=([A]=0 [B]=0)
for ((number = ${range%-*}; number <= ${range#*-}; number++)); do
  file=../important_text_files/text_$number.txt
  { read -r _ && read -r _ class; } <"$file"
  cp "$file" "$sorted/class_$class/expected_output_$class/"
  counts[$class]=$((counts[$class] + 1))
done
printf 'files %s: %s of class A, %s of class B\n' "$range" "${counts[A]}" "${counts[B]}" \
  >"$sorted/class_A/expected_output_A/logs/$range.log"

# Adds a line to a file, unless it has it: the job may have been here before, and been killed.
add() {
  grep -qxF -e "$2" "$1" 2>/dev/null || printf '%s\n' "$2" >>"$1"
}
add new_script.sh "echo 'the files $range are sorted'"
add helper_scripts/be_polite.sh "# thanks from the files $range"
printf 'The files are being sorted.\n' >../notes.txt
