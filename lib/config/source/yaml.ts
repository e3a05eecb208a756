import {
  Composer,
  CST,
  type Document,
  isScalar,
  Lexer,
  LineCounter,
  Parser,
  type ScalarTag,
} from 'yaml'
import type { Find } from '../finding.ts'
import { MAX_DEPTH, MAX_LINES, MAX_NODES, TOO_DEEP, TOO_MANY } from './limits.ts'
import type { Position } from './position.ts'
import type { Tree } from './tree.ts'
import { treeOf } from './yaml-tree.ts'

/** Per file: a file that isn't YAML at all has thousands of errors, and the first few are enough. */
const MAX_ERRORS = 5

/** A text to read as YAML, and how to turn a line and a column of it into a position. */
interface YamlSource {
  readonly text: string
  positionOf(line: number, column: number): Position
}

/** The tree of a text's only document; null if there is no document, undefined if it is not well formed. */
export function readYaml({ text, positionOf }: YamlSource, find: Find): Tree | null | undefined {
  const lines = new LineCounter()
  const at = (offset: number): Position => {
    const { line, col } = lines.linePos(offset)
    return positionOf(line, col)
  }
  const { tokens, cut } = parse(text, lines)
  const excess = tokens.map(excessIn).find(found => found !== undefined)
  if (excess !== undefined) return void find(at(excess.offset), [], excess.message)
  const document = compose(tokens, { text, lines, at }, find)
  // What is cut off without a flaw before is too long for what it says.
  if (cut !== undefined) return void (document && find(at(cut.offset), [], cut.message))
  if (document === undefined) return undefined
  return isNothing(document.contents) ? null : treeOf(document.contents, at, find)
}

/** Also behind a `---`. */
function isNothing(contents: Document['contents']): boolean {
  return (
    contents === null || (isScalar(contents) && contents.value === null && contents.source === '')
  )
}

/** Where a text exceeds a limit, and which. */
interface Excess {
  readonly offset: number
  readonly message: string
}

/** The marks and texts that one value takes in YAML at most: a key and a value, each with anchor and tag. */
const MARKS_PER_VALUE = 8

/**
 * The tokens of a text, up to its third document or to where it has more marks than `MAX_NODES` values take, or too
 * many lines: a megabyte of marks, or of line ends, would take seconds.
 */
function parse(
  text: string,
  lines: LineCounter,
): { readonly tokens: readonly CST.Token[]; readonly cut: Excess | undefined } {
  const parser = new Parser(lines.addNewLine)
  lines.addNewLine(0)
  const tokens: CST.Token[] = []
  let [marks, documents, ends] = [0, 0, 0]
  for (const lexeme of new Lexer().lex(text)) {
    for (const token of parser.next(lexeme)) {
      tokens.push(token)
      if (token.type === 'document') documents++
    }
    const type = CST.tokenType(lexeme)
    if (!FILLING.has(type)) marks++
    if (type === 'newline') ends++
    if (marks > MARKS_PER_VALUE * MAX_NODES || documents > 2 || ends >= MAX_LINES) {
      const message = ends >= MAX_LINES ? `has more than ${MAX_LINES} lines` : TOO_MANY
      const cut = parser.offset < text.length ? { offset: parser.offset, message } : undefined
      return { tokens: [...tokens, ...parser.end()], cut }
    }
  }
  return { tokens: [...tokens, ...parser.end()], cut: undefined }
}

/** `scalar` only announces the text that follows it. */
const FILLING: ReadonlySet<CST.TokenType | null> = new Set([
  'space',
  'newline',
  'comment',
  'scalar',
] as const)

/** Where the text exceeds a limit. Uses a list instead of recursion to spare the stack. */
function excessIn(token: CST.Token): Excess | undefined {
  const todo = [{ token: 'value' in token ? token.value : undefined, depth: 0 }]
  let items = 0
  for (let next = todo.pop(); next !== undefined; next = todo.pop()) {
    const { token: here, depth } = next
    if (here === undefined || typeof here === 'string' || !('items' in here)) continue
    if (depth >= MAX_DEPTH) return { offset: here.offset, message: TOO_DEEP }
    items += here.items.length
    if (items > MAX_NODES) return { offset: here.offset, message: TOO_MANY }
    for (const { key, value } of here.items) {
      todo.push({ token: key ?? undefined, depth: depth + 1 }, { token: value, depth: depth + 1 })
    }
  }
  return undefined
}

interface Text {
  readonly text: string
  readonly lines: LineCounter
  readonly at: (offset: number) => Position
}

function compose(
  tokens: readonly CST.Token[],
  { text, lines, at }: Text,
  find: Find,
): Document | undefined {
  const composer = new Composer({
    customTags: tags => [ZERO_LED, ...tags],
    intAsBigInt: true, // so that 64-bit numbers, as in rules on arguments, keep every digit
    uniqueKeys: false, // keys.ts checks this, as a dotted key may repeat a nested one
    prettyErrors: false, // these would quote the line, which may contain a secret
  })
  const [document, second] = withoutStacks(() => [...composer.compose(tokens, true, text.length)])
  if (second !== undefined) find(at(second.range[0]), [], 'a second document; only one is allowed')
  const errors = [...(document?.errors ?? []), ...(document?.warnings ?? [])]
  const lineOf = (offset: number) => lines.linePos(offset).line
  for (const { pos, message } of worthSaying(errors, text, lineOf)) {
    const words = wordsOf(message)
    find(at(pos[0]), [], words + (hintFor(text, pos[0]) || (CURES.get(words) ?? '')))
  }
  return errors.length > 0 || second !== undefined ? undefined : document
}

/** A text may have a hundred thousand flaws, and `yaml` makes an error of each: their stacks take seconds. */
function withoutStacks<T>(work: () => T): T {
  const { stackTraceLimit } = Error
  Error.stackTraceLimit = 0
  try {
    return work()
  } finally {
    Error.stackTraceLimit = stackTraceLimit
  }
}

/**
 * The errors of which something can be learnt: what follows an unquoted reference comes of it, and so does what follows
 * the first error in a line, or a text that is not YAML at all.
 */
function worthSaying<E extends { readonly pos: readonly [number, number] }>(
  errors: readonly E[],
  text: string,
  lineOf: (offset: number) => number,
): readonly E[] {
  const hinted = errors.filter(({ pos }) => hintFor(text, pos[0]) !== '')
  if (hinted.length > 0) return hinted.slice(0, MAX_ERRORS)
  const seen = new Set<number>()
  const firsts = errors.filter(({ pos }) => {
    const line = lineOf(pos[0])
    const isFirst = !seen.has(line)
    seen.add(line)
    return isFirst
  })
  return firsts.slice(0, MAX_ERRORS)
}

/**
 * `0600` and `0o600` stay text: YAML 1.1 and 1.2 disagree on the value of the first, and file modes,
 * postcodes and the like are not quantities anyway.
 */
const ZERO_LED: ScalarTag = {
  tag: 'tag:yaml.org,2002:str',
  default: true,
  test: /^[-+]?0o?[0-9]+$/,
  resolve: text => text,
}

/** The message of `yaml` without its quote from the file, which may contain a secret. */
function wordsOf(message: string): string {
  return message.replace(/( in YAML stream)?: ".*$/s, '')
}

const INDENT = ': indent it as the lines beside it, with spaces'
const SPACED = ': write KEY: VALUE, with a space'

/** What to do about the commonest messages of `yaml`, which say only what the parser expects. */
const CURES: ReadonlyMap<string, string> = new Map([
  ['Tabs are not allowed as indentation', ': use spaces'],
  ['Sequence item without - indicator', INDENT],
  ['All mapping items must start at the same column', INDENT],
  ['All sequence items must start at the same column', INDENT],
  ['A block sequence may not be used as an implicit map key', INDENT],
  [
    'Nested mappings are not allowed in compact mappings',
    `${INDENT}, and quote a value that has ": " in it`,
  ],
  ['Implicit map keys need to be followed by map values', SPACED],
  ['Implicit keys need to be on a single line', SPACED],
])

/** In a flow collection YAML reads an unquoted `${VAR}` as a map, so its own message is misleading. */
function hintFor(text: string, offset: number): string {
  return text.startsWith('${', offset - 1) ? ' (quote a reference within [ ] or { })' : ''
}
