import { readFileSync, readlinkSync } from 'node:fs'
import { seesEveryProcess } from './parents.ts'
import type { SeccompRecord } from './records/seccomp.ts'

/** The shortest time between two reports of the same system call of the agent itself. */
const REPORT_INTERVAL_MS = 60_000

/**
 * How to treat a record: report it, with the number of similar ones suppressed since the last report, or
 * suppress it (undefined).
 */
type Decision = { readonly unreported: number } | undefined

/**
 * Keeps the agent's own violations from feeding on each other: reporting a violation takes system calls,
 * which may be denied as well. So for each system call of the agent, one violation a minute is reported,
 * with the number of those suppressed. Violations of other processes are always reported.
 */
export class OwnViolations {
  readonly #isOwn: (record: SeccompRecord) => boolean
  readonly #reported = new Map<number, { readonly atMs: number; unreported: number }>()

  constructor(isOwn: (record: SeccompRecord) => boolean = ownProcess()) {
    this.#isOwn = isOwn
  }

  /** @param nowMs the time on any one monotonic clock */
  decide(record: SeccompRecord, nowMs = performance.now()): Decision {
    if (!this.#isOwn(record)) return { unreported: 0 }
    const last = this.#reported.get(record.syscall)
    if (last && nowMs - last.atMs < REPORT_INTERVAL_MS) {
      last.unreported++
      return undefined
    }
    this.#reported.set(record.syscall, { atMs: nowMs, unreported: 0 })
    return { unreported: last?.unreported ?? 0 }
  }
}

/**
 * Returns a test for records of this process. A PID namespace gives the process another id than the record
 * has, so there it is recognised by its program and login. Agents on the same host may then be mistaken for
 * each other.
 */
function ownProcess(): (record: SeccompRecord) => boolean {
  if (seesEveryProcess()) return ({ pid }) => pid === process.pid
  const exe = readlinkSync('/proc/self/exe')
  const uid = readFileSync('/proc/self/loginuid', 'utf8')
  return record => record.exe === exe && String(record.auid ?? 0xffffffff) === uid
}
