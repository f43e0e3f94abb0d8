#!/usr/bin/env bash
# Runs the one job of a run that was staged for it, tells what it prints as it comes, and removes all of it in the
# end. It ends early when its standard input does: whoever has asked for it is gone then, or does not want it any more.
#
#   $1 the swarm's folder   $2 the folder in it where the run is staged   $3 the job's number
#   $4 how: as-always, trace or shell   $5 slurm: in an allocation of its own; else here
#
# Prints records: a word and how many bytes follow, on one line, and then these.
#
#   out, err    what the job has printed
#   log         what the manager has said, or srun
#   allocation  SLURM's number of it, for a shell
#   shell       path of the file that makes an interactive bash the shell of this job
#   journal     how it ended
#
# Exit code 3: the target has no machinery that can do this.
set -u
there=$1 stage=$1/$2 name=locusts-$2 number=$3 how=$4 system=$5
run=$1/repro/$2
manager='' watch=''
declare -A sent=([out]=0 [err]=0 [log]=0)

# shellcheck disable=SC2317 # a trap calls it
finish() {
  trap '' TERM INT HUP
  if [[ $manager ]] && kill -0 "$manager" 2>/dev/null; then
    if [[ $system == slurm ]]; then
      timeout 60 scancel --name="$name" --user="$(id -un)"
    else
      bash -p "$there/bundle/manager.sh" --run "$run" --stop
    fi
    wait "$manager"
  fi >/dev/null 2>&1
  [[ ! $watch ]] || kill "$watch" 2>/dev/null
  find "$run" "$stage" -type d ! -perm -700 -exec chmod u+rwx -- {} + 2>/dev/null
  rm -rf -- "$run" "$stage"
  rmdir -- "$there/repro" 2>/dev/null
}
trap finish EXIT
trap 'exit 143' TERM INT HUP

# Sends what a file has beyond what was sent of it.
send() { # word file
  local size
  [[ -e $2 ]] && size=$(stat -c %s -- "$2") && ((size > ${sent[$1]-0})) || return 0
  printf '%s %d\n' "$1" "$((size - ${sent[$1]-0}))"
  tail -c "+$((${sent[$1]-0} + 1))" -- "$2" | head -c "$((size - ${sent[$1]-0}))"
  sent[$1]=$size
}

send_news() {
  local file
  send log "$run/manager.log"
  for file in "$run"/work/*/1/"$number".out "$run"/work/*/*/"$number".out; do
    [[ -e $file ]] || continue
    if [[ $how == shell ]]; then
      offer_shell "$file"
    else
      send out "$file"
    fi
    send err "${file%.out}.err"
    return
  done
}

# What the job prints in the place of its command, once it is whole, becomes the start file of a shell.
offer_shell() { # file
  local text mark='# the shell of a job' last='# that is all' rc=$run/shell.rc
  [[ ! -e $rc ]] || return 0
  text=$(<"$1")
  [[ $text == *"$mark"*"$last" ]] || return 0
  {
    printf '%s\n' "${text##*"$mark"}"
    cat <<RC
locusts_exec='' PS1='(repro) \\w\\$ ' LOCUSTS_COMMAND=$(printf '%q' "$run/command.sh")
if declare -F locusts_line >/dev/null; then
  printf '%s\\n' "\$param_line"
else
  LOCUSTS_TEXT=\$(declare -f locusts_command)
  for _ in 1 2; do LOCUSTS_TEXT=\${LOCUSTS_TEXT#*\$'\n'}; done
  LOCUSTS_TEXT=\${LOCUSTS_TEXT%\$'\n'*}
  printf '%s\\n' "\${LOCUSTS_TEXT%\$'\n    exit'}"
  unset LOCUSTS_TEXT
fi >|"\$LOCUSTS_COMMAND"
printf 'the command is in %s; to run it: (set -e -o pipefail; . "\$LOCUSTS_COMMAND")\\n' "\$LOCUSTS_COMMAND"
RC
  } >"$rc"
  [[ ! $text =~ SLURM_JOB_ID=\"?([0-9]+) ]] || printf 'allocation %d\n%s' "${#BASH_REMATCH[1]}" "${BASH_REMATCH[1]}"
  printf 'shell %d\n%s' "$(printf '%s' "$rc" | wc -c)" "$rc"
}

# What a pilot asks of SLURM, as srun takes it: what the definition says, and where it says nothing, what sbatch would be
# told by variables.
read_directives() {
  local line variable locusts_honoured=''
  options=()
  eval "$(grep '^locusts_honoured=' "$there/bundle/submit.sh")" # quoted as for a shell
  for variable in $locusts_honoured; do
    line=SBATCH_${variable^^}
    [[ ! ${!line-} ]] || options+=("--$variable=${!line}")
  done
  while IFS= read -r line; do
    case $line in
      '#SBATCH --signal='* | '#SBATCH --open-mode='* | '#SBATCH --requeue' | '#SBATCH --no-requeue') ;;
      '#SBATCH '*) eval "options+=(${line#'#SBATCH '})" ;; # quoted as for sbatch, which is as for a shell
    esac
  done <"$there/bundle/pilot.sh"
}

run_pilot() {
  local variable options
  read_directives
  # Called from within an allocation, srun would begin a step of that.
  for variable in "${!SLURM_@}" "${!SBATCH_@}"; do
    [[ $variable == @(SLURM_CONF|SLURM_CONF_SERVER|SLURM_JWT) ]] || unset "$variable"
  done
  # Of the last generation: nothing follows it.
  exec srun --job-name="$name" --ntasks=1 "${options[@]}" bash -p "$there/bundle/pilot.sh" "$run" 0 1000000
}

[[ -e $there/bundle/manager.sh && -e $there/bundle/lib/alone.sh ]] || exit 3
cd -- "$there" || exit 1
mkdir -p -- repro && mv -T -- "$stage/runs/1" "$run" || exit 1
[[ ! -e $stage/shared ]] || ln -s -- "$stage/shared" "$run/shared" || exit 1
printf '%s\n' "$how" >"$run/alone" || exit 1
{ cat >/dev/null; kill -TERM "$$"; } <&0 2>/dev/null &
watch=$!
(
  # What was taken out of this script's environment is for the jobs.
  # shellcheck disable=SC2154 # it is set before this script is read
  if ((${#locusts_aside[@]} > 0)); then export "${locusts_aside[@]}"; fi
  [[ $system != slurm ]] || run_pilot
  exec bash -p "$there/bundle/manager.sh" --run "$run" --slots 1
) </dev/null >>"$run/manager.log" 2>&1 &
manager=$!
beat=0
while kill -0 "$manager" 2>/dev/null; do
  if ((SECONDS >= beat)); then
    printf '%s\n' "$SECONDS" >"$run/heartbeat" # as long as there are some, nobody cleans up here
    beat=$((SECONDS + 10))
  fi
  send_news
  sleep 0.1
done
wait "$manager"
send_news
for journal in "$run"/journal/*.tsv; do
  [[ ! -e $journal ]] || send journal "$journal"
done
exit 0
