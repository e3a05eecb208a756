import type { Lease } from '../../../lease.ts'

/** A batch that was taken, or what was left of some that were stored again. */
export class Taken {
  /** One behind the number of its last event. */
  readonly end: number
  /** Those of its events that are not settled. */
  readonly #leases = new Set<Lease>()
  readonly #onSettled: () => void
  #unsettled = 0
  readonly #sinceMs = performance.now()
  /** Where the events are that were stored again. */
  #elsewhere: Taken | undefined

  /** `onSettled` is called when all of its events are. */
  constructor(end: number, onSettled: () => void) {
    this.end = end
    this.#onSettled = onSettled
  }

  get unsettled(): number {
    return this.#unsettled
  }

  /** performance.now() when its events were taken. */
  get sinceMs(): number {
    return this.#sinceMs
  }

  get leases(): Iterable<Lease> {
    return this.#leases
  }

  /** Of the events that are not settled. */
  get bytes(): number {
    let bytes = 0
    for (const { chunks } of this.#leases) for (const { length } of chunks) bytes += length
    return bytes
  }

  add(lease: Lease): void {
    this.#unsettled += lease.count
    this.#leases.add(lease)
  }

  /** A lease is over, of whose events these are left. */
  replace(over: Lease, left: readonly Lease[]): void {
    const now = this.#now()
    now.#leases.delete(over)
    now.#unsettled -= over.count
    for (const lease of left) if (lease.count > 0) now.add(lease)
    if (now.#unsettled === 0) now.#onSettled()
  }

  /** From now on its events are counted there. */
  moveTo(elsewhere: Taken): void {
    for (const lease of this.#leases) elsewhere.add(lease)
    this.#leases.clear()
    this.#unsettled = 0
    this.#elsewhere = elsewhere
  }

  #now(): Taken {
    if (this.#elsewhere === undefined) return this
    // An event that is tried for ever may be moved many times.
    this.#elsewhere = this.#elsewhere.#now()
    return this.#elsewhere
  }
}
