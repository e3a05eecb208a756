// Several servers for the same events: a write takes the one with the fewest on their way, and goes on to the next
// one when it fails. A server that has failed is left alone for a while, longer with each failure.

import { type BackoffSettings, pauseMs } from '../../backoff.ts'
import type { WriteResult } from '../../output.ts'

const BACKOFF: BackoffSettings = { initMs: 1_000, maxMs: 60_000 }

/**
 * What an answer says of its server. `failing`: it counts, but the next write had better go elsewhere; `useless`:
 * so had this one.
 */
type Verdict = 'fine' | 'failing' | 'useless'

/** A server whose connection ended within a batch may have taken a part of it. */
export function verdictOn({ cause }: WriteResult): Verdict {
  return cause === 'lost' ? 'failing' : 'fine'
}

interface Host<C> {
  readonly client: C
  busy: number
  failures: number
  /** performance.now() from which on it is asked again. */
  dueMs: number
  /** performance.now() of the last failure that was counted. */
  failedMs: number
}

export class HostPool<C> {
  readonly #hosts: readonly Host<C>[]
  readonly #balances: boolean

  /** `balances`: whether all are used. Otherwise one is, for as long as it does not fail. */
  constructor(clients: readonly C[], balances: boolean) {
    this.#hosts = clients.map(client => ({
      ...{ client, busy: 0, failures: 0, dueMs: 0 },
      failedMs: Number.NEGATIVE_INFINITY,
    }))
    this.#balances = balances
  }

  /**
   * Runs `use` with one server after the other, until it resolves with something that is of use.
   *
   * @param use rejects if there is no answer
   * @param verdictOf left out: every answer is fine
   * @returns the first answer of use, or the last one that is none
   * @throws what `use` has thrown last, if no server has answered
   */
  async with<T>(
    use: (client: C) => Promise<T>,
    signal: AbortSignal,
    verdictOf: (answer: T) => Verdict = () => 'fine',
  ): Promise<T> {
    let thrown: unknown
    let last: { readonly answer: T } | undefined
    const left = new Set(this.#hosts)
    while (left.size > 0 && !signal.aborted) {
      const host = this.#best(left)
      left.delete(host)
      host.busy++
      const begunMs = performance.now()
      try {
        const answer = await use(host.client)
        last = { answer }
        const verdict = verdictOf(answer)
        if (verdict === 'fine') {
          host.failures = 0
          host.dueMs = 0
        } else {
          this.#leaveAlone(host, begunMs)
        }
        if (verdict !== 'useless') return answer
      } catch (error) {
        thrown = error
        this.#leaveAlone(host, begunMs)
      } finally {
        host.busy--
      }
    }
    if (last !== undefined) return last.answer
    throw thrown ?? signal.reason
  }

  #best(left: ReadonlySet<Host<C>>): Host<C> {
    const nowMs = performance.now()
    const wait = ({ dueMs }: Host<C>) => Math.max(0, dueMs - nowMs)
    const [best] = [...left].sort(
      (a, b) => wait(a) - wait(b) || (this.#balances ? a.busy - b.busy : 0),
    )
    if (best === undefined) throw new TypeError('no server is left')
    return best
  }

  /** Writes that fail together are one failure. */
  #leaveAlone(host: Host<C>, begunMs: number): void {
    if (begunMs < host.failedMs && host.failures > 0) return
    host.failures++
    host.failedMs = performance.now()
    host.dueMs = performance.now() + pauseMs(host.failures, BACKOFF)
  }
}
