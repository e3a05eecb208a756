import type { EventMeta } from '../event.ts'
import type { Acker } from './acker.ts'
import { Blocks } from './blocks.ts'
import type { Lease } from './lease.ts'

/**
 * The encoded events of one publish: blocks, or less than one block of lines. A queue packs lines into blocks of
 * its own, with those of other publishes.
 */
export type Encoded = Lines | Blocks

export interface Lines {
  /** One for each event, without their ends. */
  readonly lines: readonly string[]
  /** By index of the event; undefined if no event has any. */
  readonly meta: readonly (EventMeta | undefined)[] | undefined
  /** Their bytes with their ends, as if all characters were ASCII: counted once, as lines are many. */
  readonly size: number
}

export interface BatchLimits {
  readonly maxEvents: number
  /** A single event that is larger goes alone. */
  readonly maxBytes: number
}

/** The state of a queue. Events are counted since the start if not said otherwise. */
export interface QueueUsage {
  /** Taken. */
  readonly taken: number
  /** Now: waiting for a batch. */
  readonly queued: number
  /** Now: taken and not settled: `queued`, and those being sent. */
  readonly held: number
  /** Now: publishes (not events) that wait for room. */
  readonly waiting: number
  /** Now: bytes of memory for those held and those that wait. */
  readonly pinnedBytes: number
  /** Found in a durable queue when it was opened. */
  readonly restored: number
  /** Of those in a durable queue: could not be read again. */
  readonly damaged: number
  /** Of those in a durable queue: stored once more, counted each time. */
  readonly storedAgain: number
  /** Now: bytes on the disk. */
  readonly storedBytes: number
}

/** What became of the events that a queue still had when it ended. */
export interface Remains {
  /** Nobody is going to send them. */
  readonly lost: number
  /** They are on the disk, for the next start. */
  readonly kept: number
}

/**
 * Where events wait between the beats and the output. A publish enters by `offer`, or by `wait` if there is
 * no room; delivery takes leases and settles them. An event keeps its place until it is settled.
 */
export interface Queue {
  /** Takes all events of a publish if there is room now and no earlier publish waits. */
  offer(acker: Acker, encoded: Encoded): boolean
  /** Resolves when all events are taken. Rejects with the signal's reason or with `refusal`. */
  wait(acker: Acker, encoded: Encoded, signal: AbortSignal): Promise<void>
  /** Resolves with the next batch as soon as one is due; with undefined once closed and empty. */
  take(limits: BatchLimits): Promise<Lease | undefined>
  /** The reason why the queue takes no more events, once it does not. */
  readonly refusal: Error | undefined
  /**
   * Takes no more events and refuses those that wait for room. The queued ones are due at once, of a durable
   * queue those in memory; the others it keeps.
   */
  close(refusal: Error): void
  /** Whether the events in it outlive the process: then the rest need not be sent before the end. */
  readonly isDurable: boolean
  /** Ends a closed queue from which nobody takes any more. Resolves by the deadline. */
  finish(deadline: AbortSignal): Promise<Remains>
  usage(): QueueUsage
}

/** Of lines that are not counted yet. */
export function encodedOf(lines: readonly string[], meta: Lines['meta']): Lines {
  const size = lines.reduce((sum, line) => sum + line.length + 1, 0)
  return { lines, meta, size }
}

export function countOf(encoded: Encoded): number {
  return encoded instanceof Blocks ? encoded.count : encoded.lines.length
}
