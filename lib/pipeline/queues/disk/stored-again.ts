// Events that an output does not take for long, such as one that is tried for ever, hold the position up, and with it
// the window in which others are taken. Once that is full they are stored again, at the end:
//
//   copy    what is left of the oldest batches becomes a frame of its own, with numbers of its own
//   store   it is as safe there as it was: until then, a crash changes nothing
//   move    now these numbers hold the position up, and no longer the old ones. The delivery goes on with the
//           events as before, with their tries and pauses; from the new place they are not taken a second time
//
// A crash between the last two has them sent twice, and none is lost. An event is written again only after it has been
// taken for some seconds, and half of a window of others has gone by. Nothing is while more than half of a window is
// not settled: then the output is away, and room behind the position would not help.

import type { Logger } from 'pino'
import { Recurring } from '../../../backoff.ts'
import type { Block } from '../../block.ts'
import type { FrameWriter } from './frame-writer.ts'
import type { Progress, Settings } from './progress.ts'
import type { ReadAhead } from './read-ahead.ts'
import type { Segments } from './segments.ts'
import { Taken } from './taken.ts'

/** A frame has no more bytes, unless a single batch has. By so many `max_size` may be exceeded. */
const AGAIN_BYTES = 2 * 1024 * 1024

interface StoredAgainOptions {
  readonly settings: Settings
  readonly segments: Segments
  readonly progress: Progress
  readonly writer: FrameWriter
  readonly ahead: ReadAhead
  readonly log: Logger
  /** Events that are taken and not settled. */
  readonly sending: () => number
}

export class StoredAgain {
  readonly #options: StoredAgainOptions
  readonly #words = new Recurring()
  #events = 0
  #isStoring = false
  #timer: NodeJS.Timeout | undefined

  constructor(options: StoredAgainOptions) {
    this.#options = options
  }

  /** So many were, counted each time. */
  get events(): number {
    return this.#events
  }

  storeIfStuck(): void {
    const { progress, ahead, sending } = this.#options
    if (this.#isStoring || !progress.isHeldUp || ahead.events === 0) return
    if (sending() * 2 > progress.window || !this.#hasRoom) return
    const stuck = progress.stuck({ maxEvents: progress.mayCopy, maxBytes: AGAIN_BYTES })
    if (stuck.length > 0) this.#store(stuck)
    else this.#waitUntilStuck()
  }

  close(): void {
    clearTimeout(this.#timer)
  }

  #store(stuck: readonly Taken[]): void {
    const { progress, writer, ahead } = this.#options
    this.#isStoring = true
    const copies = copiesOf(stuck)
    progress.copy(countOf(copies))
    writer.addAgain(copies, frame => {
      this.#isStoring = false
      const elsewhere = new Taken(frame.first + frame.count)
      for (const taken of stuck) taken.moveTo(elsewhere)
      ahead.addPassed(frame, () => progress.pass(elsewhere, frame.count))
      this.#say(frame.count)
      progress.advance()
    })
  }

  #waitUntilStuck(): void {
    const ms = this.#options.progress.stuckFromMs - performance.now()
    // Else there are too many of them.
    if (ms <= 0) return
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined
      this.storeIfStuck()
    }, ms + 1)
  }

  get #hasRoom(): boolean {
    const { settings, segments, writer } = this.#options
    return segments.bytes + writer.bytes < settings.max_size + AGAIN_BYTES
  }

  #say(events: number): void {
    this.#events += events
    const message =
      'Disk queue: events that the output does not take were stored again: others go by them'
    this.#options.log[this.#words.isNews(message) ? 'warn' : 'debug']({ events }, message)
  }
}

/** Whatever becomes of them meanwhile. */
function copiesOf(stuck: readonly Taken[]): readonly Block[] {
  return stuck.flatMap(({ leases }) => Array.from(leases, lease => lease.copy({ bytes: 0 })))
}

function countOf(blocks: readonly Block[]): number {
  return blocks.reduce((sum, { count }) => sum + count, 0)
}
