import type { Logger } from 'pino'
import { messageOf } from '../errors.ts'
import { settledBy } from './settled.ts'

type Close = (deadline: AbortSignal) => Promise<void> | void

/** Milliseconds that a step has, once the deadline is over, to come to the end it was told of. */
const GRACE = 500

/** What has been opened, each with the way to close it again, which is gone in reverse. */
export class Opened {
  readonly #steps: { readonly what: string; readonly close: Close }[] = []

  add(what: string, close: Close): void {
    this.#steps.push({ what, close })
  }

  /**
   * Closes all, last opened first, one after the other. Never rejects: a step that fails, or that
   * is not through by the deadline, is logged by name, and the next has its turn.
   */
  async closeAll(deadline: AbortSignal, log: Logger): Promise<void> {
    for (let step = this.#steps.pop(); step; step = this.#steps.pop()) {
      const { what, close } = step
      const closing = attempt(close, deadline).catch(err => {
        log.error({ err }, `Closing ${what} failed: ${messageOf(err)}`)
      })
      if (await settledBy(closing, deadline)) continue
      if (await settledBy(closing, AbortSignal.timeout(GRACE))) continue
      log.warn(`Closing ${what} takes longer than shutdown_timeout allows: going on without it`)
    }
  }
}

async function attempt(close: Close, deadline: AbortSignal): Promise<void> {
  await close(deadline)
}
