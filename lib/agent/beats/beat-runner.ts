import type { Logger } from 'pino'
import type { SourceCounts } from '../../pipeline/stats.ts'
import { settledBy } from '../../settled.ts'
import { openFailed } from '../../system-errors.ts'
import { type ConfiguredBeat, processorsIn, titleOf } from '../plan.ts'
import type { OpenBeat } from './open-beat.ts'
import { type BeatStats, type Restarts, type Supervision, supervise } from './supervise.ts'

/** One beat at one moment. `waiting`: it has failed, and starts again after a pause. */
export interface BeatStatus
  extends Omit<BeatStats, 'state'>,
    Readonly<Omit<SourceCounts, 'blocked'>> {
  readonly id: string
  readonly state: 'open' | BeatStats['state']
  /** By the name of a processor, at how many events it has failed. */
  readonly failed: Readonly<Record<string, number>>
  /** Now: publishes (not events) that wait for room. */
  readonly waiting: number
  /** Milliseconds in which publishes waited for room: the output or the queue held the beat up. */
  readonly blocked_ms: number
}

/** An open beat, whose run can be ended while the other beats go on. */
export class BeatRunner {
  readonly #beat: OpenBeat
  readonly #close: (deadline: AbortSignal, log: Logger) => Promise<void>
  #configured: ConfiguredBeat
  #leave = new AbortController()
  #supervision: Supervision | undefined
  #done: Promise<void> = Promise.resolve()
  /** Whether to run once more after the run that was told to end has ended. */
  #again = false

  constructor(
    configured: ConfiguredBeat,
    beat: OpenBeat,
    close: (deadline: AbortSignal, log: Logger) => Promise<void>,
  ) {
    this.#configured = configured
    this.#beat = beat
    this.#close = close
  }

  get id(): string {
    return this.#beat.id
  }

  /** With the processors that its events pass now. */
  get configured(): ConfiguredBeat {
    return this.#configured
  }

  get status(): BeatStatus {
    const { state = 'open', starts = 0, failures = 0 } = this.#supervision?.stats() ?? {}
    const { failed, blocked, ...counts } = this.#beat.counts
    return {
      ...{ id: this.id, state, starts, failures, ...counts },
      failed: Object.fromEntries(failed),
      waiting: blocked.waiting,
      blocked_ms: blocked.ms,
    }
  }

  /** Resolves, and never rejects, when the beat does not run and will not start again by itself. */
  get done(): Promise<void> {
    return this.#done
  }

  get isDone(): boolean {
    return this.#supervision === undefined || this.#supervision.stats().state === 'done'
  }

  start(stop: AbortSignal, restarts: Restarts): void {
    this.#done = this.#run(stop, restarts)
  }

  /**
   * Gives the beat the processors of another configuration, which differs in nothing else, while it runs.
   *
   * @throws AgentError `OPEN_FAILED`; then the beat has the processors that it had
   */
  pass(next: ConfiguredBeat): void {
    try {
      this.#beat.pass(next.processors)
    } catch (error) {
      throw openFailed(`the processors of ${titleOf(next)}`, error)
    }
    this.#configured = next
    const processors = next.processors.flatMap(processorsIn).map(({ id }) => id)
    this.#beat.log.info({ processors }, 'Processors reloaded')
  }

  /**
   * Ends the run and returns whether it ended by the deadline. A run that did not keeps what it uses,
   * as nobody can take that away: once it does end, the beat is run again with the same resources.
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
    const { starts, failures } = this.status
    if (this.isDone) this.#beat.log.debug({ starts, failures }, 'Beat is done')
    else this.#beat.log.warn('Beat does not stop: going on without it')
  }

  async #run(stop: AbortSignal, restarts: Restarts): Promise<void> {
    do {
      this.#again = false
      this.#leave = new AbortController()
      const signal = AbortSignal.any([stop, this.#leave.signal])
      this.#supervision = supervise(this.#beat, signal, restarts)
      await this.#supervision.done
    } while (this.#again && !stop.aborted)
  }
}
