import type { Command, Options } from '../command.ts'
import { GLOBAL_OPTIONS, INSTALLED_COMMANDS } from '../commands.ts'

/** Bash completion for a program of this name: commands, options, and files after options that take one. */
export function completion(name: string): string {
  const identifier = `_${name.replaceAll('-', '_')}`
  const all = [GLOBAL_OPTIONS, ...INSTALLED_COMMANDS.map(({ options }) => options)]
  return `# bash completion for ${name}
${identifier}() {
  local current=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD-1]}
  local word next prefix='' words='' options='' value=''
  case $previous in
    ${typedOf(all, isFile)})
      compopt -o filenames
      mapfile -t COMPREPLY < <(compgen -f -- "$current")
      return ;;
    ${typedOf(all, isOther)}) return ;;
  esac
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    next=\${prefix:+$prefix }$word
    if [[ $value ]]; then value=''; continue; fi
    case $word in ${typedOf(all, takesValue)}) value=yes ;; esac
    case $next in ${prefixes().join('|')}) prefix=$next ;; esac
  done
  case $prefix in
${[...byPrefix()].map(([prefix, words]) => `    '${prefix}') words='${words.join(' ')}' ;;`).join('\n')}
  esac
  case $prefix in
${INSTALLED_COMMANDS.map(ownOptions).join('\n')}
  esac
  if [[ $current == -* ]]; then words="$options ${longNames(GLOBAL_OPTIONS)}"; fi
  mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
}
complete -F ${identifier} ${name}
`
}

function ownOptions({ words, options }: Command): string {
  return `    '${words.join(' ')}') options='${longNames(options)}' ;;`
}

/** The words that may follow the typed words: `seccomp` → show, explain, …. */
function byPrefix(): ReadonlyMap<string, readonly string[]> {
  const next = new Map<string, Set<string>>()
  for (const { words } of INSTALLED_COMMANDS) {
    words.forEach((word, at) => {
      const prefix = words.slice(0, at).join(' ')
      next.set(prefix, (next.get(prefix) ?? new Set()).add(word))
    })
  }
  return new Map([...next].map(([prefix, words]) => [prefix, [...words]]))
}

/** The words of commands, complete or not, as patterns for `case`. */
function prefixes(): readonly string[] {
  const begun = INSTALLED_COMMANDS.flatMap(({ words }) =>
    words.map((_, at) => words.slice(0, at + 1)),
  )
  return [...new Set(begun.map(words => `'${words.join(' ')}'`))]
}

function longNames(options: Options): string {
  return Object.keys(options)
    .map(name => `--${name}`)
    .join(' ')
}

/** Options as they are typed: `-c|--config|--path.home`. */
function typedOf(all: readonly Options[], takes: (value: string) => boolean): string {
  const typed = all.flatMap(Object.entries).flatMap(([name, { short, value = '' }]) => {
    return takes(value) ? [...(short ? [`-${short}`] : []), `--${name}`] : []
  })
  return [...new Set(typed)].join('|')
}

function isFile(value: string): boolean {
  return ['FILE', 'DIR', 'PATH'].includes(value)
}

function takesValue(value: string): boolean {
  return value !== ''
}

function isOther(value: string): boolean {
  return takesValue(value) && !isFile(value)
}
