import type { Receipt, ReceiptCounts } from '../event.ts'
import type { Fate, Owner } from './owners.ts'
import type { SourceCounts } from './stats.ts'
import type { Listener, Tally } from './tally.ts'

/** Events of a publish that were dropped before the queue. */
type Dropped = Pick<ReceiptCounts, 'filtered' | 'unencodable'>

/** Where it is noted what becomes of events of a publish. */
interface Noted {
  readonly tally: Tally
  readonly from: number
  readonly to: number
  /** Of the same publish. */
  readonly earlier: Noted | undefined
}

const NONE_DROPPED: Dropped = { filtered: 0, unencodable: 0 }

/**
 * The receipt of one publish, which counts its events down as they are confirmed or dropped on purpose.
 * If events are neither when the agent ends, its promises stay pending for ever, so that no beat moves
 * its position past them.
 */
export class Acker implements Receipt, Owner, Listener {
  readonly source: SourceCounts
  readonly #events: number
  readonly #dropped: Dropped
  #unsettled: number
  /** Taken by a durable queue, which has not stored them yet. */
  #unstored = 0
  /** Of the durable queue that has taken it. */
  #awaited: Set<Acker> | undefined
  #stored: Promise<void> | undefined
  #resolveStored: (() => void) | undefined
  #rejected = 0
  #noted: Noted | undefined
  #confirmed: Promise<ReceiptCounts> | undefined
  #resolve: ((counts: ReceiptCounts) => void) | undefined

  /** `events` go to the queue; `dropped` were published as well. */
  constructor(events: number, source: SourceCounts, dropped = NONE_DROPPED) {
    this.#events = events
    this.#unsettled = events
    this.source = source
    this.#dropped = dropped
  }

  /** Made on demand: most beats publish many times for each receipt that they await. */
  get confirmed(): Promise<ReceiptCounts> {
    this.#confirmed ??= this.#confirming()
    return this.#confirmed
  }

  /** A queue that is not durable stores nothing: there the events are safe once they are confirmed. */
  get stored(): Promise<void> {
    this.#stored ??= this.#awaited ? this.#storing() : this.confirmed.then(() => undefined)
    return this.#stored
  }

  get acked(): Promise<void> {
    return this.stored
  }

  /** The queue has taken this number of the events. */
  take(events: number): void {
    this.source.published += events
    this.source.pending += events
  }

  /** The fate of events from `from` to `to` of a tally is for it to know: nobody else tells of them. */
  ask(tally: Tally, from: number, to: number): void {
    this.#noted = { tally, from, to, earlier: this.#noted }
  }

  /**
   * A durable queue has taken this number of the events, and is going to store them. It does not keep receipts
   * alive, but for those in `awaited`: somebody waits for their events, perhaps without holding the receipt.
   */
  takeDurably(events: number, awaited: Set<Acker>): void {
    this.take(events)
    this.#awaited = awaited
    this.#unstored += events
  }

  /** The durable queue has stored this number of them: they no longer depend on this process. */
  store(events: number): void {
    this.source.pending -= events
    this.#unstored -= events
    if (this.#unstored === 0) this.#resolveStored?.()
  }

  /** This number of them has its fate. */
  settle(events: number, fate: Fate): void {
    if (!this.#awaited) this.source.pending -= events
    this.hear(events, fate)
  }

  hear(events: number, fate: Fate): void {
    this.#unsettled -= events
    if (fate === 'rejected') this.#rejected += events
    if (this.#unsettled > 0) return
    this.#awaited?.delete(this)
    this.#resolve?.(this.#counts())
  }

  #confirming(): Promise<ReceiptCounts> {
    for (let noted = this.#noted; noted !== undefined; noted = noted.earlier) {
      noted.tally.listen(this, noted.from, noted.to)
    }
    this.#noted = undefined
    if (this.#unsettled === 0) return Promise.resolve(this.#counts())
    return new Promise(resolve => {
      this.#resolve = resolve
      this.#awaited?.add(this)
    })
  }

  #storing(): Promise<void> {
    if (this.#unstored === 0) return Promise.resolve()
    return new Promise(resolve => {
      this.#resolveStored = resolve
    })
  }

  #counts(): ReceiptCounts {
    const rejected = this.#rejected
    return { confirmed: this.#events - rejected, rejected, ...this.#dropped }
  }
}
