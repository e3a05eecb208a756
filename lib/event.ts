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

/** The answer to one `publish`. */
export interface Receipt {
  /** Resolves once the output has confirmed every event, or has dropped it on purpose. */
  readonly acked: Promise<void>
}
