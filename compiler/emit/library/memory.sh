# Part of Locusts, the same for every swarm: `locusts build` puts it here, and nobody edits it.
# shellcheck shell=bash disable=SC2034,SC2154 # the parts share their variables
# ---- How much memory the running jobs have ------------------------------------------
# Of each job, all processes count that belong to its group or come from it. The most that was seen at a time
# goes to slots/peaks, as `<process>:<bytes>` for each job that runs now, and a dot at the end.

locusts_youngest_sample=25 # hundredths of a second: younger jobs are not worth a look
locusts_sample_share=10 # of the time between two looks, a look takes at most this part: one tenth

# Does any job run for long enough to be looked at? Where the system does not say so quickly, one may.
locusts_has_long_jobs() {
  local slot child
  for slot in "${locusts_slot_pid[@]}"; do
    child=''
    [[ -r /proc/$slot/task/$slot/children ]] || return 0
    { read -r child _ <"/proc/$slot/task/$slot/children"; } 2>/dev/null
    { [[ $child ]] && locusts_read_stat "$child"; } || continue
    ((locusts_uptime - locusts_stat[19] < locusts_youngest_sample)) || return 0
  done
  return 1
}

# Finds the jobs' processes: leaves in locusts_members, by process, the job's own, which is a child of a slot.
locusts_find_members() {
  local place pid ancestor slots=() parents=() groups=() leaders=()
  for pid in "${locusts_slot_pid[@]}"; do slots[pid]=1; done
  for place in /proc/[0-9]*; do
    { [[ -O $place ]] && locusts_read_stat "${place#/proc/}"; } || continue
    pid=${place#/proc/}
    parents[pid]=${locusts_stat[1]} groups[pid]=${locusts_stat[2]}
    [[ ! ${slots[locusts_stat[1]]-} ]] || leaders[pid]=1
  done
  locusts_members=()
  for pid in "${!parents[@]}"; do
    ancestor=$pid
    [[ ! ${leaders[groups[pid]]-} ]] || ancestor=${groups[pid]}
    while [[ ! ${leaders[ancestor]-} ]] && ((${parents[ancestor]-0} > 1)); do ancestor=${parents[ancestor]}; done
    [[ ! ${leaders[ancestor]-} ]] || locusts_members[pid]=$ancestor
  done
}

# Leaves in locusts_kibibytes what a line of a file says, or nothing.
locusts_find_kibibytes() { # text word
  locusts_kibibytes=''
  [[ $1 == *$'\n'"$2:"* ]] || return 0
  locusts_kibibytes=${1#*$'\n'"$2:"}
  locusts_kibibytes=${locusts_kibibytes%%kB*}
  locusts_kibibytes=${locusts_kibibytes//[!0-9]/}
}

# Looks at the memory of all jobs, and keeps the most that each has had.
locusts_sample_memory() {
  local pid leader text sums=() largest=() highest=() shares=() peaks=() all=''
  locusts_find_members
  for pid in "${!locusts_members[@]}"; do
    leader=${locusts_members[pid]} text=''
    { read -r -d '' text <"/proc/$pid/status"; } 2>/dev/null
    locusts_find_kibibytes "$text" VmHWM
    ((${locusts_kibibytes:-0} <= ${highest[leader]-0})) || highest[leader]=$locusts_kibibytes
    locusts_find_kibibytes "$text" VmRSS
    sums[leader]=$((${sums[leader]-0} + ${locusts_kibibytes:-0}))
    ((${locusts_kibibytes:-0} <= ${largest[leader]-0})) || largest[leader]=$locusts_kibibytes
    locusts_members[pid]="$leader ${locusts_kibibytes:-0}"
  done
  # Of a process that has just ended, nothing is known any more.
  for leader in "${!sums[@]}"; do ((sums[leader] > 0)) || unset "sums[leader]"; done
  # What several processes have together counts once, each its share of it: asked for where it may matter.
  for pid in "${!locusts_members[@]}"; do
    leader=${locusts_members[pid]% *}
    [[ ${sums[leader]-} ]] || continue
    ((8 * (sums[leader] - ${largest[leader]-0}) > ${largest[leader]-0} && 1024 * sums[leader] > ${locusts_peaks[leader]-0})) || continue
    text=''
    { read -r -d '' text <"/proc/$pid/smaps_rollup"; } 2>/dev/null
    locusts_find_kibibytes "$text" Pss
    shares[leader]=$((${shares[leader]-0} + ${locusts_kibibytes:-${locusts_members[pid]#* }}))
  done
  for leader in "${!sums[@]}"; do
    peaks[leader]=$((1024 * ${shares[leader]-${sums[leader]}}))
    ((peaks[leader] >= 1024 * ${highest[leader]-0})) || peaks[leader]=$((1024 * highest[leader]))
    ((peaks[leader] >= ${locusts_peaks[leader]-0})) || peaks[leader]=${locusts_peaks[leader]}
    all+=" $leader:${peaks[leader]}"
  done
  # One that has just ended is asked for by its slot.
  for leader in "${!locusts_peaks[@]}"; do
    [[ ${peaks[leader]-} ]] || all+=" $leader:${locusts_peaks[leader]}"
  done
  locusts_peaks=()
  for leader in "${!peaks[@]}"; do locusts_peaks[leader]=${peaks[leader]}; done
  { [[ $all == "$locusts_last_peaks" ]] || printf '%s .\n' "$all" >|"$locusts_work/slots/peaks"; } 2>/dev/null
  locusts_last_peaks=$all
}

# Once a second, if any job is worth it, but not so often that it would take much of a processor.
locusts_watch_memory() {
  local begun=$locusts_uptime
  ((begun >= locusts_next_sample)) && locusts_has_long_jobs || return 0
  locusts_sample_memory
  locusts_read_uptime
  locusts_next_sample=$((begun + locusts_sample_share * (locusts_uptime - begun)))
}
