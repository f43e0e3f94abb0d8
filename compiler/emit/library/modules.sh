# Part of Locusts, the same for every swarm: `locusts build` puts it here, and nobody edits it.
# shellcheck shell=bash disable=SC2034,SC2154 # the parts share their variables
# ---- Environment modules ------------------------------------------------------------
# `locusts doctor` reads this file too, with whatever bash there is.

# Has there be a module command: not every shell that is not interactive has it. Fails if there is none.
locusts_find_module_command() {
  local script
  ! declare -F module >/dev/null || return 0
  for script in "${MODULESHOME:-/usr/share/modules}/init/bash" "${LMOD_PKG:-/usr/share/lmod/lmod}/init/bash" \
    /etc/profile.d/{modules,lmod,z00_lmod}.sh; do
    # shellcheck disable=SC1090 # which of them exists is known only here
    [[ ! -r $script ]] || ! . "$script" >&2 || ! declare -F module >/dev/null || return 0
  done
  return 1
}

# Loads the modules, once, before any slot is started. What they set is for the jobs.
locusts_load_modules() {
  local entries=() entry name
  locusts_module_functions=()
  mapfile -t -d '' entries < <((locusts_run_inside "$PWD" locusts_print_modules); printf 'ended %s\0' "$?")
  if [[ ${entries[*]: -1} != 'ended 0' ]] || ((${#entries[@]} == 1)); then
    locusts_stop_for error "module load ${locusts_modules[*]} failed"
    return 1
  fi
  unset 'entries[-1]'
  for entry in "${entries[@]}"; do
    name=${entry%%=*}
    case $name in
      PWD | OLDPWD | SHLVL | _ | LOCUSTS_*) ;;
      BASH_FUNC_*%%) locusts_module_functions+=("${entry#BASH_FUNC_}") ;;
      [0-9]* | *[!A-Za-z0-9_]*) ;;
      *) [[ ${!name+set} && ${!name} == "${entry#*=}" ]] || locusts_set_for_jobs "$entry" ;;
    esac
  done
}
