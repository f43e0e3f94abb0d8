# Part of Locusts, the same for every swarm: `locusts build` puts it here, and nobody edits it.
# shellcheck shell=bash disable=SC2034,SC2154 # the parts share their variables
# ---- Environment modules ------------------------------------------------------------

# Loads the modules, once, before any slot is started. What they set is for the jobs.
locusts_load_modules() {
  local entries=() entry name
  locusts_module_functions=()
  mapfile -t -d '' entries < <(locusts_run_inside "$PWD" locusts_print_modules)
  if ((${#entries[@]} == 0)); then
    locusts_stop_for error "module load ${locusts_modules[*]} failed"
    return 1
  fi
  for entry in "${entries[@]}"; do
    name=${entry%%=*}
    case $name in
      PWD | OLDPWD | SHLVL | _ | LOCUSTS_*) ;;
      BASH_FUNC_*%%) locusts_module_functions+=("${entry#BASH_FUNC_}") ;;
      *[!A-Za-z0-9_]*) ;;
      *) [[ -v $name && ${!name} == "${entry#*=}" ]] || locusts_set_for_jobs "$entry" ;;
    esac
  done
}
