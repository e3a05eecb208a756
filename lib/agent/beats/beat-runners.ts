import { noSourceCounts } from '../../pipeline/stats.ts'
import { settledBy } from '../../settled.ts'
import { openFailed } from '../../system-errors.ts'
import { type ConfiguredBeat, type Plan, titleOf, withBeats } from '../plan.ts'
import type { CloseStack } from '../process/close-stack.ts'
import type { StopRequest } from '../process/stop.ts'
import { BeatRunner } from './beat-runner.ts'
import { type BeatCounts, type BeatDeps, openBeat } from './open-beat.ts'
import { RESTARTS, type Restarts } from './supervise.ts'

/** Between two reminders that a beat is still opening. */
const REMINDER_MS = 10_000

/** The runners of all beats that are open: once the start is over, those of the plan. */
export class BeatRunners {
  readonly #deps: BeatDeps
  readonly #closeStack: CloseStack
  readonly #stop: StopRequest
  readonly #restarts: Restarts
  /** By id, in the order of opening. */
  readonly #runners = new Map<string, BeatRunner>()
  /** By id. A beat that a reload restarts goes on counting; one that it removes is forgotten. */
  readonly #counts = new Map<string, BeatCounts>()
  #plan: Plan
  #change: Promise<void> | undefined

  constructor(
    plan: Plan,
    deps: BeatDeps,
    closeStack: CloseStack,
    stop: StopRequest,
    restarts: Restarts = deps.once ? 'never' : RESTARTS,
  ) {
    this.#plan = plan
    this.#deps = deps
    this.#closeStack = closeStack
    this.#stop = stop
    this.#restarts = restarts
  }

  /** The plan that is carried out, which a reload changes. */
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
   * Opens a beat. Returns undefined if a stop came first.
   *
   * @throws AgentError `OPEN_FAILED`
   */
  async open(configured: ConfiguredBeat): Promise<BeatRunner | undefined> {
    const { id } = configured
    const title = titleOf(configured)
    const opening = openBeat(configured, this.#countsOf(id), this.#deps)
    if (!(await this.#openedBeforeStop(title, opening))) return undefined
    const beat = await opening.catch(error => Promise.reject(openFailed(title, error)))
    const runner = new BeatRunner(configured, beat, this.#closeStack.add(title, beat.close))
    this.#runners.set(id, runner)
    return runner
  }

  run(...runners: readonly BeatRunner[]): void {
    for (const runner of runners) runner.start(this.#stop.signal, this.#restarts)
  }

  /** Closes runners whose runs have ended, last opened first, within `timeoutMs` for all of them. */
  async close(runners: readonly BeatRunner[], timeoutMs: number): Promise<void> {
    const deadline = AbortSignal.timeout(timeoutMs)
    for (const runner of this.all.toReversed().filter(each => runners.includes(each))) {
      this.#runners.delete(runner.id)
      await runner.close(deadline)
    }
  }

  /** Carries out this plan from now on, with the beats that are open. */
  follow(plan: Plan): void {
    for (const id of this.#counts.keys()) if (!this.#runners.has(id)) this.#counts.delete(id)
    this.#plan = withBeats(
      plan,
      this.all.map(({ configured }) => configured),
    )
  }

  /** While a change goes on `done` stays pending, though every beat may have ended. */
  change(by: () => Promise<void>): Promise<void> {
    const change = by()
    this.#change = change
      .catch(() => undefined)
      .finally(() => {
        this.#change = undefined
      })
    return change
  }

  /** Resolves when every beat is done and none is being changed. */
  async done(): Promise<void> {
    while (this.#change !== undefined || this.all.some(({ isDone }) => !isDone)) {
      await Promise.all([this.#change, ...this.all.map(({ done }) => done)])
    }
  }

  #countsOf(id: string): BeatCounts {
    const counts = this.#counts.get(id) ?? { ...noSourceCounts(), failed: new Map() }
    this.#counts.set(id, counts)
    return counts
  }

  async #openedBeforeStop(title: string, opening: Promise<unknown>): Promise<boolean> {
    const remind = () => this.#deps.log.warn(`${title} is still opening`)
    const reminder = setInterval(remind, REMINDER_MS)
    try {
      return await settledBy(opening, this.#stop.signal)
    } finally {
      clearInterval(reminder)
    }
  }
}
