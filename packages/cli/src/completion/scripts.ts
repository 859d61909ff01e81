/**
 * Scripts for the shells. Each asks `banana-peel __complete WORDS…`, the words after the program's name up to the
 * cursor, the last of them perhaps empty; where that answers nothing, the shell completes files.
 */
export const SCRIPTS = {
  bash: `# banana-peel completion for bash
_banana_peel() {
  local words IFS=$'\\n'
  words=$(banana-peel __complete "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
  COMPREPLY=($(compgen -W "$words" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -o default -o bashdefault -F _banana_peel banana-peel
`,
  zsh: `# banana-peel completion for zsh
_banana_peel() {
  local -a found
  found=(\${(f)"$(banana-peel __complete "\${(@)words[2,CURRENT]}" 2>/dev/null)"})
  if (( \${#found} )); then
    compadd -a found
  else
    _files
  fi
}
compdef _banana_peel banana-peel
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
