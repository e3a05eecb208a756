/**
 * Events, counted since the start unless said otherwise. At any time
 * `published + restored = unencodable + filtered + rejected + acked + damaged + queued + sending`.
 */
export interface PipelineStats {
  /** Taken by `publish`. */
  readonly published: number
  /** Found in a durable queue at the start. */
  readonly restored: number
  /** Dropped at `publish`: JSON can't carry them. */
  readonly unencodable: number
  /** Dropped on purpose by a processor. */
  readonly filtered: number
  /** Dropped because the output refused them for good, or more than `max_retries` times. */
  readonly rejected: number
  /** Of those: in the dead letter. */
  readonly dead_lettered: number
  /** Of events in the dead letter: those that gave way to newer ones (`dead_letter.max_bytes`). */
  readonly dead_letter_lost: number
  /** Confirmed by the output. */
  readonly acked: number
  /** Dropped by a durable queue, which could not read them again. */
  readonly damaged: number
  /** Stored once more by a durable queue, counted each time: others go by them. */
  readonly stored_again: number
  /** Sent once more, counted each time. */
  readonly retried: number
  /** Batches that failed as a whole: `write` rejected. */
  readonly failed_writes: number
  /** Pauses because the connection was lost: a write failed as a whole, or the output has said so. */
  readonly lost_pauses: number
  /** Pauses because the peer asks for less: it throttles, asks for a pause, or refuses events for now. */
  readonly throttled_pauses: number
  /** Publishes (not events) that waited for room until their beat or the agent ended, and were refused. */
  readonly refused_publishes: number
  /** Now: waiting for a batch. */
  readonly queued: number
  /** Now: in the batch that the output has, or waiting for its next try. */
  readonly sending: number
  /** Now: publishes (not events) that wait for room. */
  readonly waiting: number
}

/** Events of one source, counted since the start unless said otherwise. */
export interface SourceCounts {
  published: number
  /** Dropped at `publish`: JSON can't carry them. */
  unencodable: number
  /** Now: taken, and neither confirmed nor dropped yet, nor stored by a durable queue. */
  pending: number
  /** Its publishes that wait for room. */
  readonly blocked: Blocked
}

export function noSourceCounts(): SourceCounts {
  return { published: 0, unencodable: 0, pending: 0, blocked: new Blocked() }
}

/** For how long publishes of a source have waited for room: at least one of them, so several count once. */
class Blocked {
  #waiting = 0
  #sinceMs = 0
  #pastMs = 0

  begin(): void {
    if (this.#waiting++ === 0) this.#sinceMs = performance.now()
  }

  end(): void {
    if (--this.#waiting === 0) this.#pastMs += performance.now() - this.#sinceMs
  }

  /** Now: publishes (not events). */
  get waiting(): number {
    return this.#waiting
  }

  /** Milliseconds since the start, with the present wait. */
  get ms(): number {
    const presentMs = this.#waiting > 0 ? performance.now() - this.#sinceMs : 0
    return Math.round(this.#pastMs + presentMs)
  }
}

/** The counts that delivery and encoding keep; the others follow from the queue. */
export type Counts = {
  -readonly [K in Exclude<
    keyof PipelineStats,
    'published' | 'restored' | 'damaged' | 'stored_again' | 'queued' | 'sending' | 'waiting'
  >]: number
}

export function noCounts(): Counts {
  return {
    ...{ unencodable: 0, filtered: 0, rejected: 0, dead_lettered: 0, dead_letter_lost: 0 },
    ...{ acked: 0, retried: 0, failed_writes: 0 },
    ...{ lost_pauses: 0, throttled_pauses: 0, refused_publishes: 0 },
  }
}
