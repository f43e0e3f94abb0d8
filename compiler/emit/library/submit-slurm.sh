# Part of Locusts, the same for every swarm: `locusts build` puts it here, and nobody edits it.
# shellcheck shell=bash disable=SC2154 # submit.sh says what the swarm is
# ---- Has SLURM start pilots -----------------------------------------------------------
#
# submit.sh reads this, having set
#
#   locusts_swarm               what the swarm is called
#   locusts_nodes               how many pilots there are, unless it is said
#   locusts_chain               how many may follow one another in the place of each
#   locusts_nodes_may_submit    0: all of these are submitted at the start
#   locusts_honoured            options that sbatch may be told by variables, since the definition says nothing
#   locusts_exclude             nodes that the definition leaves out

usage() {
  cat <<HELP
Has SLURM start pilots for a run; prints the ids of the SLURM jobs, one a line.

Usage: bash submit.sh --run DIR [options]

  --run DIR         the run that they are to work on
  --pilots N        how many (default: $locusts_nodes, the nodes of the definition)
  --first N         the number of the first of them (default: 1)
  --generation N    their place among the pilots that follow one another (default: 1)
  --name NAME       how SLURM's names of them begin (default: locusts-$locusts_swarm-<run>)
  --after JOB       not before this SLURM job has ended
  --patience N      for how many seconds to try again where SLURM does not answer (default: 180)
  --help            this text

What a pilot asks of one:

  --tell-end JOB    prints when its time ends, in seconds since 1970; nothing if SLURM does not say
  --withdraw JOB    cancels it

Where there is a limit of jobs, as many as it allows are submitted. What people should know besides
goes to standard error, in lines that begin with "submit.sh: note: ".

Exit codes: 0 submitted, 1 wrong usage, or sbatch refused: in its own words.
HELP
}

fail() {
  printf 'submit.sh: %s\n' "$*" >&2
  exit 1
}

note() { printf 'submit.sh: note: %s\n' "$*" >&2; }

# The most elements of one array.
find_array_limit() {
  local limit
  limit=$(timeout 30 scontrol show config 2>/dev/null | grep '^MaxArraySize')
  limit=${limit##*[!0-9]}
  printf '%s' $((${limit:-1001} - 1))
}

# Finds the id of a SLURM job in what sbatch has printed: sites print more than that, before and after
# it. Leaves it in job, empty if there is none, and whether there was just one in is_sure.
read_id() { # text
  local line
  job='' is_sure=''
  while IFS='' read -r line; do
    line=${line%$'\r'}
    if [[ $line =~ ^([1-9][0-9]*)(\;[A-Za-z0-9_.-]+)?$ || $line =~ ^Submitted\ batch\ job\ ([1-9][0-9]*)( on cluster .*)?$ ]]; then
      is_sure=1
      [[ ! $job || $job == "${BASH_REMATCH[1]}" ]] || is_sure=''
      job=${BASH_REMATCH[1]}
    fi
  done <<<"$1"
}

# Has SLURM taken what sbatch did not say that it has? Leaves its id in job. Fails with 1 if it has
# not, and with 2 where that cannot be known: a whole answer begins with the names of the columns.
# A pilot that has begun has a log; it may have left the queue since.
find_submitted() { # name, the logs that were there before
  local answer mark id state name place log
  job=''
  for log in "$run/pilots/$1".*_*.log; do
    id=${log%_*}
    id=${id##*.}
    [[ -e $log && $id != *[!0-9]* && "$2" != *" $log "* ]] || continue
    is_noted "$id" || job=$id
  done
  [[ ! $job ]] || return 0
  answer=$(timeout 30 squeue --all --user="$(id -un)" --format='locusts|%F|%T|%j|%Z' 2>&1)
  [[ $answer == *'locusts|ARRAY_JOB_ID|'* ]] || return 2
  while IFS='|' read -r mark id state name place; do
    [[ $mark == locusts && $name == "$1" && $id != *[!0-9]* && $state != COMPLETING ]] || continue
    [[ ! -d $place || $place -ef $run ]] || continue # one of another folder
    is_noted "$id" || job=$id
  done <<<"$answer"
  [[ $job ]]
}

# What was submitted for this run, by the SLURM jobs' ids. Each has a file of its own: nodes submit at the same time,
# and of what two machines append to one file on NFS, one line can be lost (open(2), O_APPEND).
list_noted() { cat -- "$run"/pilots/submitted*.tsv 2>/dev/null | sort -n; }

is_noted() { # id
  list_noted | grep -q "^$1"$'\t'
}

# Is the successor there already? A pilot that was put back into the queue may have submitted it before.
find_noted() { # first generation
  local id first generation answer
  [[ $2 != 1 ]] || return 1
  while IFS=$'\t' read -r id first _ generation; do
    if [[ $first == "$1" && $generation == "$2" ]]; then job=$id; fi
  done < <(list_noted)
  [[ $job ]] || return 1
  answer=$(timeout 30 squeue --all --array --jobs="$job" --format='locusts|%j|%T' 2>/dev/null)
  # Ids are used again: what has another name is another's.
  [[ $answer == *"locusts|$name-p$1.$2|PENDING"* || $answer == *"locusts|$name-p$1.$2|RUNNING"* ]]
}

# Is it of no use to ask again? All else may be SLURM's own trouble, and pass.
is_refusal() { # text
  [[ $1 == *error:* && ! $1 =~ [Tt]imed\ out|[Uu]nable\ to\ contact|[Zz]ero\ [Bb]ytes|[Cc]onnection|[Cc]ommunication|[Aa]uthentication|credential|[Tt]emporar|[Ss]ocket|not\ respond ]]
}

# Submits one array, and says so in the run's list of what was submitted, and on standard output.
# Whatever sbatch says, nothing is submitted twice: before it is asked again, the queue is looked at.
# Fails with 3 where there is a limit of jobs.
submit() { # first last generation sbatch-options...
  local first=$1 last=$2 generation=$3 full=$name-p$1.$3 job='' is_sure='' answer='' code=1 pause=2 looked logs output=/dev/null
  shift 3
  logs=("$run/pilots/$full".*_*.log)
  # Where there is a backslash in it, or in the folder that it is in, SLURM puts nothing in the place of %x: pilot.sh writes it.
  [[ $run == *\\* ]] || output=${run//%/%%}/pilots/%x.%A_%a.log
  ! find_noted "$first" "$generation" || { printf '%s\n' "$job"; return; }
  for (( ; ; )); do
    [[ ! -e $run/cancelled ]] || fail "$run was cancelled"
    answer=$(timeout "$((deadline - SECONDS > 60 ? 60 : deadline - SECONDS > 5 ? deadline - SECONDS : 5))" \
      sbatch --parsable "${options[@]}" "$@" --job-name="$full" --chdir="$run" \
      --output="$output" ${after:+"--dependency=afterany:$after"} "$bundle/pilot.sh" "$run" "$((first - 1))" "$generation" </dev/null 2>&1)
    code=$?
    read_id "$answer"
    [[ $code != 0 || ! $is_sure ]] || break
    if ((code == 127)); then fail 'sbatch is not to be found: is this a node of the cluster?'; fi
    if ((code != 0 && code != 124)) && is_refusal "$answer"; then
      [[ ! $answer =~ [Ss]ubmit\ limit|SubmitJob|MaxSubmit ]] || return 3
      ! take_back_nodes || continue
      printf '%s\n' "$answer" >&2
      fail "sbatch refused (exit code $code)"
    fi
    looked=2
    while ((looked == 2 && SECONDS + pause < deadline)); do
      sleep "$pause"
      pause=$((pause < 15 ? 2 * pause : 30))
      find_submitted "$full" " ${logs[*]} "
      looked=$?
    done
    ((looked != 0)) || break
    if ((code == 0)); then
      # It says that it has: then it has ended since, or the queue does not show it.
      read_id "$answer"
      [[ ! $job ]] || break
      fail "sbatch says that it has submitted the pilots, and not under which id: ${answer:0:500}"
    fi
    if ((looked == 2 || SECONDS + 2 >= deadline)); then
      [[ ! $answer ]] || printf '%s\n' "$answer" >&2
      ((code != 124)) || fail "sbatch has not answered for $((SECONDS - began)) s: is the controller away?"
      fail "sbatch failed again and again for $((SECONDS - began)) s (exit code $code)"
    fi
  done
  if [[ -e $run/cancelled ]]; then # in the meantime
    timeout 60 scancel "$job"
    fail "$run was cancelled"
  fi
  printf '%s\t%s\t%s\t%s\n' "$job" "$first" "$last" "$generation" >"$run/pilots/submitted.$job.tsv" ||
    note "$job was submitted, but this could not be noted in $run/pilots"
  printf '%s\n' "$job"
}

# Submits as many of these pilots as a limit of jobs allows, the largest parts first.
submit_array() { # first last
  local at=$1 last=$2 part=$(($2 - $1 + 1)) code
  while ((at <= last)); do
    ((part <= last - at + 1)) || part=$((last - at + 1))
    submit "$at" "$((at + part - 1))" "$generation" --array=1-"$part"
    code=$?
    if ((code == 0)); then
      at=$((at + part))
    elif ((code == 3 && part > 1)); then
      part=$(((part + 1) / 2))
    else
      break
    fi
  done
  taken=$((taken + at - $1))
  ((at > last))
}

# What SLURM's limit has to do with it, if not all could be submitted.
say_limit() { # how many there should be
  if ((taken == 0)); then
    fail 'sbatch refused: Batch job submission failed: Job violates accounting/QOS policy (job submit limit): you may have no further job in the queue'
  fi
  note "a limit of jobs lets SLURM take $taken of the $1 pilots: wait for your other jobs, or lower nodes, and locusts deploy again for the rest"
}

# What a site, or the user, tells sbatch by variables counts where the definition says nothing; the
# successors get the same. What else there is would change what Locusts relies on.
choose_options() {
  local variable option ignored=()
  options=()
  if ((generation > 1)); then
    [[ ! -e $run/pilots/options ]] || mapfile -t options <"$run/pilots/options"
  else
    for variable in "${!SBATCH_@}" "${!SLURM_CLUSTERS@}"; do
      option=${variable#SBATCH_}
      option=${option,,}
      if [[ ${!variable} && " $locusts_honoured " == *" $option "* ]]; then
        options+=("--$option=${!variable}")
        note "$variable=${!variable} of your environment is used: the definition does not say"
      else
        ignored+=("$variable=${!variable}")
      fi
    done
    ((${#ignored[@]} == 0)) || note "ignored of your environment: ${ignored[*]}; what is meant for this swarm belongs into its definition"
    rm -f -- "$run/pilots/options"
    ((${#options[@]} == 0)) || printf '%s\n' "${options[@]}" >"$run/pilots/options" || exit 1
  fi
  local node
  if [[ -e $bundle/../bad-nodes ]]; then
    while IFS=$'\t' read -r node _; do
      [[ ! $node || $node == *[!A-Za-z0-9._-]* ]] || bad_nodes+=${bad_nodes:+,}$node
    done <"$bundle/../bad-nodes"
  fi
  if [[ $bad_nodes ]]; then
    options+=("--exclude=${exclude:+$exclude,}$bad_nodes")
    note "these nodes are left out, since nothing worked there: $bad_nodes; to take them back: locusts clean --nodes"
  fi
}

# There may be no other nodes than those: then they are used again. Fails where none was left out.
take_back_nodes() {
  [[ $bad_nodes ]] || return 1
  : >"$run/no-other-nodes" # for the managers
  options[-1]=${exclude:+--exclude=$exclude}
  [[ ${options[-1]} ]] || unset 'options[-1]'
  note "without $bad_nodes, where jobs failed one after another, SLURM has no nodes for the pilots: these are used again"
  bad_nodes=''
}

# The user's own settings for SLURM's programs would filter what they show, and those of a pilot be
# passed on to its successor. So would what an allocation has that this is called from: devices, a step's
# marks for MPI, a folder that goes with it.
forget_settings() {
  local variable
  if [[ ${SLURM_JOB_ID-} ]]; then
    for variable in "${!SLURMD_@}" "${!SRUN_@}" "${!PMI@}" {CUDA,ROCR,HIP}_VISIBLE_DEVICES GPU_DEVICE_ORDINAL ZE_AFFINITY_MASK; do
      unset "$variable"
    done
    [[ ! ${TMPDIR-} =~ (^|[^0-9])$SLURM_JOB_ID($|[^0-9]) ]] || unset TMPDIR
  fi
  for variable in "${!SLURM_@}" "${!SBATCH_@}" "${!SQUEUE_@}" "${!SINFO_@}" "${!SCONTROL_@}"; do
    [[ $variable == @(SLURM_CONF|SLURM_CONF_SERVER|SLURM_JWT) ]] || unset "$variable"
  done
}

# A pilot submits its successor itself.
submit_arrays() {
  local at limit
  limit=1
  ((pilots == 1)) || limit=$(find_array_limit)
  for ((at = first; at <= last; at += limit)); do
    submit_array "$at" "$((at + limit - 1 <= last ? at + limit - 1 : last))" || { say_limit "$pilots"; break; }
  done
}

# Nodes may not submit: in the place of each pilot, all that may follow one another are submitted now,
# each after the one before it.
submit_chains() {
  local at ids code before=()
  for ((at = first; at <= last; at++)); do before[at]=$after; done
  for (( ; generation <= locusts_chain; generation++)); do
    for ((at = first; at <= last; at++)); do
      after=${before[at]}
      ids=$(submit "$at" "$at" "$generation" --array=1-1)
      code=$?
      [[ ! $ids ]] || printf '%s\n' "$ids"
      if ((code == 3)); then say_limit "$((pilots * locusts_chain))"; break 2; fi
      ((code == 0)) || exit "$code"
      before[at]=$ids
      taken=$((taken + 1))
    done
  done
}

# When does the time of a pilot end?
tell_end() { # job
  local end
  end=$(SLURM_TIME_FORMAT=%s timeout 5 squeue --all --noheader --jobs="$1" --format=%e </dev/null 2>/dev/null)
  end=${end##*$'\n'} # a site may have something to say before
  [[ $end != [1-9]*([0-9]) ]] || printf '%s\n' "$end"
}

shopt -s extglob
case ${1-} in
  --tell-end | --withdraw)
    [[ ${2-} =~ ^[0-9]+(_[0-9]+)?$ ]] || fail "$1 takes the id of a SLURM job, not '${2-}'"
    forget_settings
    if [[ $1 == --tell-end ]]; then tell_end "$2"; else scancel "$2"; fi
    exit
    ;;
esac
run='' pilots=$locusts_nodes first=1 generation=1 name='' after='' patience=180
while (($# > 0)); do
  case $1 in
    --run) run=${2?"--run needs a folder"} ;;
    --pilots) pilots=${2?"--pilots needs a number"} ;;
    --first) first=${2?"--first needs a number"} ;;
    --generation) generation=${2?"--generation needs a number"} ;;
    --name) name=${2?"--name needs a name"} ;;
    --after) after=${2?"--after needs the id of a job"} ;;
    --patience) patience=${2?"--patience needs a number"} ;;
    -h | --help) usage; exit ;;
    *) fail "unknown option $1; see: bash submit.sh --help" ;;
  esac
  shift 2
done
[[ $run ]] || fail 'which run? see: bash submit.sh --help'
for option in pilots first generation patience; do
  [[ ${!option} =~ ^[1-9][0-9]{0,8}$ ]] || fail "--$option takes a whole number from 1, not '${!option}'"
done
[[ ! $after || $after =~ ^[0-9]+(_[0-9]+)?$ ]] || fail "--after takes the id of a SLURM job, not '$after'"
[[ -e $run/run ]] || fail "there is no run list in $run: 'locusts deploy' puts the inputs and a run list beside the bundle"
run=$(CDPATH='' cd -P -- "$run" && pwd) || exit 1
bundle=$(CDPATH='' cd -P -- "$run/../../bundle" && pwd) || exit 1
[[ ! -e $run/cancelled ]] || fail "$run was cancelled"
# A successor is called as the pilot that submits it.
[[ $name || ! $after || ${SLURM_JOB_NAME-} != *-p+([0-9]).+([0-9]) ]] || name=${SLURM_JOB_NAME%-p+([0-9]).+([0-9])}
[[ $name ]] || name=locusts-$locusts_swarm-${run##*/}
# Where a folder for output is missing, SLURM ends the job without a word.
mkdir -p -- "$run/pilots" || exit 1
began=$SECONDS deadline=$((SECONDS + patience)) taken=0 bad_nodes='' exclude=$locusts_exclude
choose_options
forget_settings

last=$((first + pilots - 1))
if ((locusts_nodes_may_submit)); then submit_arrays; else submit_chains; fi
exit 0
