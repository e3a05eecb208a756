import type { Acker } from '../acker.ts'
import { Blocks } from '../blocks.ts'
import { countOf, type Encoded } from '../queue.ts'
import { Fifo } from './fifo.ts'

/** A publish that waits for room in the queue. */
interface Waiter {
  readonly acker: Acker
  readonly encoded: Encoded
  readonly signal: AbortSignal
  readonly resolve: () => void
  readonly reject: (reason: unknown) => void
  /** The number of its events that the queue has taken; above 0 only if all of them never fit at once. */
  taken: number
  /** Of the lines that the queue has not taken. A block counts its own. */
  bytes: number
}

/**
 * Publishes that wait, in the order in which they came. An abort removes those of its signal, wherever they
 * stand. Each signal has one listener while any of its publishes waits, and none otherwise.
 */
export class Waiting {
  readonly #waiters = new Fifo<Waiter>()
  readonly #watched = new Map<AbortSignal, { count: number; readonly listener: () => void }>()
  readonly #onAbort: () => void
  #lineBytes = 0
  #blockBytes = 0

  /** `onAbort` is called when a publish has left, so that the next one may fit. */
  constructor(onAbort: () => void) {
    this.#onAbort = onAbort
  }

  /** The bytes of lines that the queue has not taken. */
  get lineBytes(): number {
    return this.#lineBytes
  }

  /** The bytes that blocks pin of which the queue has taken nothing. */
  get blockBytes(): number {
    return this.#blockBytes
  }

  get size(): number {
    return this.#waiters.size
  }

  get first(): Waiter | undefined {
    return this.#waiters.first
  }

  push(waiter: Omit<Waiter, 'taken' | 'bytes'>): void {
    const bytes = waiter.encoded instanceof Blocks ? 0 : waiter.encoded.size
    this.#watch(waiter.signal)
    this.#lineBytes += bytes
    this.#blockBytes += blockBytesOf(waiter.encoded, 0, countOf(waiter.encoded))
    this.#waiters.push({ ...waiter, taken: 0, bytes })
  }

  /** The queue takes this number of its events now, and counts their bytes itself. */
  take(waiter: Waiter, events: number): void {
    const { encoded, taken } = waiter
    waiter.taken += events
    this.#blockBytes -= blockBytesOf(encoded, taken, waiter.taken)
    const isWhole = waiter.taken === countOf(encoded)
    const bytes = isWhole ? waiter.bytes : bytesOf(encoded, taken, waiter.taken)
    waiter.bytes -= bytes
    this.#lineBytes -= bytes
  }

  /** Removes the first one, which has been served. */
  shift(): void {
    const waiter = this.#waiters.shift()
    if (waiter !== undefined) this.#unwatch(waiter.signal)
  }

  rejectAll(reason: unknown): void {
    this.#refuse(() => true, reason)
  }

  #watch(signal: AbortSignal): void {
    const watched = this.#watched.get(signal)
    if (watched !== undefined) {
      watched.count++
      return
    }
    const listener = () => this.#abort(signal)
    this.#watched.set(signal, { count: 1, listener })
    signal.addEventListener('abort', listener)
  }

  #unwatch(signal: AbortSignal): void {
    const watched = this.#watched.get(signal)
    if (watched === undefined || --watched.count > 0) return
    this.#watched.delete(signal)
    signal.removeEventListener('abort', watched.listener)
  }

  #abort(signal: AbortSignal): void {
    this.#refuse(waiter => waiter.signal === signal, signal.reason)
    this.#onAbort()
  }

  /** Those of their events that are not in the queue are nobody's any more. */
  #refuse(matches: (waiter: Waiter) => boolean, reason: unknown): void {
    for (const { encoded, taken, bytes, signal, reject } of this.#waiters.remove(matches)) {
      this.#unwatch(signal)
      this.#lineBytes -= bytes
      this.#blockBytes -= blockBytesOf(encoded, taken, countOf(encoded))
      if (encoded instanceof Blocks) encoded.drop(taken, encoded.count)
      reject(reason)
    }
  }
}

/** The bytes of blocks of which an event from `from` to `to` is the first. */
function blockBytesOf(encoded: Encoded, from: number, to: number): number {
  return encoded instanceof Blocks ? encoded.sizeOfBegun(from, to) : 0
}

/** The bytes of lines; 0 for those of blocks, which count them themselves. */
function bytesOf(encoded: Encoded, from: number, to: number): number {
  if (encoded instanceof Blocks) return 0
  return encoded.lines.slice(from, to).reduce((bytes, line) => bytes + line.length + 1, 0)
}
