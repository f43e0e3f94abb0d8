/**
 * What a shell is given to complete the command line: each asks `locusts __complete LINE`, which prints a candidate a
 * line, with words for people behind a tab. None needs another package's functions.
 */
export const SHELL_SCRIPTS = {
  bash: `# Completion of locusts in bash.
_locusts() {
  local part=\${COMP_WORDS[COMP_CWORD]} candidate
  # Bash takes a word apart at = and :, and wants no more than what belongs behind the last of them.
  [[ $part != [=:] ]] || part=''
  COMPREPLY=()
  while IFS= read -r candidate; do
    candidate=\${candidate%%$'\\t'*}
    # Where a quote is open, bash puts it around.
    [[ $part == [\\'\\"]* || $candidate != *[\\ \\'\\"\\$\\;\\&\\|\\(\\)\\<\\>\\*\\?\\\\]* ]] || printf -v candidate '%q' "$candidate"
    # Bash is to read home there.
    candidate=\${candidate/#'\\~/'/'~/'} candidate=\${candidate/#'\\$HOME/'/'$HOME/'}
    COMPREPLY+=("$candidate")
  done < <(locusts __complete -- "\${COMP_LINE:0:COMP_POINT}" "$part" 2>/dev/null)
  [[ \${#COMPREPLY[@]} != 1 || \${COMPREPLY[0]} != *[/=] ]] || compopt -o nospace
}
complete -F _locusts locusts
`,
  zsh: `#compdef locusts
# Completion of locusts in zsh.
_locusts() {
  local line candidate
  local -a folders homes others
  line="\${(j: :)\${(@)words[1,CURRENT-1]}} \${words[CURRENT]}"
  for candidate in "\${(@f)$(locusts __complete "$line" 2>/dev/null)}"; do
    [[ -n $candidate ]] || continue
    case $candidate in
      '~/'*) homes+=("~/\${(q)candidate#??}") ;;
      '$HOME/'*) homes+=("\\$HOME/\${(q)candidate#\\$HOME/}") ;;
      */) folders+=("$candidate") ;;
      *$'\\t'*) others+=("\${\${candidate%%$'\\t'*}//:/\\\\:}:\${candidate#*$'\\t'}") ;;
      *) others+=("\${candidate//:/\\\\:}") ;;
    esac
  done
  # Zsh is to read home there: what follows is quoted already.
  (( \${#homes} == 0 )) || compadd -Q -S '' -- "\${homes[@]}"
  (( \${#folders} == 0 )) || compadd -S '' -- "\${folders[@]}"
  (( \${#others} == 0 )) || _describe locusts others
}
if [[ \${funcstack[1]} == _locusts ]]; then _locusts "$@"; else compdef _locusts locusts; fi
`,
  fish: `# Completion of locusts in fish.
complete -c locusts -f -a '(locusts __complete (commandline -cp | string collect) 2>/dev/null)'
`,
} as const;

export type ShellName = keyof typeof SHELL_SCRIPTS;
