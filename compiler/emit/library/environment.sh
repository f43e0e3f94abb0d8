# Part of Locusts, the same for every swarm: `locusts build` puts it here, and nobody edits it.
# shellcheck shell=bash disable=SC2034,SC2154 # the parts share their variables
# ---- The jobs' environment, which is not this script's ---------------------------------
# What of it would change bash, or the programs that are called here, is put aside for the jobs.

locusts_functions=()  # name%%=text, those that the environment holds
locusts_aside=()      # NAME=value, for the jobs alone
locusts_start_file='' # what BASH_ENV names: bash reads it before a script
locusts_locale=()     # NAME=value, those of the jobs' locale, where this process is in it as well
locusts_own_shell=''  # set where a job needs a bash of its own, since the environment changes bash itself

locusts_is_for_jobs_alone() { # name
  case $1 in
    BASH_ENV | ENV | FUNCNEST | TMOUT | TMPDIR | IFS | CDPATH | GLOB* | EXECIGNORE | CHILD_MAX | \
      BASH_COMPAT | IGNOREEOF | OPTERR | OPTIND | PS4 | TIMEFORMAT) return 0 ;;
    LANG | LANGUAGE | LC_* | LOCPATH | NLSPATH | GCONV_PATH | GLIBC_TUNABLES | MALLOC_* | LD_*) return 0 ;;
    TAR_* | TAPE | RSH | GREP_* | *POSIX* | *BLOCK_SIZE | BLOCKSIZE | QUOTING_STYLE | VERSION_CONTROL | \
      SIMPLE_BACKUP_SUFFIX | TIME_STYLE | COLUMNS) return 0 ;;
    PATH) return 0 ;;
    *_proxy) return 1 ;;
    # As variables in here may be called: bash would hand these on to the jobs in their place.
    [!_]*) [[ $1 == *[!abcdefghijklmnopqrstuvwxyz_]* ]] || return 0 ;;
  esac
  return 1
}

locusts_keep_aside() { # NAME=value
  # A job's own values come before what the environment has under their names.
  [[ " ${locusts_columns[*]} " != *" ${1%%=*} "* ]] || return 0
  locusts_aside+=("$1")
  case $1 in
    BASH_ENV=*[\$\`]* | FUNCNEST=?* | POSIXLY_CORRECT=*) locusts_own_shell=1 ;;
    BASH_ENV=*) locusts_start_file=${1#*=} ;;
  esac
}

# Puts aside what this process was started with. Its PATH and where its libraries are it needs itself.
locusts_put_aside() {
  local entries=() entry name
  mapfile -t -d '' entries </proc/"$$"/environ
  for entry in "${entries[@]}"; do
    name=${entry%%=*}
    case $name in
      PATH | LD_LIBRARY_PATH | IFS | locusts_*) ;; # bash does not take IFS from its environment
      LOCUSTS_ASIDE_*)
        locusts_keep_aside "${entry#LOCUSTS_ASIDE_}"
        unset -v "$name"
        ;;
      BASH_FUNC_*) locusts_functions+=("${entry#BASH_FUNC_}") ;;
      *)
        locusts_is_for_jobs_alone "$name" || continue
        locusts_keep_aside "$entry"
        unset -v "$name"
        ;;
    esac
  done
}

# Sets a variable for the jobs. What schedulers have told the manager stays as it is for the manager.
locusts_set_for_jobs() { # NAME=value
  local pattern
  for pattern in "${locusts_allocation_variables[@]}"; do
    # shellcheck disable=SC2053 # it is a pattern
    [[ ${1%%=*} != $pattern ]] || { locusts_keep_aside "$1"; return; }
  done
  if locusts_is_for_jobs_alone "${1%%=*}"; then
    locusts_keep_aside "$1"
  else
    export "${1?}"
  fi
}

# Functions that the user has exported are there for the jobs. One that is called like something that
# this script uses would change the script: then jobs need a bash of their own, which takes them over.
locusts_take_functions() {
  local entry name names
  ((${#locusts_functions[@]} > 0)) || return 0
  names=" : [ break builtin cd command continue declare disown echo eval exec exit export false kill local mapfile printf \
    pwd read return set shift shopt source test time trap true type unset wait \
    cat chmod cmp comm cp find grep id mkdir mount readlink rm setsid sort stat tail tar taskset tr unshare xargs "
  for entry in "${locusts_functions[@]}"; do
    name=${entry%%=*}
    name=${name%'%%'}
    if [[ $names == *" $name "* || $name == locusts_* || $name != [A-Za-z_]*([A-Za-z0-9_.:-]) || ${entry#*=} != '() {'* ]]; then
      locusts_own_shell=1
    else
      eval "$name ${entry#*=}"
    fi
  done
}

# Goes to the locale of the jobs, if its characters are those of UTF-8: there no byte below 128 is part of another
# character. Bash reads the files of a locale when it is set, which for a quick job takes as long as a fourth of all
# else, so that jobs had better find it set.
locusts_enter_locale() {
  local entry all='' ctype='' lang='' kept=()
  for entry in "${locusts_aside[@]}"; do
    case $entry in
      LC_ALL=*) all=${entry#*=} ;;
      LC_CTYPE=*) ctype=${entry#*=} ;;
      LANG=*) lang=${entry#*=} ;;
      LOCPATH=*) return ;;
    esac
  done
  [[ ${all:-${ctype:-$lang}} == *.[Uu][Tt][Ff]?(-)8?(@*) ]] || return 0
  for entry in "${locusts_aside[@]}"; do
    case $entry in
      LANG=* | LANGUAGE=* | LC_*) locusts_locale+=("$entry") ;;
      *) kept+=("$entry") ;;
    esac
  done
  locusts_aside=("${kept[@]}")
  locusts_restore_locale
}

locusts_restore_locale() {
  ((${#locusts_locale[@]} > 0)) || return 0
  unset -v LC_ALL
  # shellcheck disable=SC2163 # these are NAME=value
  export "${locusts_locale[@]}" 2>/dev/null # it may not be there
}

# Programs sort, and say what is wrong, as is expected here: in the C locale.
locusts_in_c_locale() { # function arguments
  local code
  ((${#locusts_locale[@]} == 0)) || export LC_ALL=C
  "$@" # not in a condition: whatever runs below one takes no notice of set -e, and an output's check is to do so
  code=$?
  locusts_restore_locale
  return "$code"
}

# Makes this subshell the one of a job. What bash reads at its start, locusts_start_file, has to be read outside of
# any function, so that what it declares is there for the job.
locusts_enter_environment() {
  [[ ! $locusts_shares_by_job ]] || locusts_take_share
  if [[ $locusts_tree_mode == each ]]; then
    locusts_enter_tree
    exit
  fi
  [[ ! $locusts_own_shell ]] || locusts_run_inside "$locusts_workdir" "${locusts_steps[@]}"
  # shellcheck disable=SC2163 # these are NAME=value
  ((${#locusts_aside[@]} == 0)) || export "${locusts_aside[@]}" 2>/dev/null
}

# Goes on in a bash of its own, which has the jobs' environment from its start: the last thing that a subshell does.
locusts_run_inside() { # folder functions...
  locusts_inside=$1
  [[ $locusts_inside == /* ]] || locusts_inside=$PWD/$locusts_inside
  locusts_describe_job
  # shellcheck disable=SC2163 # these are NAME=value
  ((${#locusts_aside[@]} == 0)) || export "${locusts_aside[@]}"
  exec "$BASH" -- "$locusts_script" --inside "$locusts_variables" "$locusts_inside" "${@:2}"
}

# Leaves the variables that a job's command knows in locusts_variables, as bash reads them.
locusts_describe_job() {
  locusts_variables=$(declare -p locusts_script locusts_bundle locusts_shared locusts_tree locusts_root locusts_folder locusts_try locusts_on_error locusts_alone output "${locusts_columns[@]}" 2>/dev/null)
  local entry
  for entry in "${locusts_aside[@]}"; do # bash does not take IFS from its environment
    [[ $entry != IFS=* ]] || printf -v locusts_variables '%s\nexport %q' "$locusts_variables" "$entry"
  done
}
