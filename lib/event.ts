/**
 * An event as a beat publishes it: nested plain data in ECS field names. The framework adds `@timestamp`
 * (the moment of `publish`, unless the beat gives a Date or an ISO 8601 string of its own), `agent.*`,
 * `ecs.version`, `host.name`, `event.module`, and the configured `tags` and `fields`. It keeps a field
 * that the beat sets itself.
 */
export interface Event {
  readonly '@timestamp'?: Date | string
  readonly [field: string]: unknown
}

/** The fate of the events of one publish. */
export interface ReceiptCounts {
  /** Taken by the output. */
  readonly confirmed: number
  /** Dropped, as the output will never take them. */
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
