# Part of Locusts, the same for every swarm: `locusts build` puts it here, and nobody edits it.
# shellcheck shell=bash disable=SC2034,SC2154 # the parts share their variables
# ---- A job that is run alone, by `locusts repro`: to be looked at, and not for its result ------
# It is a run of one job. The file `alone` in its folder says how: as always, trace, or shell.

# Makes this slot one that runs its job so, and once.
locusts_run_alone() {
  local instead=()
  locusts_alone=''
  read -r locusts_alone <alone
  locusts_retries=0
  case $locusts_alone in
    trace) instead=(locusts_trace locusts_command) ;;
    shell)
      instead=(locusts_offer_shell)
      locusts_time_limit=0 locusts_time_by_job=''
      [[ $locusts_tree_mode != each ]] || locusts_trees=copy # others would not see what is mounted for this job
      [[ ! ${locusts_contained+set} ]] ||
        locusts_stop_with 'its command runs in a container, where no shell can be opened; locusts repro --trace shows each command'
      ;;
    *) return 0 ;;
  esac
  # The command is the last step; before it stands what the environment asks for.
  if [[ ${locusts_contained+set} ]]; then
    unset 'locusts_contained[-1]'
    locusts_contained+=("${instead[@]}")
  else
    unset 'locusts_steps[-1]'
    locusts_steps+=("${instead[@]}")
  fi
}

# From here on, bash shows each command before it runs.
locusts_trace() { set -x; }

# In the place of the command: prints what makes a shell the one of this job, and waits until it is ended.
locusts_offer_shell() {
  local locusts_name
  set +e
  trap - ERR
  printf '\n# the shell of a job\n'
  declare -px
  declare -p "${locusts_columns[@]}"
  printf 'cd -- %q\n' "$PWD"
  while read -r _ _ locusts_name; do
    [[ $locusts_name == locusts_* && $locusts_name != locusts_command && $locusts_name != locusts_line ]] || declare -f "$locusts_name"
  done < <(declare -F)
  printf '# that is all\n'
  while sleep 60; do :; done
} 2>/dev/null
