#!/usr/bin/env bash
# Asks the managers of a run, which run on this host without a scheduler, or stops them.
#
#   $1 the swarm's folder   $2 the run's number   $3 state: prints `going` if one runs here; stop: ends them
#
# Both print the last lines of the manager's log.
cd -- "$1/runs/$2" || exit 1
case $3 in
  state) if bash -p "$1/bundle/manager.sh" --run "$1/runs/$2" --is-running 2>/dev/null; then printf 'going\n'; fi ;;
  stop) bash -p "$1/bundle/manager.sh" --run "$1/runs/$2" --stop 2>/dev/null ;;
esac
for state in work/*/state; do
  [[ -s $state ]] || continue
  printf 'state %s\n' "$(head -n 1 "$state")"
done | tail -n 1
if [[ -s manager.log ]]; then printf 'log %s\n' "$(tail -n 1 manager.log)"; fi
exit 0
