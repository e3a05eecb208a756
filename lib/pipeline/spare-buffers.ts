/** As many as an output takes at once, and then some: 2 MiB. */
const MOST = 32

/** What a block takes that is full of events of 64 bytes. */
const ENDS = 1024

export interface Memory {
  readonly bytes: Buffer
  /** Room for where events end. In a list of the block's own they would be moved by each garbage collection. */
  readonly ends: Uint32Array
}

/**
 * Memory of blocks whose events are settled, for blocks to come. The garbage collector would free it late, as what
 * has waited in a queue counts as long-lived; and new memory has to be had from the kernel page by page.
 */
export class SpareBuffers {
  readonly #bytes: number
  readonly #spare: Memory[] = []

  /** Of buffers of this size. */
  constructor(bytes: number) {
    this.#bytes = bytes
  }

  take(): Memory {
    return (
      this.#spare.pop() ?? {
        bytes: Buffer.allocUnsafeSlow(this.#bytes),
        ends: new Uint32Array(ENDS),
      }
    )
  }

  give(memory: Memory): void {
    if (this.#spare.length < MOST) this.#spare.push(memory)
  }
}
