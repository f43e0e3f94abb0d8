# Part of Locusts, the same for every swarm: `locusts build` puts it here, and nobody edits it.
# shellcheck shell=bash disable=SC2034,SC2154 # the parts share their variables
# ---- The past: what earlier incarnations of this manager, and others that died, have left -----------

# Ends whatever an incarnation of a manager, or one of its slots, has left running. All that slots start has
# these marks in its environment, wherever it has gone since: a process that has left its group too.
locusts_end_what_remains() { # incarnation-name [slot]
  local mark=LOCUSTS_INCARNATION=$PWD/work/$1 kind process found rounds code
  [[ ! ${2-} ]] || mark=LOCUSTS_SLOT=$PWD/work/$1/$2
  for ((rounds = 0; rounds < 100; rounds++)); do
    found='' code=137
    while IFS=/ read -r _ kind process _; do
      case $kind in
        proc)
          kill -KILL "$process" || continue
          # What hangs in the kernel cannot be ended, and is not waited for.
          ((rounds < 20)) || ! locusts_read_stat "$process" || [[ ${locusts_stat[0]} != D ]] || continue
          found=1
          ;;
        ended) code=$process ;;
      esac
    done < <(grep -lzFxe "$mark" /proc/[0-9]*/environ; printf '/ended/%s\n' "$?")
    ((code <= 2)) || found=1 # it was killed itself; by 2 it says that it may not read of others' processes
    [[ $found ]] || return 0
    read -r -t 0.05 <> <(:)
  done
} 2>/dev/null

# Ends what an incarnation that was killed has left running, if it was on this machine.
locusts_end_orphans() { # incarnation-name
  local pid='' host='' boot=''
  read -r pid _ host _ boot <"managers/$1"
  locusts_is_of_this_machine "$host" "$boot" || return 0
  if locusts_is_alive "managers/$1"; then
    [[ ${1%.*} == "$locusts_name" ]] || return 0
    kill -KILL "$pid" # it was started again while it still runs, and would only begin its slots anew
  fi
  locusts_end_what_remains "$1"
}

# Reads the journal of an incarnation: which jobs are finished for good, how many tries the others have used,
# which ones it did not see the end of, what it tried to claim, and whether it left in good order. Leaves the numbers
# of lines that count for nothing in locusts_passed_over. Fails if it cannot be read.
locusts_read_journal() { # incarnation-name
  local completed open others fields number line second=$SECONDS
  if ! locusts_sort_journal "$1" && ! locusts_sort_journal "$1"; then # what refuses may pass
    locusts_stop_for error "$PWD/journal/$1.tsv cannot be read"
    return 1
  fi
  locusts_running=() locusts_its_claims=() locusts_its_end='' locusts_passed_over=''
  # At once: one by one it takes three times as long. They are numbers that bash can take as subscripts.
  if ((${#completed[@]} > 0)); then
    printf -v line '[%s]=1 ' "${completed[@]}"
    eval "locusts_finished+=($line)"
  fi
  for number in "${open[@]}"; do locusts_running[number]=1; done
  for line in "${others[@]}"; do
    IFS=$'\t' read -r -a fields <<<"${line#*:}"
    locusts_is_whole || { locusts_passed_over+=" ${line%%:*}"; continue; }
    number=${fields[locusts_at_job]}
    case ${fields[0]} in
      failed) locusts_finished[number]=1 ;;
      again) locusts_used_tries[number]=${fields[locusts_at_attempt]} ;;
      # What a bad node did to it does not count.
      stopped) [[ ${fields[locusts_at_cause]} != node ]] || unset "locusts_used_tries[$number]" ;;
      chunk) locusts_its_claims+=("${fields[locusts_at_claim]}") ;;
      finish) locusts_its_end=${fields[locusts_at_reason]} ;;
    esac
    ((SECONDS == second)) || { second=$SECONDS; locusts_give_heartbeat_if_due; }
  done
}

# Sorts the lines of a journal, of which most say that a job was begun or is done: leaves in completed the numbers of jobs
# that are done, in open of those that were begun once more than they have ended, and in others the lines that say something
# else, each with its number. Fails if there are fewer than in the file; more may have come meanwhile, if who writes it is
# still alive.
locusts_sort_journal() { # incarnation-name
  local file=journal/$1.tsv count starts line lines ended=0
  local is_start=$'^start\t[1-9][0-9]{0,11}(\t[^\t]*){4}\t[.]$' rest=$'\t[1-9][0-9]{0,11}(\t[^\t]*){8}((\t[^\t]*){4})?\t[.]$'
  count=$(grep -a -c '' -- "$file")
  starts=$(LC_ALL=C grep -a -c -E -e "$is_start" -- "$file")
  mapfile -t completed < <(LC_ALL=C grep -a -E -e "^done$rest" -- "$file" | cut -f 2)
  mapfile -t others < <(LC_ALL=C grep -a -n -v -E -e "$is_start" -e "^done$rest" -- "$file")
  # What is in the second list alone is indented.
  mapfile -t lines < <(LC_ALL=C comm -3 <(locusts_list_numbers begun "$is_start") <(locusts_list_numbers ended "^(done|failed|again|stopped)$rest"))
  open=()
  for line in "${lines[@]}"; do
    case $line in
      '~begun '[01]' 0 0' | $'\t~ended '[01]' 0 0') ((ended += 1)) ;;
      $'\t'*) ;;
      *) open+=("$line") ;;
    esac
  done
  [[ $count && $starts && $ended == 2 ]] && ((starts + ${#completed[@]} + ${#others[@]} >= count))
} 2>/dev/null

# Prints the numbers of the jobs in the lines that match, sorted, and after them how that has ended.
locusts_list_numbers() { # name ere
  LC_ALL=C grep -a -E -e "$2" -- "$file" | cut -f 2 | LC_ALL=C sort
  printf '~%s %s\n' "$1" "${PIPESTATUS[*]}"
}

# Learns what became of the jobs that an incarnation has worked on. What ran when it died may be why it died.
locusts_learn_from() { # incarnation-name
  local number
  locusts_read_journal "$1" || return
  [[ ! $locusts_passed_over ]] ||
    locusts_say "journal/$1.tsv: lines that are torn, or have other columns than this version knows, do not count:$locusts_passed_over"
  [[ ! $locusts_its_end && $1 != "$locusts_incarnation" && ! ${locusts_deaths_of[$1]-} ]] || return 0
  locusts_deaths_of[$1]=${#locusts_running[@]}
  for number in "${!locusts_running[@]}"; do
    locusts_deaths[number]=$((${locusts_deaths[number]-0} + 1))
  done
}

# Is a job of this chunk unfinished, as far as it is known here?
locusts_has_unfinished() { # chunk
  local lines line
  mapfile -t lines <"chunks/$1.tsv"
  for line in "${lines[@]}"; do
    [[ ${locusts_finished[${line%%$'\t'*}]-} ]] || return 0
  done
  return 1
}

# Takes over the chunks that an incarnation has left unfinished: they are claimed anew, as <chunk>.2 and so
# on, which only one can do. A claim that names nobody, or is torn, is one whose maker died in the middle of it.
locusts_take_over() { # incarnation-name [again]
  local incarnation=$1 heartbeat='' claims claim chunk generation earlier owner
  { read -r heartbeat <"managers/$incarnation.beat"; } 2>/dev/null
  [[ ${2-} || $heartbeat != finished* ]] && [[ -e journal/$incarnation.tsv ]] || return 0
  # shellcheck disable=SC2004 # its keys are names
  locusts_known[$incarnation]=1
  locusts_learn_from "$incarnation"
  [[ ! $locusts_stopping ]] || return 0
  [[ $locusts_its_end ]] || locusts_taken_over+=("$incarnation")
  claims=("${locusts_its_claims[@]}")
  for claim in "${claims[@]}"; do
    chunk=${claim%.*} generation=1
    [[ $claim != *.* ]] || generation=${claim#*.}
    [[ -e claims/$claim && ! -e claims/$chunk.$((generation + 1)) ]] || continue
    read -r owner <"claims/$claim" || owner='' # without its end, it names nobody
    [[ ! $owner || $owner == "$incarnation" ]] || continue
    for ((earlier = 1; earlier < generation; earlier++)); do
      read -r owner <"claims/$chunk$( ((earlier == 1)) || printf .%s "$earlier")" || owner=''
      [[ -e journal/$owner.tsv && ! ${locusts_known[$owner]-} ]] || continue
      # shellcheck disable=SC2004 # its keys are names
      locusts_known[$owner]=1
      locusts_learn_from "$owner"
    done
    locusts_has_unfinished "$chunk" || continue
    locusts_end_idleness
    ! locusts_create_claim "$chunk" "$chunk.$((generation + 1))" || locusts_inherited+=("$chunk")
    [[ ! $locusts_stopping ]] || return
  done
  printf 'finished, taken over by %s\n' "$locusts_incarnation" >|"managers/$incarnation.beat"
}

# Who was only silent may have claimed a chunk while its journal was read, before it saw that it was taken for dead: once
# no chunk is free any more, its claims are looked at again.
locusts_take_over_late_claims() {
  local incarnation taken_over=("${locusts_taken_over[@]}")
  locusts_taken_over=()
  for incarnation in "${taken_over[@]}"; do locusts_take_over "$incarnation" again; done
}

# Takes over what the earlier incarnations of a manager have left.
locusts_take_over_all() { # manager-name
  local incarnation=$1.1
  while [[ -e managers/$incarnation ]]; do
    if [[ $incarnation != "$locusts_incarnation" ]]; then
      locusts_end_orphans "$incarnation"
      locusts_take_over "$incarnation"
    fi
    incarnation=$1.$((${incarnation##*.} + 1))
  done
  [[ ! $locusts_is_pilot ]] || locusts_drop_scratch_of_the_dead
}

# Removes what pilots of this run that were killed on this machine have left on its own disk. What counts of it was brought
# to the shared one; who is only silent has not died, and who died and was not taken over yet is left for then.
locusts_drop_scratch_of_the_dead() {
  local note incarnation heartbeat pid host boot
  for note in work/*/scratch; do
    incarnation=${note#work/} incarnation=${incarnation%/scratch} heartbeat=''
    [[ $incarnation != "$locusts_incarnation" && -f $note ]] || continue
    read -r pid _ host _ boot <"managers/$incarnation" || continue
    { read -r heartbeat <"managers/$incarnation.beat"; } 2>/dev/null
    [[ $heartbeat == @(finished|left|continued)* ]] || continue
    locusts_is_of_this_machine "$host" "$boot" || continue
    ! locusts_is_alive "managers/$incarnation" || continue
    locusts_end_what_remains "$incarnation"
    locusts_drop_scratch_of "$incarnation" "$pid"
  done
} 2>/dev/null

# Removes a folder that is certainly of that incarnation of this run: numbers of processes come again.
locusts_drop_scratch_of() { # incarnation-name pid
  local place='' made='' run=''
  { IFS='' read -r place; read -r made; } <"work/$1/scratch"
  [[ $place == /*/locusts."$1"."$2" ]] || return 0
  if [[ -e $place ]]; then
    IFS='' read -r run <"$place/run"
    [[ $run == "$PWD" && -O $place ]] || return 0
    locusts_drop_folders "$place"
  fi
  [[ ! $made ]] || rmdir -- "${place%/*}"
  [[ -e $place ]] || rm -f -- "work/$1/scratch"
}
