import type { Command, Options } from '../../command.ts'
import { GLOBAL_OPTIONS } from '../../commands.ts'
import {
  byPrefix,
  isFile,
  isOther,
  prefixes,
  quoted,
  takesValue,
  takingFiles,
  typedOptions,
} from './words.ts'

/**
 * Zsh completion: commands and options with what they are for, and files where one is taken. As a file `_NAME` in
 * $fpath it is loaded when it is first needed; `source <(NAME completion zsh)` defines it at once.
 */
export function zshCompletion(name: string, commands: readonly Command[]): string {
  const typed = (takes: (value: string) => boolean) => typedOptions(commands, takes).join('|')
  const words = [...byPrefix(commands)].map(([prefix, found]) => {
    const described = found.map(({ word, doc }) => quoted(`${word}:${doc}`))
    return `    ('${prefix}') found=(${described.join(' ')}) ;;`
  })
  return `#compdef ${name}
# zsh completion for ${name}
_${name}() {
  local word next prefix='' value=''
  local -a found options
  case \${words[CURRENT-1]} in
    (${typed(isFile)}) _files; return ;;
    (${typed(isOther)}) return 1 ;;
  esac
  for word in "\${(@)words[2,CURRENT-1]}"; do
    next=\${prefix:+$prefix }$word
    if [[ -n $value ]]; then value=''; continue; fi
    case $word in (${typed(takesValue)}) value=yes ;; esac
    case $next in (${patterns(prefixes(commands))}) prefix=$next ;; esac
  done
  case $prefix in
${words.join('\n')}
  esac
  case $prefix in
${commands.map(({ words: own, options }) => `    ('${own.join(' ')}') options=(${described(options)}) ;;`).join('\n')}
  esac
  options+=(${described(GLOBAL_OPTIONS)})
  if [[ \${words[CURRENT]} == -* ]]; then
    _describe -o option options
    return
  fi
  case $prefix in (${patterns(takingFiles(commands))}) _files; return ;; esac
  _describe command found
}
if [[ \${funcstack[1]} == _${name} ]]; then
  _${name} "$@"
else
  compdef _${name} ${name}
fi
`
}

/** For `case`. */
function patterns(all: readonly string[]): string {
  return all.map(each => `'${each}'`).join('|')
}

function described(options: Options): string {
  return Object.entries(options)
    .map(([name, { doc }]) => quoted(`--${name}:${doc}`))
    .join(' ')
}
