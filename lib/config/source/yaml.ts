import { Composer, type CST, type Document, LineCounter, Parser, type ScalarTag } from 'yaml'
import type { Find } from '../finding.ts'
import type { Position } from './position.ts'
import type { Tree } from './tree.ts'
import { treeOf } from './yaml-tree.ts'

/** Deeper than any configuration; far from where yaml's recursion would exhaust the stack. */
const MAX_DEPTH = 100
/** Of one file: a file that isn't YAML at all has thousands, and the first few say so. */
const MAX_ERRORS = 20

/** A text to be read as YAML, and where an offset in it stands. */
interface YamlSource {
  readonly text: string
  positionOf(line: number, column: number): Position
}

/** The tree of a text's one document; null where there is none, undefined where it is not well formed. */
export function readYaml({ text, positionOf }: YamlSource, find: Find): Tree | null | undefined {
  const lines = new LineCounter()
  const at = (offset: number): Position => {
    const { line, col } = lines.linePos(offset)
    return positionOf(line, col)
  }
  const tokens = [...new Parser(lines.addNewLine).parse(text)]
  const deep = tokens.map(tooDeep).find(offset => offset !== undefined)
  if (deep !== undefined) return void find(at(deep), [], `nested more than ${MAX_DEPTH} deep`)
  const document = compose(tokens, text, at, find)
  return document?.contents ? treeOf(document.contents, at, find) : document && null
}

/** Where the nesting passes the limit. Looks at the tokens with a list of its own, not the stack. */
function tooDeep(token: CST.Token): number | undefined {
  const todo = [{ token: 'value' in token ? token.value : undefined, depth: 0 }]
  for (let next = todo.pop(); next !== undefined; next = todo.pop()) {
    const { token: here, depth } = next
    if (here === undefined || typeof here === 'string' || !('items' in here)) continue
    if (depth >= MAX_DEPTH) return here.offset
    for (const { key, value } of here.items) {
      todo.push({ token: key ?? undefined, depth: depth + 1 }, { token: value, depth: depth + 1 })
    }
  }
  return undefined
}

function compose(
  tokens: readonly CST.Token[],
  text: string,
  at: (offset: number) => Position,
  find: Find,
): Document | undefined {
  const composer = new Composer({
    customTags: tags => [ZERO_LED, ...tags],
    intAsBigInt: true, // so that 64-bit numbers, as rules on arguments have them, keep every digit
    uniqueKeys: false, // keys.ts looks, as a dotted key may repeat a nested one
    prettyErrors: false, // these would quote the line, and it may hold a secret
  })
  const [document, second] = [...composer.compose(tokens, true, text.length)]
  if (second !== undefined) find(at(second.range[0]), [], 'a second document; only one may be here')
  const wrong = [...(document?.errors ?? []), ...(document?.warnings ?? [])]
  for (const { pos, message } of wrong.slice(0, MAX_ERRORS)) {
    find(at(pos[0]), [], wordsOf(message) + hintFor(text, pos[0]))
  }
  const more = wrong.length - MAX_ERRORS
  if (more > 0) find(at(text.length), [], `and ${more} more errors: is this YAML at all?`)
  return wrong.length > 0 || second !== undefined ? undefined : document
}

/**
 * `0600` and `0o600` stay text: YAML 1.1 and 1.2 disagree on what number the first is, and file modes,
 * postcodes and the like are no quantities anyhow.
 */
const ZERO_LED: ScalarTag = {
  tag: 'tag:yaml.org,2002:str',
  default: true,
  test: /^[-+]?0o?[0-9]+$/,
  resolve: text => text,
}

/** yaml's words without what it quotes from the file, which may be a secret. */
function wordsOf(message: string): string {
  return message.replace(/( in YAML stream)?: ".*$/s, '')
}

/** In a flow collection an unquoted `${VAR}` is a map to YAML, which then says something else. */
function hintFor(text: string, offset: number): string {
  return text.startsWith('${', offset - 1) ? ' (within [ ] or { } a reference needs quotes)' : ''
}
