/** As many as an output takes at once, and then some: 2 MiB. */
const MOST = 32

/**
 * Memory of blocks whose events are settled, for blocks to come. The garbage collector would free it late, as what
 * has waited in a queue counts as long-lived; and new memory has to be had from the kernel page by page.
 */
export class SpareBuffers {
  readonly #bytes: number
  readonly #spare: Buffer[] = []

  /** Of buffers of this size. */
  constructor(bytes: number) {
    this.#bytes = bytes
  }

  take(): Buffer {
    return this.#spare.pop() ?? Buffer.allocUnsafeSlow(this.#bytes)
  }

  give(buffer: Buffer): void {
    if (this.#spare.length < MOST) this.#spare.push(buffer)
  }
}
