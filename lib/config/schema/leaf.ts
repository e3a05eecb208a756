import type { Path } from '../../errors.ts'
import { didYouMean } from '../../suggest.ts'
import { defineFormat, type Format, integer } from './formats.ts'
import { anyList, anyMap, anyText, anything, flag, number, pattern, pipe } from './plain-formats.ts'

/** One setting of a convict schema. `env` and `arg` are ignored: the user sees `${VAR}` and -E instead. */
export interface Leaf {
  readonly default: unknown
  readonly doc?: string
  readonly format?: unknown
  readonly nullable?: boolean
  /** The value must not be shown in messages or logs. */
  readonly sensitive?: boolean
  /** Its contents are checked by a separate parser, not here. */
  readonly elsewhere?: boolean
  /** For a list of maps (`format: Array`): the schema of each map. */
  readonly children?: SchemaBranch
}

export type SchemaBranch = Readonly<Record<string, unknown>>

/** A node of a schema is a setting if it has a default (or is a default, in convict's shorthand). */
export function leafOf(node: unknown): Leaf | undefined {
  if (!isMap(node)) return { default: node }
  if ('default' in node) return { ...node, default: node.default }
  return Object.keys(node).length === 0 ? { default: node } : undefined
}

/** Every setting of a schema with its path, in the order of the schema. */
export function leavesOf(
  schema: SchemaBranch,
  path: Path = [],
): readonly (readonly [path: Path, leaf: Leaf])[] {
  return Object.entries(schema).flatMap(([key, node]) => {
    const leaf = leafOf(node)
    if (leaf !== undefined) return [[[...path, key], leaf] as const]
    return isMap(node) ? leavesOf(node, [...path, key]) : []
  })
}

export function isMap(node: unknown): node is SchemaBranch {
  return typeof node === 'object' && node !== null && !Array.isArray(node)
}

/** The format of a setting, in whichever of convict's notations it is given. */
export function formatOf(leaf: Leaf): Format<unknown> {
  const { format } = leaf
  if (format === undefined) return formatOfDefault(leaf.default)
  if (isFormat(format)) return format
  if (Array.isArray(format)) return enumeration(format)
  const name = typeof format === 'function' ? format.name : format
  if (typeof name === 'string' && isNative(format, name)) return NAMED[name] ?? anything
  return typeof format === 'function' ? custom(format, leaf) : anything
}

const NAMED: Readonly<Record<string, Format<unknown>>> = {
  String: anyText,
  Number: number,
  Boolean: flag,
  Array: anyList,
  Object: anyMap,
  RegExp: pattern,
  int: integer(),
  integer: integer(),
  nat: integer(0),
  port: integer(0, 65535),
  windows_named_pipe: pipe,
  port_or_windows_named_pipe: pipe,
}

const CONSTRUCTORS: readonly unknown[] = [String, Number, Boolean, Array, Object, RegExp]

function isNative(format: unknown, name: string): boolean {
  return typeof format === 'string' ? Object.hasOwn(NAMED, name) : CONSTRUCTORS.includes(format)
}

function isFormat(format: unknown): format is Format<unknown> {
  return hasParse(format) && 'expected' in format
}

function hasParse(format: unknown): format is CallableFunction & Pick<Format<unknown>, 'parse'> {
  return typeof format === 'function' && 'parse' in format && typeof format.parse === 'function'
}

function formatOfDefault(value: unknown): Format<unknown> {
  if (typeof value === 'string') return anyText
  if (typeof value === 'number') return number
  if (typeof value === 'boolean') return flag
  if (Array.isArray(value)) return anyList
  return value === null || value === undefined ? anything : anyMap
}

function enumeration(values: readonly unknown[]): Format<unknown> {
  const words = values.map(String)
  return defineFormat({
    expected: `must be one of ${words.join(', ')}`,
    parse: written => (values.includes(written) ? written : undefined),
    isSettled: settled => values.includes(settled),
    guess: written => (typeof written === 'string' ? didYouMean(written, words) : ''),
    json: { enum: values },
  })
}

/** A plugin's own function, which throws with its own message if it doesn't accept the value. */
function custom(check: CallableFunction, leaf: Leaf): Format<unknown> {
  const parse = (written: unknown): unknown => {
    if (hasParse(check)) return check.parse(written)
    check(written, leaf)
    return written
  }
  const settled = (value: unknown): void => void check(value, leaf)
  return Object.assign(settled, { expected: 'is not valid', parse })
}
