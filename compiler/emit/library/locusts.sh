# Part of Locusts, the same for every swarm: `locusts build` puts it here, and nobody edits it.
# shellcheck shell=bash disable=SC2034,SC2154 # the parts share their variables
#
# The machinery of every manager.sh, which says what its swarm is and then reads this file.
#
# manager.sh is started in three ways:
#
#   manager.sh [options]                 the manager: hands out jobs to slots, and keeps the journal
#   manager.sh --slot ...                a slot: runs jobs, one after another
#   manager.sh --inside ...              the command of one job, in a bash of its own
#
# What manager.sh has set:
#
#   locusts_slots ... locusts_stagger    the settings, each with its unit there
#   locusts_columns                      the variables that hold a job's params, inputs and outputs
#   locusts_steps                        the functions that a job runs, one after another
#   locusts_tree_mode                    '' a folder for each job, "one" tree for all, "each" job a tree of its own
#
# What is known everywhere in here:
#
#   locusts_script, locusts_bundle       manager.sh, and its folder
#   locusts_run, locusts_shared          the run's folder, in which all of this runs; what inputs jobs share
#   locusts_incarnation                  this incarnation of this manager: <name>.<number>
#   locusts_home                         work/<incarnation>: where results are published
#   locusts_work                         where its jobs run: the same, or a folder of the node's own disk
#   locusts_stopping, locusts_detail     why no more jobs are begun; empty while they are

# Passed on to slots: one that finds another machinery in its place refuses to work with it.
locusts_machinery=0.2.0
locusts_format=3 # of the run list and the journal

if [[ ${1-} == --inside ]]; then
  # shellcheck source=/dev/null # it stands beside this file
  . "$locusts_lib/inside.sh"
  exit
fi
[[ ${1-} != --inside ]] || exit 1 # an error of bash's own can end the reading of a file, and leads here

if ((BASH_VERSINFO[0] * 100 + BASH_VERSINFO[1] < 404)); then
  printf 'manager.sh: this is bash %s; the manager needs bash 4.4 or newer\n' "$BASH_VERSION" >&2
  exit 1
fi
shopt -s extglob # which the definition's own text is read without

# A slot reads what it needs and no more: the less it holds, the quicker it forks.
locusts_parts=(environment journal slot jobs try usage outputs record)
[[ $locusts_tree_mode != each ]] || locusts_parts+=(trees)
[[ ! $locusts_shares_by_job && ! $locusts_time_by_job ]] || locusts_parts+=(needs)
[[ $locusts_time_limit == 0 && ! $locusts_time_by_job ]] || locusts_parts+=(stuck)
[[ ! ${locusts_contained+set} ]] || locusts_parts+=(contained)
[[ ! ${locusts_awaits_substitutions-} ]] || locusts_parts+=(substitutions)
((${#locusts_watched[@]} == 0)) || locusts_parts+=(copies)
[[ ${1-} == --slot && ! $locusts_shares_by_job ]] || locusts_parts+=(allocation-slurm allocation-others)
if [[ ${1-} != --slot ]]; then
  locusts_parts+=(run take-over requests slots devices shares pilots stand-by failures memory running machine modules main)
  [[ ! ${locusts_notify-} ]] || locusts_parts+=(notify)
fi
for locusts_part in "${locusts_parts[@]}"; do
  # shellcheck source=/dev/null # they stand beside this file
  . "$locusts_lib/$locusts_part.sh" || exit
done

if [[ ${1-} == --slot ]]; then
  locusts_slot_main "${@:2}"
else
  locusts_main "$@"
fi
exit
