import { readFileSync, readlinkSync } from 'node:fs'
import { seesEveryProcess } from './parents.ts'

/** Who has violated a policy. */
interface Violator {
  readonly pid: number
  readonly exe: string | undefined
  /** The user who logged in, undefined if nobody did; null if the records don't say. */
  readonly auid: number | undefined | null
}

/** The shortest time between two reports of the same violation by the agent itself. */
const REPORT_INTERVAL_MS = 60_000

/** How many kinds of violations are remembered. */
const MAX_KINDS = 1024

/**
 * How to treat a violation: report it, with the number of similar ones suppressed since the last report, or
 * suppress it (undefined).
 */
type Decision = { readonly unreported: number } | undefined

/**
 * Keeps the agent's own violations from feeding on each other: reporting a violation takes system calls,
 * which may be denied as well. So for each system call of the agent and each right that Landlock denies to it, one
 * violation a minute is reported, with the number of those suppressed. Whose violation is unknown may be the
 * agent's. Violations of other processes are always reported.
 */
export class OwnViolations {
  readonly #isOwn: (violator: Violator) => boolean
  readonly #reported = new Map<string, { readonly atMs: number; unreported: number }>()

  constructor(isOwn: (violator: Violator) => boolean = ownProcess()) {
    this.#isOwn = isOwn
  }

  /**
   * @param kind what violations to take together, such as a system call
   * @param violator undefined if unknown
   * @param nowMs the time on any one monotonic clock
   */
  decide(kind: string, violator: Violator | undefined, nowMs = performance.now()): Decision {
    if (violator && !this.#isOwn(violator)) return { unreported: 0 }
    const last = this.#reported.get(kind)
    if (last && nowMs - last.atMs < REPORT_INTERVAL_MS) {
      last.unreported++
      return undefined
    }
    this.#reported.delete(kind)
    this.#reported.set(kind, { atMs: nowMs, unreported: this.#forgetOldest() })
    return { unreported: last?.unreported ?? 0 }
  }

  /** How many violations no report has told of yet. */
  get suppressed(): number {
    return [...this.#reported.values()].reduce((sum, { unreported }) => sum + unreported, 0)
  }

  /** Returns how many of the forgotten kind were not reported, so that another report tells of them. */
  #forgetOldest(): number {
    for (const [kind, { unreported }] of this.#reported) {
      if (this.#reported.size < MAX_KINDS) break
      this.#reported.delete(kind)
      return unreported
    }
    return 0
  }
}

/**
 * Returns a test for records of this process. A PID namespace gives the process another id than the record
 * has, so there it is recognised by its program and login. Agents on the same host may then be mistaken for
 * each other.
 */
export function ownProcess(
  isNumberedAlike = seesEveryProcess(),
  self = inRecords,
): (violator: Violator) => boolean {
  if (isNumberedAlike) return ({ pid }) => pid === process.pid
  const { exe, login } = self()
  return violator =>
    violator.exe === exe &&
    (violator.auid === null || String(violator.auid ?? 0xffffffff) === login)
}

/** The program of this process, and its login in decimal digits, as records have them. */
function inRecords() {
  return {
    exe: readlinkSync('/proc/self/exe'),
    login: readFileSync('/proc/self/loginuid', 'utf8'),
  }
}
