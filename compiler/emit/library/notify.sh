# Part of Locusts, the same for every swarm: `locusts build` puts it here, and nobody edits it.
# shellcheck shell=bash disable=SC2034,SC2154 # the parts share their variables
# ---- The word at the end: `notify` with on: "target" --------------------------------------
#
# The manager that leaves last runs the definition's command. Who leaves says so before it looks for others,
# so that of two that leave at once one at least finds that nobody is left; and a file, which only one can
# create, says who it was. All jobs have ended but once. That a run has stopped is told for each set of incarnations.

locusts_notify_seconds=20 # who follows a deploy waits a little longer for managers that have nothing to do any more
locusts_notify_failures=100 # that the document names

# Leaves how many incarnations have begun in locusts_begun, and in locusts_is_awaited whether one is to come yet.
# Fails if another manager is at work: it will look when it leaves.
locusts_is_last() {
  local file name what word number
  declare -A newest=()
  locusts_begun=0 locusts_is_awaited=''
  for file in managers/*.*[0-9]; do
    what=''
    read -r _ _ _ what _ <"$file"
    [[ $what != deploy ]] || continue # it gathers
    locusts_begun=$((locusts_begun + 1)) name=${file%.*} number=${file##*.}
    # shellcheck disable=SC2004 # its keys are names
    ((number <= ${newest[$name]-0})) || newest[$name]=$number
  done
  for name in "${!newest[@]}"; do
    file=$name.${newest[$name]} word=''
    [[ $file != "managers/$locusts_incarnation" ]] || continue # which may have found no room for its own word
    { read -r word _ <"$file.beat"; } 2>/dev/null
    case $word in
      [0-9]*) return 1 ;;
      continued) locusts_is_awaited=1 ;;
      '') ! locusts_is_alive "$file" || return 1 ;;
    esac
  done
  ((locusts_managers > 1)) || return 0
  for ((number = 1; number <= locusts_managers; number++)); do
    [[ ${newest[managers/p$number]-} ]] || ! locusts_is_to_come "$number" || locusts_is_awaited=1
  done
}

# Was this pilot submitted? A limit of jobs may not have allowed it.
locusts_is_to_come() { # number
  local first last submitted=(pilots/submitted*.tsv)
  [[ -e ${submitted[0]} ]] || return 0
  while IFS=$'\t' read -r _ first last _; do
    ((first <= $1 && $1 <= last)) && return
  done < <(cat -- "${submitted[@]}")
  return 1
}

# Prints the lines of all journals that are whole and say that a job has ended so.
locusts_list_ends() { # words, as a regular expression
  LC_ALL=C grep -ahE -e "^$1"$'\t[0-9]+(\t[^\t]*){8}((\t[^\t]*){4})?\t[.]$' -- journal/*.tsv
}

locusts_count_ends() { # words, as a regular expression
  locusts_list_ends "$1" | cut -f 2 | sort -u | wc -l
}

# Leaves a text as JSON has it in locusts_json.
locusts_write_json() { # text
  local special=($'\\' '"' $'\n' $'\t' $'\r') escaped=($'\\\\' $'\\"' $'\\n' $'\\t' $'\\r') i
  locusts_json=$1
  for i in "${!special[@]}"; do locusts_json=${locusts_json//"${special[i]}"/"${escaped[i]}"}; done
  locusts_json="\"${locusts_json//[[:cntrl:]]/ }\""
}

# Prints the first failed jobs, as `deploy --json` has them.
locusts_print_failures() {
  local lines line fields pattern='' number name detail names=() comma=''
  mapfile -t lines < <(locusts_list_ends failed | LC_ALL=C sort -t $'\t' -k 2,2n -u | head -n "$locusts_notify_failures")
  for line in "${lines[@]}"; do
    IFS=$'\t' read -r _ number _ <<<"$line"
    pattern+=${pattern:+|}$number
  done
  [[ $pattern ]] || return 0
  while IFS=$'\t' read -r number name; do
    names[number]=$name
  done < <(LC_ALL=C grep -ahE -e "^($pattern)"$'\t' -- chunks/*.tsv | cut -f 1,4)
  for line in "${lines[@]}"; do
    IFS=$'\t' read -r -a fields <<<"$line"
    number=${fields[locusts_at_job]} detail=${fields[-2]}
    name=${names[number]-$number}
    [[ $detail != - ]] || detail=''
    locusts_decode name
    locusts_write_json "$name"
    printf '%s{"job":%s,"cause":"%s","exitCode":%d' "$comma" "$locusts_json" "${fields[locusts_at_cause]}" "${fields[locusts_at_exit_code]}"
    locusts_write_json "$detail"
    printf ',"detail":%s}' "$locusts_json"
    comma=,
  done
}

# Leaves a number as people read it in locusts_amount.
locusts_write_amount() { # number
  local left=$1
  locusts_amount=''
  while ((${#left} > 3)); do
    locusts_amount=,${left: -3}$locusts_amount left=${left:0:-3}
  done
  locusts_amount=$left$locusts_amount
}

# Leaves seconds as people read them in locusts_amount.
locusts_write_seconds() { # number
  if (($1 < 60)); then
    locusts_amount="$1 s"
  elif (($1 < 3600)); then
    locusts_amount="$(($1 / 60)) min $(($1 % 60)) s"
  elif (($1 < 86400)); then
    locusts_amount="$(($1 / 3600)) h $(($1 % 3600 / 60)) min"
  else
    locusts_amount="$(($1 / 86400)) d $(($1 % 86400 / 3600)) h"
  fi
}

# Runs the command if this manager is the last one, and the run has come to an end: all of its jobs have ended, or nobody
# goes on with what is left. Not one that was ended by people, nor a job that is run alone.
locusts_give_word() {
  local ended failed pending how=complete reason='' detail='' mark=notified seconds summary document limit code started words
  [[ ! -e alone && ! -e cancelled && ! -e notified && $locusts_stopping != @(signal|lost) ]] || return 0
  locusts_is_last || return 0
  ended=$(locusts_count_ends '(done|failed)') failed=$(locusts_count_ends failed)
  pending=$((locusts_jobs - ended))
  if ((pending > 0)); then
    [[ ! $locusts_is_awaited ]] || return 0
    how=stopped reason=${locusts_stopping:-unfinished} detail=$locusts_detail mark=notified.$locusts_begun
  fi
  { : >"$mark"; } 2>/dev/null || return 0 # it is told already
  # By the clock of one machine: the one that has the files.
  seconds=$(($(stat -c %Y "$mark") - $(stat -c %Y claims/1 2>/dev/null || stat -c %Y run)))
  ((seconds >= 0)) || seconds=0

  locusts_write_amount $((ended - failed))
  summary="$locusts_swarm on $locusts_target: ${reason:+stopped ($reason): }$locusts_amount"
  locusts_write_amount "$locusts_jobs"
  summary+="/$locusts_amount done"
  locusts_write_amount "$failed"
  ((failed == 0)) || summary+=", $locusts_amount failed"
  locusts_write_amount "$pending"
  ((pending == 0)) || summary+=", $locusts_amount pending"
  locusts_write_seconds "$seconds"
  summary+=", after $locusts_amount"

  locusts_write_json "$locusts_target"
  printf -v document '{"version":1,"target":%s,"jobs":{"total":%d,"done":%d,"failed":%d,"pending":%d,"running":0,"cached":0},"stale":[],"failures":[%s],"clusters":[],"seconds":%d' \
    "$locusts_json" "$locusts_jobs" $((ended - failed)) "$failed" "$pending" "$(locusts_print_failures)" "$seconds"
  locusts_write_json "$detail"
  document+=",\"end\":{\"how\":\"$how\"${reason:+,\"reason\":\"$reason\",\"detail\":$locusts_json}}}"

  limit=$locusts_notify_seconds
  if ((locusts_ends_at > 0)); then
    locusts_read_time
    ((locusts_ends_at - locusts_time - 2 >= limit)) || limit=$((locusts_ends_at - locusts_time - 2))
    ((limit > 0)) || limit=1
  fi
  trap : TERM INT HUP # all is written down: nothing is left to be stopped, but this
  started=$SECONDS
  {
    (
      run=$PWD
      exec {locusts_requests}>&- >&"$words" 2>&"$words" {words}>&-
      cd -- ../.. || exit 1
      exec env "${locusts_aside[@]}" LOCUSTS_SUMMARY="$summary" LOCUSTS_SWARM="$locusts_swarm" \
        LOCUSTS_TARGET="$locusts_target" LOCUSTS_END="$how" LOCUSTS_TOTAL="$locusts_jobs" LOCUSTS_DONE="$((ended - failed))" \
        LOCUSTS_FAILED="$failed" LOCUSTS_PENDING="$pending" LOCUSTS_SECONDS="$seconds" LOCUSTS_RUN="$run" \
        "$(type -P timeout)" -k 2 "$limit" "$BASH" -c "$locusts_notify" < <(printf '%s\n' "$document")
    )
    code=$?
  } {words}>&2 2>/dev/null # bash would have words of its own for a kill
  exec {words}>&-
  if ((code == 0)); then
    return
  elif ((SECONDS - started >= limit)); then
    locusts_say "the command of notify was ended: it may take $limit s"
  else
    locusts_say "the command of notify has failed, with exit code $code"
  fi
}
