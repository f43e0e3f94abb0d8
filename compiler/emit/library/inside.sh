# Part of Locusts, the same for every swarm: `locusts build` puts it here, and nobody edits it.
# shellcheck shell=bash disable=SC2034,SC2154 # the parts share their variables
# ---- A job's command in a bash of its own -----------------------------------------------
# In a container, say, or where the environment changes bash itself: so this file uses little of it.

# Loads the modules, as a job would, and prints the environment that this makes.
locusts_print_modules() {
  local script
  if ! declare -F module >/dev/null; then # not every non-interactive shell has it
    for script in "${MODULESHOME:-/usr/share/modules}/init/bash" "${LMOD_PKG:-/usr/share/lmod/lmod}/init/bash" \
      /etc/profile.d/{modules,lmod,z00_lmod}.sh; do
      # shellcheck disable=SC1090 # which of them exists is known only here
      if [[ -r $script ]] && . "$script" >&2 && declare -F module >/dev/null; then break; fi
    done
  fi
  module load "${locusts_modules[@]}" >&2 || exit 1
  exec cat /proc/self/environ
}

# --inside variables folder functions... No function of ours is around those of the job: their depth may be limited.
locusts_exec='' # functions of the environment come first
eval "$2" # those of the job, as text
builtin cd -- "$3" || exit 1
set -e -o pipefail
for locusts_step in "${@:4}"; do "$locusts_step"; done
