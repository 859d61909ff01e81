/**
 * Scripts for the shells. Each asks `banana-peel __complete WORDS…`, the words after the program's name up to the
 * cursor, the last of them perhaps empty; where that answers nothing, the shell completes files. That of zsh may be
 * read by .zshrc or lie in fpath as `_banana-peel`.
 */
export const SCRIPTS = {
  bash: `# banana-peel completion for bash
_banana_peel() {
  local line=\${COMP_LINE:0:COMP_POINT} word kept IFS=$' \\t\\n'
  local -a words found
  read -ra words <<< "$line"
  [[ $line == *[[:space:]] ]] && words+=('')
  # COMP_WORDS are broken at @ and =, and of what was typed, only the second argument is replaced.
  word=\${words[\${#words[@]}-1]}
  kept=\${word%"$2"}
  IFS=$'\\n'
  found=($(banana-peel __complete "\${words[@]:1}" 2>/dev/null))
  COMPREPLY=("\${found[@]#"$kept"}")
}
complete -o default -o bashdefault -F _banana_peel banana-peel
`,
  zsh: `#compdef banana-peel
# banana-peel completion for zsh
_banana_peel() {
  local -a found
  found=(\${(f)"$(banana-peel __complete "\${(@)words[2,CURRENT]}" 2>/dev/null)"})
  if (( \${#found} )); then
    compadd -a found
  else
    _files
  fi
}
# A file of fpath is run when a word is to be completed; in .zshrc, compinit may not have been run.
if [[ \${funcstack[1]} == _banana-peel ]]; then
  _banana_peel "$@"
else
  (( \${+functions[compdef]} )) || { autoload -Uz compinit && compinit }
  compdef _banana_peel banana-peel
fi
`,
  fish: `# banana-peel completion for fish
function __banana_peel_complete
  set -l words (commandline -opc) (commandline -ct)
  set -l found (banana-peel __complete $words[2..-1] 2>/dev/null)
  if test (count $found) -gt 0
    printf '%s\\n' $found
  else
    __fish_complete_path (commandline -ct)
  end
end
complete -c banana-peel -f -a '(__banana_peel_complete)'
`,
} as const;
