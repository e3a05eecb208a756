/**
 * Events, counted since the start unless said otherwise. At any time
 * `published = unencodable + rejected + acked + queued + sending`.
 */
export interface PipelineStats {
  /** Taken by `publish`. */
  readonly published: number
  /** Dropped at `publish`: JSON can't carry them. */
  readonly unencodable: number
  /** Dropped because the output will never take them. */
  readonly rejected: number
  /** Confirmed by the output. */
  readonly acked: number
  /** Sent once more, counted each time. */
  readonly retried: number
  /** Batches that the output answered with an error. */
  readonly failed_writes: number
  /** Now: waiting for a batch. */
  readonly queued: number
  /** Now: in the batch that the output has, or waiting for its next try. */
  readonly sending: number
  /** Now: publishes (not events) that wait for room. */
  readonly waiting: number
}

/** What delivery and encoding count; the rest follows from the queue. */
export type Counts = {
  -readonly [K in Exclude<
    keyof PipelineStats,
    'published' | 'queued' | 'sending' | 'waiting'
  >]: number
}

export function noCounts(): Counts {
  return { unencodable: 0, rejected: 0, acked: 0, retried: 0, failed_writes: 0 }
}
