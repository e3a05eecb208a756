import type { Restricted } from './records/landlock.ts'

/** A Landlock domain. Who it belongs to may become known after its first denial, whose record comes before. */
export interface Domain {
  restricted?: Restricted
}

/** How many domains are remembered: those that were seen last. */
const MAX_DOMAINS = 1024

/** Who the Landlock domains belong to: the kernel says it once, with the first denial of each. */
export class Domains {
  readonly #known = new Map<string, Domain>()

  /** Whoever holds a domain still has it when it is gone from here. */
  get(id: string): Domain {
    const domain: Domain = this.#known.get(id) ?? {}
    // A Map keeps the order of insertion: the first one has not been seen for the longest time.
    this.#known.delete(id)
    this.#known.set(id, domain)
    for (const oldest of this.#known.keys()) {
      if (this.#known.size <= MAX_DOMAINS) break
      this.#known.delete(oldest)
    }
    return domain
  }

  forget(id: string): void {
    this.#known.delete(id)
  }

  get size(): number {
    return this.#known.size
  }
}
