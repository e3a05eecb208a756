// What `sealbeat setup` makes at Elasticsearch or OpenSearch: an index template for the indices that events go to.

import { createHash } from 'node:crypto'
import type { FieldType, FieldTypes } from '../../event.ts'
import type { SetupAbout, SetupItem } from '../../output.ts'
import type { ElasticsearchSettings } from './settings.ts'

/** Who has made a template: another's is not replaced. */
export const MANAGED_BY = 'sealbeat'

/** Above those that come with Elasticsearch, which have 100, and as Beats has it. */
const PRIORITY = 150

type Written = Pick<ElasticsearchSettings, 'index' | 'indices'>
type Json = Readonly<Record<string, unknown>>

/** @throws Error in words, where no pattern can be told from the settings */
export function templateItems(settings: Written, about: SetupAbout): readonly SetupItem[] {
  const patterns = patternsOf(settings)
  const body = {
    ...{ index_patterns: patterns, priority: PRIORITY },
    ...(about.asStream && { data_stream: {} }),
    template: { mappings: mappingsOf(about.fields) },
  }
  const digest = createHash('sha256').update(JSON.stringify(body)).digest('hex').slice(0, 16)
  const name = nameOf(patterns[0] ?? '')
  return [
    {
      request: `PUT /_index_template/${name}`,
      body: { ...body, _meta: { managed_by: MANAGED_BY, digest } },
    },
  ]
}

/** `logs-%{[event.module]}-%{+yyyy}`: `logs-*-*`. */
function patternsOf({ index, indices }: Written): readonly string[] {
  const texts = indices.flatMap(rule => {
    const { index: text, mappings = {}, default: otherwise } = Object(rule)
    const mapped = [...Object.values(mappings), ...(otherwise === undefined ? [] : [otherwise])]
    return mapped.length > 0 ? mapped : [text]
  })
  const patterns = [index, ...texts].map(text => ({
    text: String(text),
    pattern: String(text)
      .replace(/%\{[^}]*\}/g, '*')
      .replace(/\*+/g, '*')
      .toLowerCase(),
  }))
  for (const { text, pattern } of patterns) {
    if (pattern.startsWith('*')) {
      throw new Error(
        `the index "${text}" begins with a field, so a template would be for any index`,
      )
    }
  }
  return [...new Set(patterns.map(({ pattern }) => pattern))]
}

function nameOf(pattern: string): string {
  return pattern.replace(/[^a-z0-9_]+/g, '-').replace(/^-|-$/g, '')
}

function mappingsOf(fields: FieldTypes): Json {
  const wild = Object.entries(fields).filter(([name]) => name.endsWith('.*'))
  return {
    // A text that looks like a date in one event would refuse all others.
    date_detection: false,
    dynamic_templates: [
      ...wild.map(([name, type]) => ({
        [name]: { path_match: name, match_mapping_type: '*', mapping: MAPPINGS[type] },
      })),
      { text: { match_mapping_type: 'string', mapping: MAPPINGS.keyword } },
    ],
    properties: propertiesOf(Object.entries(fields).filter(([name]) => !name.endsWith('.*'))),
  }
}

const MAPPINGS: Readonly<Record<FieldType, Json>> = {
  // Lucene takes no longer terms; the event has the whole text all the same.
  keyword: { type: 'keyword', ignore_above: 1024 },
  text: { type: 'text' },
  long: { type: 'long' },
  float: { type: 'float' },
  boolean: { type: 'boolean' },
  date: { type: 'date' },
  ip: { type: 'ip' },
}

/** `a.b` and `a.c`: `a: { properties: { b, c } }`, in the order of their names. */
function propertiesOf(fields: readonly (readonly [string, FieldType])[]): Json {
  const groups = new Map<string, (readonly [string, FieldType])[]>()
  for (const [name, type] of [...fields].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const [first = '', ...rest] = name.split('.')
    const group = groups.get(first) ?? []
    group.push([rest.join('.'), type])
    groups.set(first, group)
  }
  return Object.fromEntries(
    Array.from(groups, ([name, group]) => {
      const [[rest, type] = ['', 'keyword'] as const] = group
      return [name, rest === '' ? MAPPINGS[type] : { properties: propertiesOf(group) }]
    }),
  )
}
