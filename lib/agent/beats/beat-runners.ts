import { settledBy } from '../../settled.ts'
import { openFailed } from '../../system-errors.ts'
import type { ConfiguredBeat, Plan } from '../configure.ts'
import type { CloseStack } from '../process/close-stack.ts'
import type { StopRequest } from '../process/stop.ts'
import { BeatRunner } from './beat-runner.ts'
import { type BeatDeps, openBeat } from './open-beat.ts'
import { RESTARTS, type RestartSettings } from './supervise.ts'

/** Milliseconds after which a beat that is still opening is named, again and again. */
const REMINDER_MS = 10_000

/** The beats that are open: all that the plan has, once they are opened at the start. */
export class BeatRunners {
  readonly #deps: BeatDeps
  readonly #closeStack: CloseStack
  readonly #stop: StopRequest
  readonly #restarts: RestartSettings
  /** By id, in the order of opening. */
  readonly #runners = new Map<string, BeatRunner>()
  #plan: Plan
  #change: Promise<void> | undefined

  constructor(
    plan: Plan,
    deps: BeatDeps,
    closeStack: CloseStack,
    stop: StopRequest,
    restarts: RestartSettings = RESTARTS,
  ) {
    this.#plan = plan
    this.#deps = deps
    this.#closeStack = closeStack
    this.#stop = stop
    this.#restarts = restarts
  }

  /** What is being done, which a reload changes. */
  get plan(): Plan {
    return this.#plan
  }

  get isStopping(): boolean {
    return this.#stop.signal.aborted
  }

  get all(): readonly BeatRunner[] {
    return [...this.#runners.values()]
  }

  /**
   * Opens a beat; undefined where a stop came first.
   *
   * @throws AgentError `OPEN_FAILED`
   */
  async open(configured: ConfiguredBeat): Promise<BeatRunner | undefined> {
    const { id } = configured.config
    const what = `beat ${id}`
    const opening = openBeat(configured, this.#deps)
    if (!(await this.#openedBeforeStop(what, opening))) return undefined
    const beat = await opening.catch(error => Promise.reject(openFailed(what, error)))
    const runner = new BeatRunner(configured, beat, this.#closeStack.add(what, beat.close))
    this.#runners.set(id, runner)
    return runner
  }

  run(...all: readonly BeatRunner[]): void {
    for (const runner of all) runner.start(this.#stop.signal, this.#restarts)
  }

  /** Closes members that have ended, the last opened first, so many milliseconds long. */
  async close(all: readonly BeatRunner[], timeoutMs: number): Promise<void> {
    const deadline = AbortSignal.timeout(timeoutMs)
    for (const runner of this.all.toReversed().filter(each => all.includes(each))) {
      this.#runners.delete(runner.id)
      await runner.close(deadline)
    }
  }

  /** Follows this plan from now on, with the beats that there are. */
  follow(plan: Plan): void {
    this.#plan = { ...plan, beats: this.all.map(({ configured }) => configured) }
  }

  /** While a change goes on the fleet isn't done, though all of it may have ended. */
  change(by: () => Promise<void>): Promise<void> {
    const change = by()
    this.#change = change
      .catch(() => undefined)
      .finally(() => {
        this.#change = undefined
      })
    return change
  }

  /** Resolves when every beat is done, and none is being changed. */
  async done(): Promise<void> {
    while (this.#change !== undefined || this.all.some(({ isDone }) => !isDone)) {
      await Promise.all([this.#change, ...this.all.map(({ done }) => done)])
    }
  }

  async #openedBeforeStop(what: string, opening: Promise<unknown>): Promise<boolean> {
    const remind = () => this.#deps.log.warn(`${what} is still opening`)
    const reminder = setInterval(remind, REMINDER_MS)
    try {
      return await settledBy(opening, this.#stop.signal)
    } finally {
      clearInterval(reminder)
    }
  }
}
