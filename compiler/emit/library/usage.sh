# Part of Locusts, the same for every swarm: `locusts build` puts it here, and nobody edits it.
# shellcheck shell=bash disable=SC2034,SC2154 # the parts share their variables
# ---- What a try has used -----------------------------------------------------------
# No process is started for that. The system adds up, for this slot, what its children have used that have
# ended and that somebody has waited for: the difference is the try's. How much memory it had, the manager
# looks at once a second, and writes it to slots/peaks.
#
# A look takes a tenth of what a quick job does, and counts in steps of ten milliseconds: so those have one
# look together when they are written down, and each gets the mean.

locusts_tick=10000 # microseconds: the unit of processor time in /proc, whatever the kernel's own
locusts_shortest_sample=1000000 # microseconds: of a shorter one it is not known how much memory it had

# Where in its line the system says how long this slot's children have run: after the name of this process,
# which may have spaces.
locusts_begin_meter() {
  local text='' name
  read -r -d '' text </proc/self/stat
  name=${text%) *}
  name=${name//[! ]/}
  locusts_cpu_at=$((14 + ${#name}))
  locusts_of_quick=()
  locusts_read_meter
}

# Leaves in locusts_meter what has been used so far: ticks of programs, and of the system for them; then bytes
# from disks, and to them, if these may be known.
locusts_read_meter() {
  local io=()
  mapfile -t -d ' ' -s "$locusts_cpu_at" -n 2 locusts_meter </proc/self/stat
  ! mapfile -t -s 4 -n 2 io </proc/self/io || locusts_meter+=("${io[@]#*: }")
  locusts_metered_at=${EPOCHREALTIME:-$SECONDS.000000}
  locusts_metered_at=${locusts_metered_at/[!0-9]/}
  locusts_since_look=nothing
}

# Leaves in locusts_since what has been used since the last look: microseconds, bytes, bytes.
locusts_look_at_meter() {
  local before=("${locusts_meter[@]}") i
  locusts_read_meter
  locusts_since=($(((locusts_meter[0] + locusts_meter[1] - before[0] - before[1]) * locusts_tick)))
  for i in 2 3; do
    [[ ! ${before[i]-} || ! ${locusts_meter[i]-} ]] || locusts_since+=($((locusts_meter[i] - before[i])))
  done
}

# Programs are about to be started here that are no job's. What was used since the last look is that of quick jobs.
locusts_leave_meter() {
  local i
  if [[ $locusts_since_look == quick ]]; then
    locusts_look_at_meter
    for i in "${!locusts_since[@]}"; do locusts_of_quick[i]=$((${locusts_of_quick[i]-0} + locusts_since[i])); done
  fi
  locusts_since_look=others
}

# Leaves in locusts_used the columns of the try that has just ended. If quick ones have ended since the last look,
# each has its part of what was used, as of the time.
locusts_measure_try() {
  local memory=- since=$locusts_since_look at=$locusts_metered_at own=$((locusts_now - locusts_start)) part i
  locusts_look_at_meter
  if [[ $since == quick ]] && ((locusts_now - at > own)); then
    for i in "${!locusts_since[@]}"; do
      part=$((locusts_since[i] * own / (locusts_now - at)))
      locusts_of_quick[i]=$((${locusts_of_quick[i]-0} + locusts_since[i] - part))
      locusts_since[i]=$part
    done
  fi
  ((own < locusts_shortest_sample)) || locusts_find_peak
  locusts_used=${locusts_since[0]}$'\t'$memory$'\t'${locusts_since[1]--}$'\t'${locusts_since[2]--}
}

# Leaves in memory what the manager has seen of the try that has just ended. The file may be about to be written.
locusts_find_peak() {
  local text='' rounds
  for ((rounds = 0; rounds < 3; rounds++)); do
    IFS='' read -r -d '' text <"$locusts_work/slots/peaks"
    [[ $text != *' .'* ]] || break
    LC_ALL=C read -r -t 0.02 <> <(:)
  done
  [[ $text == *" $locusts_pid:"*' .'* ]] || return 0
  text=${text#*" $locusts_pid:"}
  memory=${text%% *}
}
