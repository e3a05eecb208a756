/** Large enough that few events begin a new one, small enough that one unsettled event pins little. */
const SLAB_BYTES = 64 * 1024

const NEWLINE = 10

/** Memory that encoded events are written into, one after the other. It is freed as a whole. */
export class Slab {
  readonly bytes: Buffer
  /** For each event the offset behind its `\n`. */
  readonly ends: number[] = []
  #used = 0
  /** Events in it that are not settled. */
  #unsettled = 0
  #isClosed = false
  readonly #onFree: (bytes: number) => void

  constructor(size: number, onFree: (bytes: number) => void) {
    // Of its own, not of Node's pool: nobody else pins it.
    this.bytes = Buffer.allocUnsafeSlow(size)
    this.#onFree = onFree
  }

  /** The offset where an event begins. */
  startOf(index: number): number {
    return index === 0 ? 0 : (this.ends[index - 1] ?? 0)
  }

  /** Whether a line surely fits: UTF-8 has at most three bytes for each UTF-16 code unit. */
  hasRoomFor(line: string): boolean {
    return this.bytes.length - this.#used > line.length * 3
  }

  /** Writes a line without its end. */
  write(line: string): void {
    this.#used += this.bytes.write(line, this.#used)
    this.bytes[this.#used++] = NEWLINE
    this.ends.push(this.#used)
    this.#unsettled++
  }

  release(events: number): void {
    this.#unsettled -= events
    this.#freeIfDone()
  }

  /** No more events are written into it. */
  close(): void {
    this.#isClosed = true
    this.#freeIfDone()
  }

  #freeIfDone(): void {
    if (this.#isClosed && this.#unsettled === 0) this.#onFree(this.bytes.length)
  }
}

/** The slab that is written to now, and the bytes that are pinned by events that are not settled. */
export class Slabs {
  #current: Slab | undefined
  #pinnedBytes = 0

  get pinnedBytes(): number {
    return this.#pinnedBytes
  }

  /** The slab to write this line to. */
  slabFor(line: string): Slab {
    const current = this.#current
    return current?.hasRoomFor(line) ? current : this.#next(line.length * 3 + 1)
  }

  #next(leastBytes: number): Slab {
    this.#current?.close()
    const slab = new Slab(Math.max(SLAB_BYTES, leastBytes), bytes => {
      this.#pinnedBytes -= bytes
    })
    this.#pinnedBytes += slab.bytes.length
    this.#current = slab
    return slab
  }
}
