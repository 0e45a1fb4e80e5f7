import type { Entry } from './entries.js'

/** Single quotes of a POSIX shell. */
const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`

/** The words that lead from one place to a deeper one, as patterns of a `case`. */
const deeper = (entries: readonly Entry[]): string =>
  entries
    .slice(1)
    .map(({ path }) => quoted(path))
    .join('|')

/** Source it: `source <(skep completion bash)`. Names are asked of the daemon; file names complete where nothing else does. */
export function bashScript(entries: readonly Entry[]): string {
  const cases = entries.map(({ path, commands, flags, listing }) => {
    const words = [...commands.map(({ name }) => name), ...flags.map(({ name }) => `--${name}`)]
    return `    ${quoted(path)}) words=${quoted(words.join(' '))}${listing === undefined ? '' : ` listing=${quoted(listing)}`} ;;`
  })
  return `# bash completion for skep
_skep() {
  local cur=\${COMP_WORDS[COMP_CWORD]} at=skep words='' listing='' i
  for ((i = 1; i < COMP_CWORD; i++)); do
    case "$at \${COMP_WORDS[i]}" in
      ${deeper(entries)}) at="$at \${COMP_WORDS[i]}" ;;
    esac
  done
  case "$at" in
${cases.join('\n')}
  esac
  # Flags only when one is begun: they would hide the file names.
  if [[ $cur != -* ]]; then
    words=$(printf '%s\\n' $words | grep -v '^-')
    # What is listed was named by others, and both compgen and the line it goes to would run what a name has between \$( and ).
    [[ -z $listing ]] || words+=" $(skep $listing 2>/dev/null | grep -x '[[:alnum:]_.:/@+,=-]*')"
  fi
  COMPREPLY=($(compgen -W "$words" -- "$cur"))
}
complete -o default -F _skep skep
`
}

/** Put it as `_skep` into a folder of `$fpath`, or source it. */
export function zshScript(entries: readonly Entry[]): string {
  const described = (name: string, help: string): string => quoted(`${name.replaceAll(':', '\\:')}:${help}`)
  const cases = entries.map(({ path, commands, flags, listing }) => {
    const names = commands.map(({ name, summary }) => described(name, summary))
    const options = flags.map(({ name, help }) => described(`--${name}`, help))
    return `    ${quoted(path)})\n      names=(${names.join(' ')})\n      options=(${options.join(' ')})${listing === undefined ? '' : `\n      listing=${quoted(listing)}`} ;;`
  })
  return `#compdef skep
_skep() {
  local at=skep listing='' i
  local -a names options
  for ((i = 2; i < CURRENT; i++)); do
    case "$at \${words[i]}" in
      ${deeper(entries)}) at="$at \${words[i]}" ;;
    esac
  done
  case "$at" in
${cases.join('\n')}
  esac
  if [[ \${words[CURRENT]} == -* ]]; then
    _describe -o 'option' options
  elif (( \${#names} )); then
    _describe 'command' names
  elif [[ -n $listing ]]; then
    compadd -- \${(f)"$(skep \${=listing} 2>/dev/null)"}
  else
    _files
  fi
}
if [[ \${funcstack[1]} == _skep ]]; then _skep "$@"; else compdef _skep skep; fi
`
}

/** Put it as `skep.fish` into `~/.config/fish/completions`. */
export function fishScript(entries: readonly Entry[]): string {
  const text = (words: string): string => `'${words.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`
  const lines = entries.flatMap(({ path, commands, flags, listing }) => {
    const here = `complete -c skep -n ${text(`__skep_at "${path}"`)}`
    return [
      ...(listing === undefined ? [] : [`${here} -f -a ${text(`(skep ${listing.replace(/\S*\{\S*/, '"$&"')} 2>/dev/null)`)}`]),
      ...commands.map(({ name, summary }) => `${here} -f -a ${text(name)} -d ${text(summary)}`),
      ...flags.map(({ name, short, help, takesValue }) => `${here}${short ? ` -s ${short}` : ''} -l ${name}${takesValue ? ' -r' : ''} -d ${text(help)}`),
    ]
  })
  return `# fish completion for skep
set -g __skep_paths ${entries.slice(1).map(({ path }) => text(path)).join(' ')}
function __skep_at
  set -l at skep
  for word in (commandline -opc)[2..-1]
    if contains -- "$at $word" $__skep_paths
      set at "$at $word"
    end
  end
  test "$at" = "$argv[1]"
end
${lines.join('\n')}
`
}
