# Part of Locusts, the same for every swarm: `locusts build` puts it here, and nobody edits it.
# shellcheck shell=bash disable=SC2034,SC2154 # the parts share their variables
# ---- A job's command in a bash of its own -----------------------------------------------
# In a container, say, or where the environment changes bash itself: so this file uses little of it.

# Loads the modules, as a job would, and prints the environment that this makes.
locusts_print_modules() {
  # shellcheck source=/dev/null # it stands beside this file
  . "$locusts_lib/modules.sh"
  locusts_find_module_command || : # what follows says so
  module load "${locusts_modules[@]}" >&2 || exit 1
  exec cat /proc/self/environ
}

# --inside variables folder functions... No function of ours is around those of the job: their depth may be limited.
locusts_exec='' # functions of the environment come first
eval "$2" # those of the job, as text
# shellcheck source=/dev/null # it stands beside this file
[[ ! ${locusts_alone-} ]] || . "$locusts_lib/alone.sh"
# shellcheck source=/dev/null # so does this
[[ ! ${locusts_awaits_substitutions-} ]] || . "$locusts_lib/substitutions.sh"
builtin cd -- "$3" || exit 1
locusts_level=0
if [[ ${locusts_on_error-} ]]; then
  # shellcheck disable=SC2064 # it is a command already
  trap "$locusts_on_error" ERR
  set -E
fi
set -e -o pipefail
for locusts_step in "${@:4}"; do "$locusts_step"; done
