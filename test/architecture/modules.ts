import { dirname, join } from 'node:path/posix'

/** A file, by its path from the root. */
export interface Source {
  readonly file: string
  readonly text: string
}

/** An import, or a re-export, by another file. */
export interface Import {
  /** For own files the path from the root, for all others the specifier. */
  readonly from: string
  /** As they are exported there; `*` for all of them. */
  readonly names: readonly string[]
  /** `late`: by a call of import(). */
  readonly kind: 'value' | 'type' | 'late'
}

export interface Module extends Source {
  readonly imports: readonly Import[]
  readonly exports: readonly string[]
}

const NAMES = String.raw`(?:([\w$]+)\s*,?\s*)?(?:(\*)(?:\s+as\s+[\w$]+)?|\{([^}]*)\})?`
const STATIC = new RegExp(
  String.raw`^(?:import|export)\s+(type\s+)?${NAMES}\s*from\s+'([^']+)'`,
  'gm',
)
const BARE = /^import\s+'([^']+)'/gm
const LATE =
  /(?:\{([^{}]*)\}\s*=\s*await\s+)?\bimport\(\s*'([^']+)'\s*,?\s*\)(?:\s*\)\s*\.\s*([\w$]+))?/g
const DECLARED =
  /^export\s+(?:(?:abstract|async|declare)\s+)*(?:default|(?:function\s*\*?|class|const|let|interface|type|enum)\s+([\w$]+))/gm
const LISTED = /^export\s+(?:type\s+)?\{([^}]*)\}/gm

/** Relies on the formatter: statements of a module begin in the first column, and quotes are single. */
export function parseModule({ file, text }: Source): Module {
  const code = withoutComments(text)
  const from = (name: string) => (name.startsWith('.') ? join(dirname(file), name) : name)
  const imports: Import[] = []
  for (const [, type, first, all, listed = '', name = ''] of code.matchAll(STATIC)) {
    const names = [...(first ? ['default'] : []), ...(all ? ['*'] : []), ...namesIn(listed, 0)]
    imports.push({ from: from(name), names, kind: type ? 'type' : 'value' })
  }
  for (const [, name = ''] of code.matchAll(BARE)) {
    imports.push({ from: from(name), names: [], kind: 'value' })
  }
  for (const [, listed, name = '', member] of code.matchAll(LATE)) {
    const names = listed ? namesIn(listed.replaceAll(':', ' as '), 0) : [member ?? '*']
    imports.push({ from: from(name), names, kind: 'late' })
  }
  const declared = Array.from(code.matchAll(DECLARED), ([, name = 'default']) => name)
  const listed = Array.from(code.matchAll(LISTED), ([, names = '']) => namesIn(names, 1)).flat()
  return { file, text, imports, exports: [...declared, ...listed] }
}

/** Of `a, type b as c`: the names before `as` (0) or after it (1). */
function namesIn(listed: string, side: 0 | 1): readonly string[] {
  const entries = listed.split(',').map(entry => entry.trim().replace(/^type\s+/, ''))
  return entries
    .filter(entry => entry !== '')
    .map(entry => {
      const [name = '', alias = name] = entry.split(/\s+as\s+/)
      return side === 0 ? name : alias
    })
}

const COMMENT = String.raw`\/\/.*|\/\*[\s\S]*?\*\/`
const STRING = String.raw`'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"`
const REGEX = String.raw`(?<=(?:[(,=:[!&|?{};>\n]|\breturn)\s*)\/(?![/*])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n[])+\/`
/** A template with what is in its braces, templates in there included, to the given depth. */
const template = (depth: number): string => {
  const inner = depth === 0 ? '' : `|${template(depth - 1)}`
  const braced = String.raw`\{(?:[^{}\`']|${STRING}|\{(?:[^{}\`']|${STRING}${inner})*\}${inner})*\}`
  return String.raw`\`(?:\\[\s\S]|\$${braced}|\$(?!\{)|[^\`\\$])*\``
}
const TOKENS = new RegExp([COMMENT, STRING, REGEX, template(2)].join('|'), 'g')

/** Without what only looks like code: comments, and texts that may be code themselves. */
function withoutComments(text: string): string {
  return text.replace(TOKENS, token => {
    if (token.startsWith('`') || token.startsWith('"')) return "''"
    return token.startsWith('/*') || token.startsWith('//') ? ' ' : token
  })
}
