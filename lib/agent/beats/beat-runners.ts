import { settledBy } from '../../settled.ts'
import { openFailed } from '../../system-errors.ts'
import type { ConfiguredBeat, Plan } from '../configure.ts'
import type { Opened } from '../process/close-stack.ts'
import type { StopRequest } from '../process/stop.ts'
import { Member } from './beat-runner.ts'
import { type BeatSurroundings, openBeat } from './open-beat.ts'
import { RESTARTS, type RestartSettings } from './supervise.ts'

/** Milliseconds after which a beat that is still opening is named, again and again. */
const SLOW = 10_000

/** The beats that are open: all that the plan has, once they are opened at the start. */
export class Fleet {
  readonly #surroundings: BeatSurroundings
  readonly #opened: Opened
  readonly #stop: StopRequest
  readonly #restarts: RestartSettings
  /** By id, in the order of opening. */
  readonly #members = new Map<string, Member>()
  #plan: Plan
  #change: Promise<void> | undefined

  constructor(
    plan: Plan,
    surroundings: BeatSurroundings,
    opened: Opened,
    stop: StopRequest,
    restarts: RestartSettings = RESTARTS,
  ) {
    this.#plan = plan
    this.#surroundings = surroundings
    this.#opened = opened
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

  get members(): readonly Member[] {
    return [...this.#members.values()]
  }

  /**
   * Opens a beat; undefined where a stop came first.
   *
   * @throws AgentError `OPEN_FAILED`
   */
  async open(configured: ConfiguredBeat): Promise<Member | undefined> {
    const { id } = configured.config
    const what = `beat ${id}`
    const opening = openBeat(configured, this.#surroundings)
    if (!(await this.#openedBeforeStop(what, opening))) return undefined
    const beat = await opening.catch(error => Promise.reject(openFailed(what, error)))
    const member = new Member(configured, beat, this.#opened.add(what, beat.close))
    this.#members.set(id, member)
    return member
  }

  run(...members: readonly Member[]): void {
    for (const member of members) member.start(this.#stop.signal, this.#restarts)
  }

  /** Closes members that have ended, the last opened first, so many milliseconds long. */
  async close(members: readonly Member[], patience: number): Promise<void> {
    const deadline = AbortSignal.timeout(patience)
    for (const member of this.members.toReversed().filter(each => members.includes(each))) {
      this.#members.delete(member.id)
      await member.close(deadline)
    }
  }

  /** Follows this plan from now on, with the beats that there are. */
  follow(plan: Plan): void {
    this.#plan = { ...plan, beats: this.members.map(({ configured }) => configured) }
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
    while (this.#change !== undefined || this.members.some(({ isDone }) => !isDone)) {
      await Promise.all([this.#change, ...this.members.map(({ done }) => done)])
    }
  }

  async #openedBeforeStop(what: string, opening: Promise<unknown>): Promise<boolean> {
    const remind = () => this.#surroundings.log.warn(`${what} is still opening`)
    const reminder = setInterval(remind, SLOW)
    try {
      return await settledBy(opening, this.#stop.signal)
    } finally {
      clearInterval(reminder)
    }
  }
}
