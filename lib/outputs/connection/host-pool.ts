// Several servers for the same events: a write takes the one with the fewest on their way, and goes on to the next
// one when it fails. A server that has failed is left alone for a while, longer with each failure.

import { type BackoffSettings, pauseMs } from '../../backoff.ts'

const BACKOFF: BackoffSettings = { initMs: 1_000, maxMs: 60_000 }

interface Host<C> {
  readonly client: C
  busy: number
  failures: number
  /** performance.now() from which on it is asked again. */
  dueMs: number
}

export class HostPool<C> {
  readonly #hosts: readonly Host<C>[]
  readonly #balances: boolean

  /** `balances`: whether all are used. Otherwise one is, for as long as it does not fail. */
  constructor(clients: readonly C[], balances: boolean) {
    this.#hosts = clients.map(client => ({ client, busy: 0, failures: 0, dueMs: 0 }))
    this.#balances = balances
  }

  /**
   * Runs `use` with one server after the other, until it resolves with something that is of use.
   *
   * @param use rejects if there is no answer
   * @param isUsable whether no other server should be asked; left out: every answer is of use
   * @returns the first answer of use, or the last one that is none
   * @throws what `use` has thrown last, if no server has answered
   */
  async with<T>(
    use: (client: C) => Promise<T>,
    signal: AbortSignal,
    isUsable: (answer: T) => boolean = () => true,
  ): Promise<T> {
    let thrown: unknown
    let last: { readonly answer: T } | undefined
    const left = new Set(this.#hosts)
    while (left.size > 0 && !signal.aborted) {
      const host = this.#best(left)
      left.delete(host)
      host.busy++
      try {
        const answer = await use(host.client)
        last = { answer }
        if (isUsable(answer)) {
          host.failures = 0
          host.dueMs = 0
          return answer
        }
        this.#leaveAlone(host)
      } catch (error) {
        thrown = error
        this.#leaveAlone(host)
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

  #leaveAlone(host: Host<C>): void {
    host.failures++
    host.dueMs = performance.now() + pauseMs(host.failures, BACKOFF)
  }
}
