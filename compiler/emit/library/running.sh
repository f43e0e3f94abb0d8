# Part of Locusts, the same for every swarm: `locusts build` puts it here, and nobody edits it.
# shellcheck shell=bash disable=SC2034,SC2154 # the parts share their variables
# ---- Who runs here -----------------------------------------------------------------

# Finds the incarnations that run, of the manager that is named or of all: on this machine, and elsewhere.
locusts_find_running() { # name, or nothing for all
  local file what
  locusts_found_running=() locusts_found_elsewhere=()
  for file in managers/*.*[0-9]; do
    [[ -e $file && (! $1 || $file == managers/"$1".+([0-9])) ]] || continue
    read -r _ _ _ what _ <"$file"
    [[ $what != deploy ]] || continue # it gathers, and has no jobs
    if locusts_is_alive "$file"; then
      locusts_found_running+=("${file#managers/}")
    elif [[ ! -e ${file%.*}.$((${file##*.} + 1)) ]] && locusts_beats_elsewhere "$file"; then
      locusts_found_elsewhere+=("${file#managers/}")
    fi
  done
}

# Asks managers of this run to stop, and waits until they have.
locusts_stop_others() { # name, or nothing for all
  local file incarnation pid
  locusts_find_running "$1"
  for incarnation in "${locusts_found_running[@]}"; do
    read -r pid _ <"managers/$incarnation"
    kill -TERM "$pid"
  done
  for incarnation in "${locusts_found_running[@]}"; do
    while locusts_is_alive "managers/$incarnation"; do read -r -t 0.1 <> <(:); done
  done
  for incarnation in "${locusts_found_elsewhere[@]}"; do
    : >"work/$incarnation/stop" || return
    while locusts_beats_elsewhere "managers/$incarnation"; do :; done
  done
  for file in managers/*.*[0-9]; do
    [[ -e $file && (! $1 || $file == managers/"$1".+([0-9])) ]] || continue
    # One that is held up before it can say who it is leaves when it finds that another has come.
    [[ -s $file ]] || (set -C; printf '0 0 - deploy -\n' >"${file%.*}.$((${file##*.} + 1))") 2>/dev/null
    locusts_end_orphans "${file#managers/}"
  done
  ((${#locusts_found_running[@]} + ${#locusts_found_elsewhere[@]} > 0)) || locusts_say "no manager is running here"
}
