import type { Logger } from 'pino'
import { messageOf } from '../../errors.ts'
import { settledBy } from '../../settled.ts'

type Close = (deadline: AbortSignal) => Promise<void> | void

interface Step {
  readonly what: string
  readonly close: Close
}

/** The time that a step has after the deadline to react to it. */
const GRACE_MS = 500

/** Everything that has been opened, with a way to close it, to be closed in reverse order. */
export class CloseStack {
  readonly #steps: Step[] = []

  /** Returns a function that closes this one before its turn; it never rejects either. */
  add(what: string, close: Close): (deadline: AbortSignal, log: Logger) => Promise<void> {
    const step = { what, close }
    this.#steps.push(step)
    return async (deadline, log) => {
      const at = this.#steps.indexOf(step)
      if (at < 0) return
      this.#steps.splice(at, 1)
      await closeStep(step, deadline, log)
    }
  }

  /**
   * Closes all, last opened first, one after the other. Never rejects: a step that fails or misses
   * the deadline is logged by name, and the next one follows.
   */
  async closeAll(deadline: AbortSignal, log: Logger): Promise<void> {
    for (let step = this.#steps.pop(); step; step = this.#steps.pop()) {
      await closeStep(step, deadline, log)
    }
  }
}

async function closeStep({ what, close }: Step, deadline: AbortSignal, log: Logger): Promise<void> {
  const closing = attempt(close, deadline).catch(err => {
    log.error({ err }, `Closing ${what} failed: ${messageOf(err)}`)
  })
  if (await settledBy(closing, deadline)) return
  if (await settledBy(closing, AbortSignal.timeout(GRACE_MS))) return
  log.warn(`Closing ${what} takes longer than shutdown_timeout allows: going on without it`)
}

async function attempt(close: Close, deadline: AbortSignal): Promise<void> {
  await close(deadline)
}
