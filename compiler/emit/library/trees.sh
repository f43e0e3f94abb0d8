# Part of Locusts, the same for every swarm: `locusts build` puts it here, and nobody edits it.
# shellcheck shell=bash disable=SC2034,SC2154 # the parts share their variables
# ---- A tree for each job ---------------------------------------------------------
#
#   work/<incarnation>/<list>/<job>/tree      the job's own, while it runs
#   work/<incarnation>/<list>/<job>/changed/  the files that it has created or changed
#   work/<incarnation>/<list>/<job>.changes   what differs between its tree and the one in work/tree: records
#                                      that end with NUL, those of the job's own after a "+"

locusts_overlay='lowerdir=../../../tree,upperdir=changed,workdir=overlay'

# How listings of trees describe what they find: `path//kind bytes time mode link`. What may not be read, of the kind x,
# as a job in a container leaves it that is another user there, is no reason to list nothing at all.
locusts_file_record='%p//f %s %T@ %m \0' locusts_folder_record='%p//d 0 0 %m \0' locusts_other_record='%p//%y 0 0 %m %l\0'
locusts_closed_record='%p//x 0 0 %m \0'

# Prints how trees are made here: the cheapest way that works, which is found out by trying.
locusts_choose_trees() {
  local locusts_folder=$locusts_work/0/0 way=copy
  mkdir -p -- "$locusts_folder"/{changed,overlay,tree} || return
  if locusts_has_overlay; then
    way=overlay
  elif cp --reflink=always -- run "$locusts_folder/run"; then
    way=reflink
  elif [[ -e writable ]]; then
    way='link'
  fi
  locusts_drop_folders "$locusts_work/0"
  printf '%s\n' "$way"
} 2>/dev/null

locusts_has_overlay() {
  # A file system that cannot say that something was deleted is of no use as an upper layer.
  (cd -P -- "$locusts_folder" && locusts_in_namespace ': >tree/.locusts-probe && rm tree/.locusts-probe') </dev/null >/dev/null &&
    [[ -e $locusts_work/0/0.changes ]]
}

locusts_begin_trees() {
  locusts_trees=copy
  read -r locusts_trees <"$locusts_work/trees"
}

# Runs a script where the job's tree lies over the one of all, in the folder `tree`, which only its own
# mount namespace sees; as the same user, who is somebody else only for as long as it takes to mount.
# What has changed comes out of the upper layer: only folders in which something did are compared. A file there that
# is like before by its size and its time may have another content: it is listed twice, and its content tells. Each
# listing ends with the exit code of what has made it; a comparison that fails is made once more, and
# then its code is left in the file `code`.
locusts_in_namespace() { # script
  local become=() drop='' options=$locusts_overlay
  if ((EUID == 0)); then
    become=(unshare --mount)
  else
    become=(unshare --user --map-root-user --mount)
    drop="unshare --user --map-user=$(id -u) --map-group=$(id -g)"
    options+=,userxattr
  fi
  # shellcheck disable=SC2016 # for the inner shell to expand
  "${become[@]}" "$BASH" -p -c '
    mount -t overlay overlay -o "$1" tree || exit 125
    trap : TERM INT HUP
    $2 "$BASH" -p -c "$3" || exit
    place=$PWD file=$4 folder=$5 other=$6 closed=$7
    export file folder other closed
    set -o pipefail
    list() {
      xargs -0 -r bash -p -c '\''find "$@" -mindepth 1 -maxdepth 1 \( -type d -readable -executable -printf "$folder" \) -o \( -type f -readable -printf "$file" \) -o \( -not -type d -not -type f -printf "$other" \) -o -printf "$closed"'\'' bash |
        LC_ALL=C sort -z
    }
    is_whole() {
      code=$1
      [[ $1 == 0 ]]
    }
    twice() { while IFS="" read -r -d "" record; do printf "%s\0+%s\0" "$record" "$record"; done; }
    compare() {
      local touched before=() below gone=() path
      mapfile -d "" touched < <(cd -P -- "$place/changed" &&
        find . -type d \( -readable -executable -print0 -o -prune \) -o -type f -readable -fprintf "$place/written" "$file"; printf "%s" "$?")
      is_whole "${touched[*]: -1}" || return
      unset "touched[-1]"
      cd -P -- "$place/../../../tree" || return
      for path in "${touched[@]}"; do
        if [[ -d $path && ! -L $path ]]; then before+=("$path"); fi
      done
      mapfile -d "" below < <(printf "%s\0" "${before[@]}" | xargs -0 bash -p -c '\''find "$@" -mindepth 1 -maxdepth 1 -type d -print0'\'' bash; printf "%s" "$?")
      is_whole "${below[*]: -1}" || return
      unset "below[-1]"
      for path in "${below[@]}"; do
        if [[ ! -d $place/tree/$path || -L $place/tree/$path ]]; then gone+=("$path"); fi
      done
      if ((${#gone[@]} > 0)); then
        mapfile -d "" below < <(find "${gone[@]}" -type d \( -readable -executable -print0 -o -prune \); printf "%s" "$?")
        is_whole "${below[*]: -1}" || return
        unset "below[-1]"
        before+=("${below[@]}")
      fi
      printf "%s\0" "${before[@]}" | list >|"$place/before"
      is_whole $? || return
      cd -P -- "$place/tree" || return
      printf "%s\0" "${touched[@]}" | list >|"$place/after"
      is_whole $? || return
      LC_ALL=C comm -z -3 --output-delimiter=+ "$place/before" "$place/after" >|"$place.changes"
      is_whole $? || return
      [[ ! -s $place/written ]] || LC_ALL=C sort -z -- "$place/written" | LC_ALL=C comm -z -12 "$place/before" - | twice >>"$place.changes"
      is_whole $?
    }
    if ! compare && ! compare; then
      rm -f -- "$place.changes"
      printf "%s\n" "${code:-126}" >|"$place/code"
    fi
    # Here this is root, who may read whatever the job has made; later it is not.
    find "$place/changed" \( -type d -not -perm -500 -o -type f -not -perm -400 \) -exec chmod -f u+rX -- {} +
    exit 0
  ' bash "$options" "$drop" "$1" "$locusts_file_record" "$locusts_folder_record" "$locusts_other_record" "$locusts_closed_record"
}

# The tree of the job at hand, as it was at first.
locusts_make_tree() {
  locusts_workdir=$locusts_folder/tree/$locusts_place_in_tree
  locusts_try_twice locusts_copy_tree
}

locusts_copy_tree() {
  [[ ! -e $locusts_folder ]] || locusts_drop_folders "$locusts_folder" || return # what the first try has left
  mkdir -p -- "$locusts_folder" || return
  case $locusts_trees in
    overlay) mkdir -- "$locusts_folder"/{changed,overlay,tree} ;;
    reflink) cp -a --reflink=always -- work/tree "$locusts_folder/tree" ;;
    link) cp -al -- work/tree "$locusts_folder/tree" && locusts_own_writable ;;
    *) cp -a --reflink=auto -- work/tree "$locusts_folder/tree" ;;
  esac || return
  [[ $locusts_trees != overlay ]] || return 0
  : >|"$locusts_folder/made" || return
  # What the job writes is later than that, also where the clock of files goes by hundredths of a second.
  LC_ALL=C read -r -t 0.02 <> <(:) || return 0
}

# Files that are not for reading alone become the job's own again.
locusts_own_writable() {
  local closed entry
  mapfile -d '' closed < <(find "$locusts_folder/tree" -depth -type d ! -perm -700 -printf '%m %p\0')
  for entry in "${closed[@]}"; do chmod u+rwx -- "${entry#* }" || return; done
  (
    cd -P -- work/tree || exit 1
    tar -c --null --verbatim-files-from --no-recursion -T ../../writable | tar -xp --no-unquote --unlink-first -C "$locusts_folder/tree"
  ) || return
  for entry in "${closed[@]}"; do chmod "${entry%% *}" -- "${entry#* }" || return; done
}

# Runs the command in the job's own tree, in a bash of its own.
locusts_enter_tree() {
  local folder=$locusts_workdir
  [[ $locusts_trees == overlay ]] || locusts_run_inside "$folder" "${locusts_steps[@]}"
  cd -P -- "$locusts_folder" || exit 1
  locusts_describe_job
  trap : TERM INT HUP # the job has its time to end
  locusts_in_namespace ": >begun
$(declare -p locusts_aside)
((\${#locusts_aside[@]} == 0)) || export \"\${locusts_aside[@]}\"
exec $(printf '%q ' "$BASH" -- "$locusts_script" --inside "$locusts_variables" "$folder" "${locusts_steps[@]}")"
}

# Lists, of the files that the job has written to or put in the place of others, those that are like before by their sizes
# and times: their contents may be others. Each is listed twice, as it was and as it is.
locusts_list_written() {
  local record
  [[ -s ../written ]] || return 0
  LC_ALL=C sort -z -- ../written | LC_ALL=C comm -z -12 ../../../../../baseline - |
    while IFS='' read -r -d '' record; do printf '%s\0+%s\0' "$record" "$record"; done
}

# Writes down what the job has changed, and leaves no more of its tree than that.
locusts_keep_changes() {
  local record path paths=() code
  if [[ $locusts_trees == overlay ]]; then
    if [[ ! -e $locusts_folder.changes ]]; then
      read -r code <"$locusts_folder/code" || code=126
      printf 'what compares the folders of its tree ended with exit code %s\n' "$code" >&2
      return "$code"
    fi
    locusts_drop_folders "$locusts_folder"/{overlay,tree,begun,before,after,written} || : # what can't go now goes with the run
    return 0
  fi
  (
    set -o pipefail
    cd -P -- "$locusts_folder/tree" || exit 1
    # With the permissions that it has, which may be too few for what comes next. That a file with several links has changed
    # says nothing: jobs share those, and each that gets or loses its tree changes them.
    find . -mindepth 1 \( -type d \( -readable -executable -o -exec chmod -f u+rx -- {} \; \) -printf "$locusts_folder_record" \) \
      -o \( -type f \( -readable -o -exec chmod -f u+r -- {} \; \) -printf "$locusts_file_record" \
      \( -links 1 -cnewer ../made -fprintf ../written "$locusts_file_record" -o -true \) \) \
      -o \( -not -type d -not -type f -printf "$locusts_other_record" \) -o \( -printf "$locusts_closed_record" -prune \) |
      LC_ALL=C sort -z | LC_ALL=C comm -z -3 --output-delimiter=+ ../../../../../baseline - && locusts_list_written
  ) >|"$locusts_folder.changes" || return
  mkdir -p -- "$locusts_folder/changed" || return
  while IFS= read -r -d '' record; do
    path=${record%%//*} record=${record#*//}
    [[ $path == +* ]] || continue
    case $record in
      d*) mkdir -p -- "$locusts_folder/changed/${path#+}" || return ;;
      [fl]*) paths+=("${path#+}") ;;
    esac
  done <"$locusts_folder.changes"
  if ((${#paths[@]} > 0)); then
    printf '%s\0' "${paths[@]}" | (
      set -o pipefail
      cd -P -- "$locusts_folder/tree" || exit 1
      tar -c --format=posix --null --verbatim-files-from --no-recursion -T - | tar -xp --no-same-owner -C ../changed
    ) || return
  fi
  locusts_drop_folders "$locusts_folder"/{tree,made,written} || : # what can't go now goes with the run
}

# Where an output is, now that only what has changed is left of the job's tree; left in `path`. If what
# looks for it has not worked, it fails, and leaves in `code` how that has ended.
locusts_find_output() {
  local rest=${path#"$locusts_folder/tree/"} clean='' record is_new='' was=''
  while [[ $rest ]]; do
    case $rest in
      ../* | ..) if [[ $clean == */* ]]; then clean=${clean%/*}; else clean=''; fi ;;
      ./* | . | /*) ;;
      *) clean+=${clean:+/}${rest%%/*} ;;
    esac
    [[ $rest == */* ]] || break
    rest=${rest#*/}
  done
  code=137
  for _ in 1 2; do # it may have been killed
    while IFS= read -r -d '' record; do
      case $record in
        "+./$clean//"*) is_new=1 ;;
        "./$clean//"*) was=1 ;;
        'ended '*) code=${record#ended } ;;
      esac
    done < <(LC_ALL=C grep -zF -e "./$clean//" -- "$locusts_folder.changes"; printf 'ended %s\0' "$?")
    [[ $code != [01] ]] || break
  done
  [[ $code == [01] ]] || return "$code"
  path=$locusts_folder/changed/$clean
  if [[ ! $is_new ]]; then
    if [[ $was ]]; then
      path=$locusts_folder/gone
    elif [[ ! -d $path ]]; then
      path=$PWD/work/tree/$clean
    fi
  fi
}
