import type { Logger } from 'pino'
import { settledBy } from '../../settled.ts'
import type { ConfiguredBeat } from '../configure.ts'
import type { OpenBeat } from './open-beat.ts'
import { type RestartSettings, type Supervision, supervise } from './supervise.ts'

/** A beat of the fleet: open, and with a run that can be ended while the others go on. */
export class BeatRunner {
  readonly configured: ConfiguredBeat
  readonly #beat: OpenBeat
  readonly #close: (deadline: AbortSignal, log: Logger) => Promise<void>
  #leave = new AbortController()
  #supervision: Supervision | undefined
  #done: Promise<void> = Promise.resolve()
  /** Whether to run once more when the run that was told to end has done so. */
  #again = false

  constructor(
    configured: ConfiguredBeat,
    beat: OpenBeat,
    close: (deadline: AbortSignal, log: Logger) => Promise<void>,
  ) {
    this.configured = configured
    this.#beat = beat
    this.#close = close
  }

  get id(): string {
    return this.#beat.id
  }

  /** Resolves, and never rejects, when it does not run and will not again by itself. */
  get done(): Promise<void> {
    return this.#done
  }

  get isDone(): boolean {
    return this.#supervision === undefined || this.#supervision.stats().state === 'done'
  }

  start(stop: AbortSignal, restarts: RestartSettings): void {
    this.#done = this.#run(stop, restarts)
  }

  /**
   * Ends its run; says whether it has ended by the deadline. One that has not goes on as it was: it
   * is run again, with the same resources, once it has, as what it uses can't be taken from it.
   */
  async end(deadline: AbortSignal): Promise<boolean> {
    this.#again = false
    this.#leave.abort()
    await settledBy(this.#done, deadline)
    this.#again = !this.isDone
    return this.isDone
  }

  close(deadline: AbortSignal): Promise<void> {
    return this.#close(deadline, this.#beat.log)
  }

  noteEnd(): void {
    if (!this.isDone) this.#beat.log.warn('Beat does not stop: going on without it')
    else this.#beat.log.debug(this.#counts(), 'Beat is done')
  }

  async #run(stop: AbortSignal, restarts: RestartSettings): Promise<void> {
    do {
      this.#again = false
      this.#leave = new AbortController()
      const signal = AbortSignal.any([stop, this.#leave.signal])
      this.#supervision = supervise(this.#beat, signal, restarts)
      await this.#supervision.done
    } while (this.#again && !stop.aborted)
  }

  #counts(): { readonly starts: number; readonly failures: number } {
    const { starts = 0, failures = 0 } = this.#supervision?.stats() ?? {}
    return { starts, failures }
  }
}
