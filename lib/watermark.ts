import type { Receipt } from './event.ts'

interface Followed<P> {
  readonly position: P
  readonly size: number
  isStored: boolean
}

/**
 * Moves a position of a source, such as an offset in a file, behind the events that are stored: in the
 * order of the publishes, although outputs confirm batches in any order. One for each stream with an order
 * of its own. A beat that keeps the last position in its state repeats at most `window` after a restart.
 *
 * docs/beats.md has an example.
 */
export class Watermark<P> {
  readonly #moved: (position: P) => unknown
  readonly #window: number
  #followed: Followed<P>[] = []
  #lag = 0
  #waiting: (() => void)[] = []
  #failure: { readonly reason: unknown } | undefined

  /**
   * @param moved is called with each position that is reached, in order; may return a promise
   * @param window the most that is published and not stored, in whatever unit `follow` counts
   */
  constructor(moved: (position: P) => unknown, window = Number.POSITIVE_INFINITY) {
    this.#moved = moved
    this.#window = window
  }

  /** The sizes of the publishes that the position has not passed. */
  get lag(): number {
    return this.#lag
  }

  /** `position` is reached once the events of this receipt, and of all followed before, are stored. */
  follow({ stored }: Pick<Receipt, 'stored'>, position: P, size = 1): void {
    const followed = { position, size, isStored: false }
    this.#followed.push(followed)
    this.#lag += size
    // A receipt never rejects: events without a fate leave it pending.
    stored.then(() => {
      followed.isStored = true
      this.#advance()
    })
  }

  /** Resolves when less than the window is not stored. Rejects with the error of `moved`, if it had one. */
  async room(): Promise<void> {
    while (this.#failure === undefined && this.#lag >= this.#window) {
      await new Promise<void>(resolve => this.#waiting.push(resolve))
    }
    if (this.#failure !== undefined) throw this.#failure.reason
  }

  #advance(): void {
    const first = this.#followed.findIndex(({ isStored }) => !isStored)
    const passed = this.#followed.splice(0, first < 0 ? this.#followed.length : first)
    const last = passed.at(-1)
    if (last === undefined) return
    this.#lag -= passed.reduce((sum, { size }) => sum + size, 0)
    this.#move(last.position).catch(reason => {
      this.#failure ??= { reason }
      this.#wake()
    })
    this.#wake()
  }

  async #move(position: P): Promise<void> {
    await this.#moved(position)
  }

  #wake(): void {
    for (const resolve of this.#waiting.splice(0)) resolve()
  }
}
