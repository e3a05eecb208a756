import type { Lease } from '../../lease.ts'

/** A batch that was taken, or what was left of some that were stored again. */
export class Taken {
  /** One behind the number of its last event. */
  readonly end: number
  /** Those of its events that are not settled. */
  readonly #leases = new Set<Lease>()
  #unsettled = 0
  #sinceMs = performance.now()
  /** Where the events are that were stored again. */
  #elsewhere: Taken | undefined

  constructor(end: number) {
    this.end = end
  }

  get unsettled(): number {
    return this.#unsettled
  }

  /** performance.now() when the oldest of its events were taken. */
  get sinceMs(): number {
    return this.#sinceMs
  }

  get leases(): Iterable<Lease> {
    return this.#leases
  }

  get bytes(): number {
    let bytes = 0
    for (const { ends } of this.#leases) bytes += ends.at(-1) ?? 0
    return bytes
  }

  add(lease: Lease): void {
    this.#unsettled += lease.count
    this.#leases.add(lease)
  }

  /** A lease is over, of whose events these are left. Returns where they are counted. */
  replace(over: Lease, left: readonly Lease[]): Taken {
    const now = this.#now()
    now.#leases.delete(over)
    now.#unsettled -= over.count
    for (const lease of left) if (lease.count > 0) now.add(lease)
    return now
  }

  /** From now on its events are counted there. */
  moveTo(elsewhere: Taken): void {
    for (const lease of this.#leases) elsewhere.add(lease)
    elsewhere.#sinceMs = Math.min(elsewhere.#sinceMs, this.#sinceMs)
    this.#leases.clear()
    this.#unsettled = 0
    this.#elsewhere = elsewhere
  }

  #now(): Taken {
    let now: Taken = this
    while (now.#elsewhere !== undefined) now = now.#elsewhere
    return now
  }
}
