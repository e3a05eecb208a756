import { chosen, merge } from './merge.ts'

/** What a section of beat.yml adds to every event; the whole document's and a beat's have it. */
export interface EnrichmentLayer {
  readonly tags: readonly string[]
  readonly fields: Readonly<Record<string, unknown>>
  /** Whether `fields` go to the top of the event, or below `fields`. */
  readonly fields_under_root: boolean
}

/** What is the same in every event of one beat. */
export interface EventSource {
  readonly agent: {
    readonly id: string
    readonly name: string
    readonly type: string
    readonly version: string
    readonly ephemeral_id: string
  }
  readonly ecs: { readonly version: string }
  readonly host: { readonly name: string }
  readonly event: { readonly module: string }
  /** Weakest first: the document's, then the beat's. Tags add up. */
  readonly layers: readonly EnrichmentLayer[]
}

type Fields = Readonly<Record<string, unknown>>

/** The top-level fields that the source gives each event; configured fields win over the agent's. */
export function constantsOf({ agent, ecs, host, event, layers }: EventSource): Fields {
  const placedFields = layers.map(({ fields, fields_under_root }) =>
    placed(fields, fields_under_root),
  )
  const tags = [...new Set(layers.flatMap(({ tags }) => tags))]
  const all = placedFields.reduce(merge, { agent, ecs, host, event })
  // When something happened is the event's own to say.
  const { '@timestamp': _, ...constants } = mergeTags(all, tags)
  return constants
}

function placed(fields: Fields, underRoot: boolean): Fields {
  if (underRoot) return fields
  return Object.keys(fields).length === 0 ? {} : { fields }
}

function mergeTags(constants: Fields, tags: readonly string[]): Fields {
  return tags.length === 0 ? constants : { ...constants, tags: withTags(constants.tags, tags) }
}

/** An event's own `tags` first; what isn't a list is the beat's decision and stays. */
export function withTags(own: unknown, tags: readonly string[]): unknown {
  if (own === undefined) return tags
  return Array.isArray(own) ? [...new Set([...own, ...tags])] : own
}

/** One top-level field that an event has and the source as well. */
export function withConstant(key: string, constant: unknown, own: unknown): unknown {
  return key === 'tags' && Array.isArray(constant) ? withTags(own, constant) : chosen(constant, own)
}
