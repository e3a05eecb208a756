/**
 * An event as a beat publishes it: nested plain data in ECS field names. The framework adds `@timestamp`
 * (the moment of `publish`, unless the beat gives a Date or an ISO 8601 string of its own), `agent.*`,
 * `ecs.version`, `host.name`, `event.module`, and the configured `tags` and `fields`. It keeps a field
 * that the beat sets itself.
 */
export interface Event {
  readonly '@timestamp'?: Date | string
  /** Is kept beside the event, for processors and the output, and is not part of what the output sends. */
  readonly '@metadata'?: Readonly<Record<string, unknown>>
  readonly [field: string]: unknown
}

/** How a field is to be stored where it is searched, in the words of Elasticsearch; `text` is for sentences. */
export type FieldType = 'keyword' | 'text' | 'long' | 'float' | 'boolean' | 'date' | 'ip'

/** Types by the dotted names of fields. `a.b.*`: of all others below `a.b`. */
export type FieldTypes = Readonly<Record<string, FieldType>>

/** What is kept beside an event. */
export interface EventMeta {
  /** Where the event goes at the peer (an index, a topic), as the output's `route` has said. */
  readonly route?: string
  /** The event's `@metadata`. */
  readonly fields?: Readonly<Record<string, unknown>>
}

/** The fate of the events of one publish. */
export interface ReceiptCounts {
  /** Taken by the output. */
  readonly confirmed: number
  /** Dropped, as the output refused them for good, or more than `max_retries` times. */
  readonly rejected: number
  /** Dropped on purpose by a processor. */
  readonly filtered: number
  /** Dropped, as JSON can't carry them. */
  readonly unencodable: number
}

/** The answer to one `publish`. Events that have no fate when the agent ends leave its promises pending. */
export interface Receipt {
  /**
   * Resolves once the events would survive the end of the process: in a durable queue, or confirmed by
   * the output. From then on an offset may move behind them.
   */
  readonly stored: Promise<void>
  /** Resolves once every event has its fate. */
  readonly confirmed: Promise<ReceiptCounts>
  /** As `stored`. */
  readonly acked: Promise<void>
}

/** Publishes events that are encoded already, for beats that make no object for each of many lines. */
export interface LinePublisher {
  /**
   * What the agent adds to each event, as text to put in front of the closing brace of a line:
   * `,"agent":{…},"host":{…}`. Undefined if it can't be added to events with these top-level fields, as
   * the configuration adds to one of them, or if a processor has to see the events: publish objects then.
   */
  constantsFor(fields: readonly string[]): string | undefined
  /**
   * As `publish` of `Context`. `bytes` are whole events, each one JSON object in UTF-8 with its
   * `@timestamp` and the constants, ended by `\n`. They must not change afterwards. Processors are
   * passed as well, at the cost of an object for each event.
   *
   * `meta` is copied, and is that of every line. Without a `route` of its own the output's is asked once
   * for the whole publish, by the fields of the agent and `meta`: it does not read the lines.
   *
   * Rejects with a TypeError that names the line if one is empty, has no braces, or no end, or that says
   * what is wrong with `meta`.
   */
  publish(bytes: Uint8Array, meta?: EventMeta): Promise<Receipt>
}
