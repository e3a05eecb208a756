import { setTimeout } from 'node:timers/promises'
import type { Logger } from 'pino'
import { type BackoffSettings, DEFAULT_BACKOFF, pauseMs } from '../../backoff.ts'
import { messageOf } from '../../errors.ts'

/** How a failing beat is started again. */
export interface RestartSettings extends BackoffSettings {
  /** After a run of this many milliseconds the next failure counts as the first in a row. */
  readonly steadyMs: number
}

/** `never`: a failure is the end. */
export type Restarts = RestartSettings | 'never'

export const RESTARTS: RestartSettings = { ...DEFAULT_BACKOFF, steadyMs: 60_000 }

/** The part of a beat that its supervisor needs. */
export interface Supervised {
  readonly log: Logger
  /** Resolves when the beat is done, rejects when it can't go on. */
  run(signal: AbortSignal): Promise<void>
}

export interface BeatStats {
  readonly state: 'running' | 'waiting' | 'done'
  /** Runs so far. */
  readonly starts: number
  /** Failures so far. */
  readonly failures: number
}

export interface Supervision {
  /** Resolves, and never rejects, when the beat is done or has ended after the stop. */
  readonly done: Promise<void>
  stats(): BeatStats
}

/** Runs a beat again and again while it fails, until it returns or `stop` aborts. */
export function supervise(beat: Supervised, stop: AbortSignal, restarts: Restarts): Supervision {
  const supervisor = new Supervisor(beat, stop, restarts)
  const done = supervisor.untilDone()
  return { done, stats: () => supervisor.stats }
}

class Supervisor {
  readonly #beat: Supervised
  readonly #stop: AbortSignal
  readonly #restarts: Restarts
  #state: BeatStats['state'] = 'waiting'
  #starts = 0
  #failures = 0
  /** Failures since the last steady run. */
  #failuresInARow = 0

  constructor(beat: Supervised, stop: AbortSignal, restarts: Restarts) {
    this.#beat = beat
    this.#stop = stop
    this.#restarts = restarts
  }

  get stats(): BeatStats {
    return { state: this.#state, starts: this.#starts, failures: this.#failures }
  }

  async untilDone(): Promise<void> {
    const restarts = this.#restarts
    while (!this.#stop.aborted && !(await this.#runOnce()) && restarts !== 'never') {
      await this.#pause(restarts)
    }
    this.#state = 'done'
  }

  /** Returns whether the beat is done: it has returned, or has ended because of the stop. */
  async #runOnce(): Promise<boolean> {
    const { log } = this.#beat
    const startedMs = performance.now()
    this.#state = 'running'
    this.#starts++
    try {
      log.info(this.#starts === 1 ? 'Beat started' : 'Beat started again')
      await this.#attempt()
      log.info('Beat stopped')
      return true
    } catch (error) {
      if (!this.#stop.aborted) return this.#noteFailure(error, performance.now() - startedMs)
      this.#noteStopped(error)
      return true
    }
  }

  /** Aborts afterwards, so that a timer or a socket of this run does not live on beside the next run. */
  async #attempt(): Promise<void> {
    const over = new AbortController()
    try {
      await this.#beat.run(AbortSignal.any([this.#stop, over.signal]))
    } finally {
      over.abort()
    }
  }

  #noteFailure(error: unknown, ranMs: number): false {
    this.#failures++
    const isSteady = this.#restarts !== 'never' && ranMs >= this.#restarts.steadyMs
    this.#failuresInARow = isSteady ? 1 : this.#failuresInARow + 1
    this.#beat.log.error(
      { err: error, failures: this.#failures },
      `Beat failed: ${messageOf(error)}`,
    )
    return false
  }

  #noteStopped(error: unknown): void {
    const { log } = this.#beat
    const isAbort = error instanceof Error && error.name === 'AbortError'
    if (isAbort || error === this.#stop.reason) log.info('Beat stopped')
    else log.warn({ err: error }, `Beat failed while stopping: ${messageOf(error)}`)
  }

  async #pause(restarts: RestartSettings): Promise<void> {
    const pause = pauseMs(this.#failuresInARow, restarts)
    this.#state = 'waiting'
    this.#beat.log.info({ pause_ms: Math.round(pause) }, 'Beat starts again after a pause')
    // Rejects only because of the stop, which the caller checks.
    await setTimeout(pause, undefined, { signal: this.#stop }).catch(() => undefined)
  }
}
