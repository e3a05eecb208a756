// beat.yml as JSON Schema, draft 7, which editors' language servers read. Of the schemas that the agent itself
// checks the file with, so that an editor proposes and refuses the same keys.

import type { JsonSchema } from '../../../config/schema/formats.ts'
import {
  closed,
  dottedBelow,
  escaped,
  keysSchema,
  mapSchema,
} from '../../../config/schema/json-schema.ts'
import { agentSchema } from '../../../config/sections.ts'
import { CONDITION } from './conditions.ts'
import { described, ref } from './definitions.ts'
import {
  anySchema,
  ifEnabled,
  keyedSchema,
  keysOf,
  type NamedPlugin,
  named,
  type SchemaPlugin,
  typeSchema,
  unkeyedSchema,
} from './plugins.ts'
import { SECCOMP } from './seccomp.ts'

export function documentSchema(plugins: readonly SchemaPlugin[], title: string): JsonSchema {
  const all = named(plugins)
  const { beats, processors, output, ...plain } = keysSchema({ ...agentSchema }).properties
  const root = mapSchema(
    Object.entries({
      beats: { ...beats, type: 'array', items: ref('beat') },
      output: { ...output, type: 'object', ...outputsSchema(all) },
      processors: described(textOf(processors?.description), 'processors'),
      ...plain,
      seccomp: SECCOMP,
    }),
  )
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title,
    ...closed(root),
    type: 'object',
    // As most write them, for editors to propose.
    properties: { ...root.properties, ...outputKeys(all) },
    definitions: {
      beat: {
        required: ['type'],
        properties: keysOf({ kind: 'beat', type: '', plugin: undefined }).properties,
        ...ifEnabled(ref('any-beat')),
        type: 'object',
      },
      processors: { type: 'array', items: ref('processor') },
      processor: stepSchema(all),
      condition: CONDITION,
      ...Object.fromEntries(
        (['beat', 'output', 'processor'] as const).map(kind => [
          `any-${kind}`,
          anySchema(kind, all),
        ]),
      ),
      ...Object.fromEntries(all.map(each => [each.name, typeSchema(each)])),
    },
  }
}

function outputKeys(all: readonly NamedPlugin[]): Readonly<Record<string, JsonSchema>> {
  const own = keyed(all, 'output')
  return Object.fromEntries(own.map(each => [`output.${each.type}`, ifEnabled(keyedSchema(each))]))
}

/** What is below `output`. */
function outputsSchema(all: readonly NamedPlugin[]): JsonSchema {
  return sectionsSchema(
    keyed(all, 'output'),
    each => ifEnabled(keyedSchema(each)),
    ifEnabled(unkeyedSchema('output')),
  )
}

/** An item of a list of processors: one of them, or a branch. */
function stepSchema(all: readonly NamedPlugin[]): JsonSchema {
  const list = { anyOf: [ref('processors'), ref('processor')] }
  return {
    type: 'object',
    minProperties: 1,
    if: { not: { propertyNames: { not: { pattern: '^(if|then|else)(\\.|$)' } } } },
    // biome-ignore lint/suspicious/noThenProperty: a word of JSON Schema
    then: {
      // biome-ignore lint/suspicious/noThenProperty: a key of a branch
      properties: { if: ref('condition'), then: list, else: list },
      patternProperties: { '^(if|then|else)\\.': {} },
      additionalProperties: false,
    },
    else: {
      ...sectionsSchema(keyed(all, 'processor'), keyedSchema, unkeyedSchema('processor')),
      // Keys with dots may be of one processor.
      anyOf: [{ maxProperties: 1 }, { propertyNames: { pattern: '\\.' } }],
    },
  }
}

/** Plugins that a key can name. */
function keyed(all: readonly NamedPlugin[], kind: NamedPlugin['kind']): readonly NamedPlugin[] {
  return all.filter(each => each.kind === kind && !/[./]/.test(each.type))
}

/** Sections by their keys, those of other names, and what is in them with dots. */
function sectionsSchema(
  own: readonly NamedPlugin[],
  section: (each: NamedPlugin) => JsonSchema,
  other: JsonSchema,
): JsonSchema {
  const known = own.map(({ type }) => escaped(type)).join('|')
  return {
    properties: Object.fromEntries(own.map(each => [each.type, section(each)])),
    patternProperties: {
      ...Object.fromEntries(own.flatMap(each => dottedBelow(escaped(each.type), keysOf(each)))),
      [`^(?!(${known})$)[^.]+$`]: other,
      // Nobody knows the type of these, which another key may have.
      [`^(?!(${known})\\.)[^.]+\\.`]: {},
    },
    additionalProperties: false,
  }
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}
