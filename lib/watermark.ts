import type { Receipt } from './event.ts'

interface Passed<P> {
  readonly position: P
  readonly size: number
}

interface Followed<P> extends Passed<P> {
  isStored: boolean
}

/** What a restart repeats at most by default, if one event is not stored for long: so many publishes. */
const WINDOW = 65_536

/** Fewer are not worth to be put together. */
const MANY = 1_024

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
  readonly #waiting = new Set<() => void>()
  #followed: Followed<P>[] = []
  /** When there are so many, those that are stored are put together. */
  #many = MANY
  /** The newest position to move to, with the sizes of all since the move before. */
  #next: Passed<P> | undefined
  #isMoving = false
  #lag = 0
  #failure: { readonly reason: unknown } | undefined

  /**
   * @param moved is called with the newest position that is reached. It may return a promise, and is not
   *   called again before that has resolved, nor after it has failed. Positions that are reached meanwhile
   *   are passed over for the newest of them.
   * @param window the most that is published and not passed, in whatever unit `follow` counts; at least 1
   *   (default: 65,536). One event that is not stored holds the position up, and at the window the beat
   * @throws RangeError for a window with which there would never be room
   */
  constructor(moved: (position: P) => unknown, window = WINDOW) {
    if (!(window >= 1)) throw new RangeError(`the window must be at least 1, not ${window}`)
    this.#moved = moved
    this.#window = window
  }

  /** The sizes of the publishes that the position has not passed: `moved` is not done with them. */
  get lag(): number {
    return this.#lag
  }

  /** `position` is reached once the events of this receipt, and of all followed before, are stored. */
  follow({ stored }: Pick<Receipt, 'stored'>, position: P, size = 1): void {
    const followed = { position, size, isStored: false }
    this.#followed.push(followed)
    this.#lag += size
    if (this.#followed.length >= this.#many) this.#compact()
    // A receipt never rejects: events without a fate leave it pending.
    stored.then(() => {
      followed.isStored = true
      this.#advance()
    })
  }

  /**
   * Resolves when the position lags by less than the window. Rejects with the error of `moved`, if it had
   * one, and with the reason of `signal` once that has aborted.
   */
  async room(signal?: AbortSignal): Promise<void> {
    for (;;) {
      if (this.#failure !== undefined) throw this.#failure.reason
      signal?.throwIfAborted()
      if (this.#lag < this.#window) return
      await this.#change(signal)
    }
  }

  #change(signal: AbortSignal | undefined): Promise<void> {
    return new Promise(resolve => {
      const wake = () => {
        signal?.removeEventListener('abort', wake)
        this.#waiting.delete(wake)
        resolve()
      }
      this.#waiting.add(wake)
      signal?.addEventListener('abort', wake)
    })
  }

  #advance(): void {
    const first = this.#followed.findIndex(({ isStored }) => !isStored)
    const passed = this.#followed.splice(0, first < 0 ? this.#followed.length : first)
    const last = passed.at(-1)
    if (last === undefined) return
    const size = passed.reduce((sum, { size }) => sum + size, this.#next?.size ?? 0)
    this.#next = { position: last.position, size }
    if (!this.#isMoving) void this.#move()
  }

  /** One event may be stored late, or never: what is stored behind it must not take memory for each publish. */
  #compact(): void {
    const compacted: Followed<P>[] = []
    for (const each of this.#followed) {
      const last = compacted.at(-1)
      if (!(last?.isStored && each.isStored)) compacted.push(each)
      else compacted[compacted.length - 1] = { ...each, size: last.size + each.size }
    }
    this.#followed = compacted
    this.#many = Math.max(MANY, 2 * compacted.length)
  }

  /** One call at a time: a slow one that ended after the next would take the position back. */
  async #move(): Promise<void> {
    this.#isMoving = true
    while (this.#next !== undefined && this.#failure === undefined) {
      const { position, size } = this.#next
      this.#next = undefined
      try {
        await this.#moved(position)
        this.#lag -= size
      } catch (reason) {
        this.#failure = { reason }
      }
      for (const wake of [...this.#waiting]) wake()
    }
    this.#isMoving = false
  }
}
