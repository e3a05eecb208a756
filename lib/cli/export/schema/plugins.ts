// The sections of plugins: which keys one has depends on its type.
//
//   beat.host, output.file, processor.rename   the keys with that type, and no others
//   any-beat, any-output, any-processor        the same by whatever type is written
//   an output or a processor by its key        the type is the key, unless another is written
//
// A plugin given by a path or a variable may have any keys, as nobody knows its schema. What is disabled is not
// looked at: its plugin need not be installed.

import { outputSchema } from '../../../config/delivery.ts'
import type { JsonSchema } from '../../../config/schema/formats.ts'
import {
  closed,
  keysSchema,
  type MapSchema,
  mapSchema,
  VARIABLE,
} from '../../../config/schema/json-schema.ts'
import { beatSchema } from '../../../config/sections.ts'
import type { Plugin } from '../../../plugin.ts'
import { described, ref } from './definitions.ts'

/** A plugin by the type that names it. Without `plugin` it is there, and nobody knows its settings. */
export interface SchemaPlugin {
  readonly kind: 'beat' | 'output' | 'processor'
  readonly type: string
  readonly plugin: Plugin | undefined
}

/** A plugin and the name of its definition. */
export interface NamedPlugin extends SchemaPlugin {
  readonly name: string
}

/** `output.file`; what is not plain in a type gets a number, which keeps names apart. */
export function named(plugins: readonly SchemaPlugin[]): readonly NamedPlugin[] {
  return plugins.map((each, at) => {
    const { kind, type } = each
    const plain = /^[A-Za-z][\w-]*$/.test(type) ? type : `${at}_${type.replace(/[^\w-]/g, '_')}`
    return { ...each, name: `${kind}.${plain}` }
  })
}

/** The keys of a section with this type, those of the framework first. */
export function keysOf({ kind, plugin }: SchemaPlugin): MapSchema {
  const own = Object.entries(keysSchema({ ...plugin?.schema }).properties)
  const keys = new Map([...Object.entries(FRAMEWORK[kind]), ...own])
  const schema = mapSchema([...keys])
  if (kind !== 'processor') return schema
  return { ...schema, patternProperties: { ...schema.patternProperties, '^when\\.': {} } }
}

/** What its section may be. */
export function typeSchema(each: SchemaPlugin): JsonSchema {
  if (each.plugin === undefined) return {}
  return closed({ description: `The ${each.kind} ${each.plugin.name}.`, ...keysOf(each) })
}

/** The section of a plugin by the type that is written in it. */
export function anySchema(kind: SchemaPlugin['kind'], plugins: readonly NamedPlugin[]): JsonSchema {
  const own = plugins.filter(each => each.kind === kind)
  const types = own.map(({ type }) => type)
  const type = { anyOf: [{ enum: types }, { type: 'string', pattern: '^\\.{0,2}/' }, VARIABLE] }
  return {
    properties: { ...FRAMEWORK[kind], type: { ...FRAMEWORK[kind].type, ...type } },
    allOf: own.map(({ type, name }) => ({
      if: { required: ['type'], properties: { type: { const: type } } },
      // biome-ignore lint/suspicious/noThenProperty: a word of JSON Schema
      then: ref(name),
    })),
  }
}

/** The section below a key that is its type, unless it has another. */
export function keyedSchema({ kind, type, name }: NamedPlugin): JsonSchema {
  const isOther = {
    type: 'object',
    required: ['type'],
    properties: { type: { not: { enum: ['', type] } } },
  }
  // biome-ignore lint/suspicious/noThenProperty: a word of JSON Schema
  return { if: isOther, then: ref(`any-${kind}`), else: ref(name) }
}

/** The section below a key that is no type. */
export function unkeyedSchema(kind: SchemaPlugin['kind']): JsonSchema {
  return { type: 'object', required: ['type'], allOf: [ref(`any-${kind}`)] }
}

/** Unless it is disabled. */
export function ifEnabled(schema: JsonSchema): JsonSchema {
  const isDisabled = {
    type: 'object',
    required: ['enabled'],
    properties: { enabled: { const: false } },
  }
  return { type: ['object', 'null'], if: isDisabled, else: schema }
}

type Keys = Readonly<Record<string, JsonSchema>>

const FRAMEWORK: Readonly<Record<SchemaPlugin['kind'], Keys>> = {
  beat: {
    ...keysSchema({ ...beatSchema }).properties,
    processors: described(
      'Steps for the events of this beat only. They come before those of all beats.',
      'processors',
    ),
  },
  output: {
    ...keysSchema({ ...outputSchema }).properties,
    type: typeKey('output'),
  },
  processor: {
    type: typeKey('processor'),
    when: described('Only events of which this holds pass the processor.', 'condition'),
    fail_on_error: {
      description: 'Whether the rest of its list is left out for an event at which it fails.',
      anyOf: [{ type: 'boolean' }, VARIABLE],
      default: false,
    },
  },
}

function typeKey(kind: string): JsonSchema {
  const description = `A built-in ${kind}, the name of a package, or a path relative to path.config. Empty: the name of the section.`
  return { description, type: 'string' }
}
