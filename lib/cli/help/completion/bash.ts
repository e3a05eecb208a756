import type { Command, Options } from '../../command.ts'
import { GLOBAL_OPTIONS } from '../../commands.ts'
import {
  byPrefix,
  isFile,
  isOther,
  prefixes,
  takesValue,
  takingFiles,
  typedOptions,
} from './words.ts'

/** Bash completion for a program of this name: commands, options, and files where one is taken. */
export function bashCompletion(name: string, commands: readonly Command[]): string {
  const identifier = `_${name.replaceAll('-', '_')}`
  const typed = (takes: (value: string) => boolean) => typedOptions(commands, takes).join('|')
  return `# bash completion for ${name}
${identifier}() {
  local current=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD-1]}
  local word next prefix='' words='' options='' value=''
  case $previous in
    ${typed(isFile)})
      compopt -o filenames
      mapfile -t COMPREPLY < <(compgen -f -- "$current")
      return ;;
    ${typed(isOther)}) return ;;
  esac
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    next=\${prefix:+$prefix }$word
    if [[ $value ]]; then value=''; continue; fi
    case $word in ${typed(takesValue)}) value=yes ;; esac
    case $next in ${patterns(prefixes(commands))}) prefix=$next ;; esac
  done
  case $prefix in
${[...byPrefix(commands)].map(([prefix, words]) => `    '${prefix}') words='${words.map(({ word }) => word).join(' ')}' ;;`).join('\n')}
  esac
  case $prefix in
${commands.map(ownOptions).join('\n')}
  esac
  if [[ $current == -* ]]; then
    words="$options ${longNames(GLOBAL_OPTIONS)}"
  else
    case $prefix in ${patterns(takingFiles(commands))})
      compopt -o filenames
      mapfile -t COMPREPLY < <(compgen -f -- "$current")
      return ;;
    esac
  fi
  mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
}
complete -F ${identifier} ${name}
`
}

/** For `case`. */
function patterns(words: readonly string[]): string {
  return words.map(each => `'${each}'`).join('|')
}

function ownOptions({ words, options }: Command): string {
  return `    '${words.join(' ')}') options='${longNames(options)}' ;;`
}

function longNames(options: Options): string {
  return Object.keys(options)
    .map(name => `--${name}`)
    .join(' ')
}
