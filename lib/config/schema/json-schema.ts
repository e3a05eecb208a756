// The schema of settings as JSON Schema (draft 7), for editors: what may be written, not what becomes of it.
//
// It accepts whatever the agent accepts, and as little else as a format can say. A key may be written with dots
// wherever the agent nests them (`queue.mem.events`): those are patterns, which editors check but don't propose.
// A variable may stand for any value that is no list and no map. Nothing is required: another file or -E may have it.

import { isRequired } from './apply-schema.ts'
import { accepts, type JsonSchema } from './formats.ts'
import { formatOf, isMap, type Leaf, leafOf, type SchemaBranch } from './leaf.ts'
import { spelled } from './spelling.ts'

/** A map with known keys. */
export interface MapSchema extends JsonSchema {
  readonly properties: Readonly<Record<string, JsonSchema>>
  /** Keys with dots, and what is below keys that take any map. */
  readonly patternProperties: Readonly<Record<string, JsonSchema>>
}

/** `${…}` somewhere in a text. */
export const VARIABLE: JsonSchema = { type: 'string', pattern: '\\$\\{' }

/** The keys of a schema; others are not excluded. */
export function keysSchema(schema: SchemaBranch): MapSchema {
  return mapSchema(Object.entries(schema).map(([key, node]) => [key, nodeSchema(node)]))
}

/** A map with these keys, written with dots too; others are not excluded. */
export function mapSchema(entries: readonly (readonly [string, JsonSchema])[]): MapSchema {
  const dotted = entries.flatMap(([key, schema]) => dottedBelow(escaped(key), schema))
  return { properties: Object.fromEntries(entries), patternProperties: Object.fromEntries(dotted) }
}

/** The same without other keys. Nothing below its key is an empty map. */
export function closed<T extends JsonSchema>(schema: T): T & JsonSchema {
  return { type: ['object', 'null'], ...schema, additionalProperties: false }
}

/** The keys of a map, as they are written in the map above it. `key` is a regular expression. */
export function dottedBelow(
  key: string,
  schema: JsonSchema,
): readonly (readonly [pattern: string, JsonSchema])[] {
  if (isMapSchema(schema)) {
    return [
      ...Object.entries(schema.properties).map(
        ([below, each]) => [`^${key}\\.${escaped(below)}$`, each] as const,
      ),
      ...Object.entries(schema.patternProperties).map(
        ([pattern, each]) => [`^${key}\\.${pattern.slice(1)}`, each] as const,
      ),
    ]
  }
  return takesMaps(schema) ? [[`^${key}\\.`, {}]] : []
}

function isMapSchema(schema: JsonSchema): schema is MapSchema {
  return 'properties' in schema && 'patternProperties' in schema
}

function takesMaps({ type, anyOf, $ref }: JsonSchema): boolean {
  if ($ref !== undefined || Array.isArray(anyOf)) return false
  return type === undefined || type === 'object'
}

/** As a part of a regular expression. */
export function escaped(key: string): string {
  return key.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')
}

function nodeSchema(node: unknown): JsonSchema {
  const leaf = leafOf(node)
  if (leaf !== undefined) return leafSchema(leaf)
  return isMap(node) ? closed(keysSchema(node)) : {}
}

function leafSchema(leaf: Leaf): JsonSchema {
  const written = writtenSchema(leaf)
  const value = leaf.nullable === true ? anyOf(written, { type: 'null' }) : written
  const known = {
    ...(leaf.doc !== undefined && { description: leaf.doc }),
    ...defaultSchema(leaf),
  }
  return { ...known, ...value }
}

function writtenSchema(leaf: Leaf): JsonSchema {
  const { children, elsewhere } = leaf
  if (elsewhere === true) return {}
  if (children !== undefined) return { type: 'array', items: closed(keysSchema(children)) }
  return orVariable(formatOf(leaf).json ?? {})
}

/** A value, or a variable in its place where the value is neither a list nor a map. */
export function orVariable(value: JsonSchema): JsonSchema {
  const { type, items } = value
  if (type === 'array') return { ...value, ...(isMap(items) && { items: orVariable(items) }) }
  const isAnyText = type === 'string' && value.pattern === undefined
  return type === 'object' || Array.isArray(type) || isAnyText ? value : anyOf(value, VARIABLE)
}

function anyOf(one: JsonSchema, other: JsonSchema): JsonSchema {
  if (Object.keys(one).length === 0) return one
  return { anyOf: [...(Array.isArray(one.anyOf) ? one.anyOf : [one]), other] }
}

/** As one writes it: 10MiB, 30s. None that only stands for nothing written. */
function defaultSchema(leaf: Leaf): JsonSchema {
  const { default: value, elsewhere } = leaf
  if (elsewhere === true || isRequired(leaf) || value === undefined) return {}
  if (value !== null && !accepts(formatOf(leaf), value)) return {}
  if (typeof value !== 'number') return isPlain(value) ? { default: value } : {}
  const text = spelled(value, leaf)
  return { default: text === String(value) ? value : text }
}

/** Not an object of a class, such as a RegExp. */
function isPlain(value: unknown): boolean {
  if (isMap(value)) return Object.getPrototypeOf(value) === Object.prototype
  return value === null || Array.isArray(value) || ['string', 'boolean'].includes(typeof value)
}
