import { chosen, merge } from './merge.ts'

/** One layer of what the configuration adds to every event: the agent's, or a beat's. */
export interface EnrichmentLayer {
  readonly tags: readonly string[]
  readonly fields: Readonly<Record<string, unknown>>
  /** Whether `fields` go to the top of the event instead of below `fields`. */
  readonly fields_under_root: boolean
}

/** The data that is the same in every event of one beat. */
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
  /** Weakest first: the agent's, then the beat's. Tags add up. */
  readonly layers: readonly EnrichmentLayer[]
}

export type Fields = Readonly<Record<string, unknown>>

/** The top-level fields that the source gives each event; configured fields win over the agent's. */
export function constantsOf({ agent, ecs, host, event, layers }: EventSource): Fields {
  const placedFields = layers.map(({ fields, fields_under_root }) =>
    placed(fields, fields_under_root),
  )
  const tags = [...new Set(layers.flatMap(({ tags }) => tags))]
  const all = placedFields.reduce(merge, { agent, ecs, host, event })
  // Only the event itself knows its time.
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

/** The event's own `tags` come first. If they are not a list, they stay as the beat set them. */
function withTags(own: unknown, tags: readonly string[]): unknown {
  if (own === undefined) return tags
  return Array.isArray(own) ? [...new Set([...own, ...tags])] : own
}

/** Merges one top-level field that both the event and the source have. */
export function withConstant(key: string, constant: unknown, own: unknown): unknown {
  return key === 'tags' && Array.isArray(constant) ? withTags(own, constant) : chosen(constant, own)
}
