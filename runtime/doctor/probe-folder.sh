# shellcheck shell=bash disable=SC2034 # goes before the scripts that try something out in a folder
# Folders to try things out in, beside where the swarm's will be.
shopt -s extglob

# Prints the nearest folder that is there: what is missing will be made in it.
find_base() { # directory
  local base=$1
  while [[ ! -e $base && ! -L $base && $base == */* ]]; do base=${base%/*}; done
  printf '%s' "${base:-/}"
}

# Leaves in probe the path of a folder to make. Those of earlier ones that were killed here are removed.
name_probe() { # base
  local left pid prefix=${1%/}/.locusts-doctor.${HOSTNAME//\//}
  for left in "$prefix".+([0-9]).+([0-9]); do
    pid=${left%.*} pid=${pid##*.}
    [[ -L $left || ! -O $left || -e /proc/$pid ]] || rm -rf -- "$left"
  done
  probe=$prefix.$$.$RANDOM
}
