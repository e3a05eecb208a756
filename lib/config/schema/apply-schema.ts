import { messageOf, type Path, type Report } from '../../errors.ts'
import { didYouMean } from '../../suggest.ts'
import type { RawSection } from '../config.ts'
import { textAt, withoutTexts } from '../texts.ts'
import { reportBigints } from './bigints.ts'
import { accepts, type Format } from './formats.ts'
import { formatOf, isMap, type Leaf, leafOf, type SchemaBranch } from './leaf.ts'
import { reportUnlike } from './show.ts'

/**
 * Returns the schema with the written values as its defaults, from which convict makes the section's
 * settings. A wrong value is reported at its path, and the schema's own default is kept.
 */
export function applyBranch(
  schema: SchemaBranch,
  { path, value, alsoKnown = [] }: RawSection,
  report: Report,
): SchemaBranch {
  const known = Object.keys(schema)
  for (const key of Object.keys(value)) {
    if (known.includes(key)) continue
    const message = `unknown key${didYouMean(key, [...known, ...alsoKnown])}`
    report([...path, key], message, message)
  }
  return Object.fromEntries(
    known.map(key => {
      const written = Object.hasOwn(value, key) ? value[key] : undefined
      return [key, applyNode(schema[key], [written, textAt(value, key)], [...path, key], report)]
    }),
  )
}

/** A value, and the text that stood in its place if a variable did. */
type Written = readonly [value: unknown, text: string | undefined]

function applyNode(node: unknown, given: Written, path: Path, report: Report): unknown {
  const leaf = leafOf(node)
  if (leaf !== undefined) return applyLeaf(leaf, given, path, report)
  if (!isMap(node)) return node
  const [written] = given
  // `queue.mem:` with nothing below it is an empty section.
  const value = written ?? {}
  if (isMap(value)) return applyBranch(node, { path, value }, report)
  reportUnlike('must be a map, written as key: value', value, path, report)
  return applyBranch(node, { path, value: {} }, report)
}

/** The leaf for convict. Its format becomes explicit, because the default no longer implies the type. */
function applyLeaf(leaf: Leaf, given: Written, path: Path, report: Report): Leaf {
  const [written] = given
  const explicit = {
    ...leaf,
    format: leaf.format ?? formatOf(leaf),
    env: undefined,
    arg: undefined,
  }
  if (written === undefined) {
    if (isRequired(leaf)) report(path, 'is required')
    return explicit
  }
  const converted = convertValue(leaf, given, path, report)
  return converted === undefined ? explicit : { ...explicit, default: withoutTexts(converted) }
}

/** A default of null that the format doesn't accept: convict's way to have no default. */
export function isRequired(leaf: Leaf): boolean {
  return leaf.default === null && leaf.nullable !== true && !accepts(formatOf(leaf), null)
}

/** Parses a written value; undefined if it was wrong, which has been reported. */
function convertValue(leaf: Leaf, given: Written, path: Path, report: Report): unknown {
  const [written] = given
  if (leaf.elsewhere !== true && reportBigints(written, path, report)) return undefined
  if (written === null && leaf.nullable === true) return null
  const format = formatOf(leaf)
  const { children } = leaf
  const { items } = format
  if (children !== undefined && Array.isArray(written)) {
    return convertItems(written, path, ([item], at) => convertChild(children, item, at, report))
  }
  if (items !== undefined && Array.isArray(written)) {
    return convertItems(written, path, (item, at) => parse(items, item, leaf, at, report))
  }
  return parse(format, given, leaf, path, report)
}

function parse(
  format: Format<unknown>,
  [written, text]: Written,
  { sensitive }: Leaf,
  path: Path,
  report: Report,
): unknown {
  try {
    return text !== undefined && !accepts(format, written) && accepts(format, text)
      ? format.parse(text)
      : format.parse(written)
  } catch (thrown) {
    const { expected } = format
    const message = sensitive === true ? expected : messageOf(thrown)
    report(path, written === null ? `has no value; it ${expected}` : message, expected)
    return undefined
  }
}

/** Converts every item, so that each wrong one is reported; undefined if any was wrong. */
function convertItems(
  written: readonly unknown[],
  path: Path,
  convertItem: (item: Written, path: Path) => unknown,
): readonly unknown[] | undefined {
  const converted = written.map((item, index) =>
    convertItem([item, textAt(written, index)], [...path, index]),
  )
  return converted.includes(undefined) ? undefined : converted
}

function convertChild(schema: SchemaBranch, item: unknown, path: Path, report: Report): unknown {
  if (isMap(item)) return defaultsOf(applyBranch(schema, { path, value: item }, report))
  reportUnlike('must be a map, written as key: value', item, path, report)
  return undefined
}

/** The values that convict would return for this schema: convict doesn't support lists of maps. */
function defaultsOf(converted: SchemaBranch): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(converted).map(([key, node]) => {
      const leaf = leafOf(node)
      return [key, leaf === undefined && isMap(node) ? defaultsOf(node) : leaf?.default]
    }),
  )
}
