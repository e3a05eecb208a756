// Events that an output does not take for long, such as one that is tried for ever, hold the position up, and with it
// others: the window in which batches are taken fills, or segments can't be removed and publishes wait for room. Then
// they are stored again, in files of their own (stuck-files.ts):
//
//   store   what is left of the oldest batches becomes a file, as safe as it was: until then, a crash changes nothing
//   move    now the file holds these events, and the position goes on. The delivery goes on with them as before
//
// A crash between the two has them sent twice, and none is lost. It is done once for an event, but for files that are
// written anew. Nothing is done while a third of a window is not settled: then the output is away.

import type { Logger } from 'pino'
import { Recurring } from '../../../../backoff.ts'
import type { Progress } from '../progress.ts'
import type { ReadAhead } from '../read-ahead.ts'
import type { Segments } from '../segments.ts'
import type { StuckFiles } from './stuck-files.ts'
import type { Taken } from './taken.ts'

/** A file has no more bytes, unless a single batch has. */
const AGAIN_BYTES = 2 * 1024 * 1024

const RETRY_MS = 1_000

interface StoredAgainOptions {
  readonly segments: Segments
  readonly files: StuckFiles
  readonly progress: Progress
  readonly ahead: ReadAhead
  readonly log: Logger
  /** Events that are taken and not settled. */
  readonly sending: () => number
  /** Whether publishes wait for room, or what was published can't be written. */
  readonly isShort: () => boolean
  /** Is called when some were stored again. */
  readonly onStored: () => void
}

export class StoredAgain {
  readonly #options: StoredAgainOptions
  readonly #words = new Recurring()
  #events = 0
  #storing: Promise<void> | undefined
  #timer: NodeJS.Timeout | undefined
  /** Since the last failure less than a pause has gone by. */
  #isPausing = false
  #isClosed = false

  constructor(options: StoredAgainOptions) {
    this.#options = options
  }

  /** So many were, counted each time. */
  get events(): number {
    return this.#events
  }

  storeIfStuck(): void {
    if (this.#storing !== undefined || this.#isPausing || this.#isClosed) return
    const isRoomNeeded = this.#isHeldUp || this.#options.isShort()
    const { files, progress, sending } = this.#options
    if (!isRoomNeeded || sending() * 3 > progress.window) return
    const until = this.#until
    const maxEvents = progress.window / 2 - files.events
    const stuck =
      until === undefined ? [] : progress.stuck({ until, maxEvents, maxBytes: AGAIN_BYTES })
    const taken = stuck.length > 0 ? stuck : this.#toRewrite(isRoomNeeded)
    if (taken.length > 0) this.#store(taken)
    else if (until !== undefined) this.#waitUntilStuck()
  }

  close(): void {
    this.#isClosed = true
    clearTimeout(this.#timer)
  }

  async finish(): Promise<void> {
    await this.#storing
    await this.#options.files.close()
  }

  get #isHeldUp(): boolean {
    const { progress, ahead } = this.#options
    return progress.isHeldUp && ahead.events > 0
  }

  /** Events before this one are to make way for others; undefined if that would not help, or is done. */
  get #until(): number | undefined {
    const { progress, segments } = this.#options
    if (this.#isHeldUp) return progress.position + progress.window / 2
    // The oldest segment can be removed once the position is behind it.
    const end = segments.second?.first ?? segments.end.sequence
    return progress.position < end && end <= progress.takenEnd ? end : undefined
  }

  #toRewrite(isRoomNeeded: boolean): readonly Taken[] {
    const files = this.#options.files.toRewrite(AGAIN_BYTES, isRoomNeeded)
    return files.map(({ taken }) => taken)
  }

  #store(stuck: readonly Taken[]): void {
    const { onStored } = this.#options
    this.#storing = this.#write(stuck).then(isStored => {
      this.#storing = undefined
      if (!isStored) {
        this.#isPausing = true
        clearTimeout(this.#timer)
        this.#timer = undefined
        this.#tryAgainIn(RETRY_MS)
        return
      }
      const small = this.#isClosed ? [] : this.#toRewrite(false)
      if (small.length > 0) this.#store(small)
      onStored()
    })
  }

  async #write(stuck: readonly Taken[]): Promise<boolean> {
    const { files, progress } = this.#options
    // Whatever becomes of them meanwhile.
    const copies = stuck.flatMap(({ leases }) =>
      Array.from(leases, lease => lease.copy({ bytes: 0 })),
    )
    try {
      const file = await files.write(copies)
      for (const taken of stuck) taken.moveTo(file.taken)
      this.#say(file.events)
      progress.advance()
      files.sweep()
      return true
    } catch (err) {
      const message = 'Disk queue: events that the output does not take can not be stored again'
      this.#options.log[this.#words.isNews(message) ? 'error' : 'debug']({ err }, message)
      return false
    }
  }

  #waitUntilStuck(): void {
    const ms = this.#options.progress.stuckFromMs - performance.now()
    // Else there are too many of them, or nothing was taken.
    if (ms > 0 && Number.isFinite(ms)) this.#tryAgainIn(ms + 1)
  }

  #tryAgainIn(ms: number): void {
    if (this.#isClosed) return
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined
      this.#isPausing = false
      this.storeIfStuck()
    }, ms)
  }

  #say(events: number): void {
    this.#events += events
    const message =
      'Disk queue: events that the output does not take were stored again: others go by them'
    this.#options.log[this.#words.isNews(message) ? 'warn' : 'debug']({ events }, message)
  }
}
