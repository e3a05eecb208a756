import { readFileSync, readlinkSync } from 'node:fs'
import { seesEveryProcess } from './parents.ts'
import type { SeccompRecord } from './record.ts'

/** Milliseconds in which a system call of the agent's own is reported once. */
const PERIOD = 60_000

/** What becomes of a record: reported, with how many like it were not since the last; or kept back. */
export type Told = { readonly unreported: number } | undefined

/**
 * Keeps violations of the agent itself from feeding on each other: to report one takes system calls,
 * which may be denied as well. Of each system call one a minute is reported, with the number of those
 * that were not; violations of other processes always are.
 */
export class OwnViolations {
  readonly #isOwn: (record: SeccompRecord) => boolean
  readonly #kept = new Map<number, { readonly since: number; unreported: number }>()

  constructor(isOwn: (record: SeccompRecord) => boolean = ownProcess()) {
    this.#isOwn = isOwn
  }

  /** `now`: milliseconds of one clock. */
  tell(record: SeccompRecord, now = performance.now()): Told {
    if (!this.#isOwn(record)) return { unreported: 0 }
    const kept = this.#kept.get(record.syscall)
    if (kept && now - kept.since < PERIOD) {
      kept.unreported++
      return undefined
    }
    this.#kept.set(record.syscall, { since: now, unreported: 0 })
    return { unreported: kept?.unreported ?? 0 }
  }
}

/**
 * Tells whether a record is of this process. In a PID namespace, which gives it another number than the
 * record has, it is known by its program and user: agents of one host may so be taken for each other.
 */
function ownProcess(): (record: SeccompRecord) => boolean {
  if (seesEveryProcess()) return ({ pid }) => pid === process.pid
  const exe = readlinkSync('/proc/self/exe')
  const uid = readFileSync('/proc/self/loginuid', 'utf8')
  return record => record.exe === exe && String(record.auid ?? 0xffffffff) === uid
}
