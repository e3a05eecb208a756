import { COMMANDS, GLOBAL_OPTIONS } from './commands.ts'

/** For bash, of a program of that name: words of commands, options, and files after `-c`. */
export function completion(name: string): string {
  const identifier = `_${name.replaceAll('-', '_')}`
  const lines = [...byPrefix()].map(([prefix, words]) => {
    return `    '${prefix}') words='${words.join(' ')}' ;;`
  })
  const options = COMMANDS.map(({ words, options: own }) => {
    return `    '${words.join(' ')}') options='${Object.keys(own).map(typed).join(' ')}' ;;`
  })
  return `# bash completion for ${name}
${identifier}() {
  local current=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD-1]}
  local word prefix='' words='' options=''
  case $previous in -c|--config|-o|--output|--path.*) COMPREPLY=($(compgen -f -- "$current")); return ;; esac
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case $word in -*|*=*|*/*|*.yml) ;; *) prefix="\${prefix:+$prefix }$word" ;; esac
  done
  case $prefix in
${lines.join('\n')}
  esac
  case $prefix in
${options.join('\n')}
  esac
  if [[ $current == -* ]]; then words="$options ${Object.keys(GLOBAL_OPTIONS).map(typed).join(' ')}"; fi
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -F ${identifier} ${name}
`
}

/** What may follow the words that were typed: `seccomp` → show, explain, …. */
function byPrefix(): ReadonlyMap<string, readonly string[]> {
  const next = new Map<string, Set<string>>()
  for (const { words } of COMMANDS) {
    words.forEach((word, at) => {
      const prefix = words.slice(0, at).join(' ')
      next.set(prefix, (next.get(prefix) ?? new Set()).add(word))
    })
  }
  return new Map([...next].map(([prefix, words]) => [prefix, [...words]]))
}

function typed(name: string): string {
  return `--${name}`
}
