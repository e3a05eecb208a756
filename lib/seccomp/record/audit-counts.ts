import type { Architecture } from '../architectures/architecture.ts'
import { parseRecord, serialOf } from './audit-record.ts'
import { type Counts, type Kind, namesOf } from './counts.ts'

/** SECCOMP_RET_LOG of linux/seccomp.h. Records of other actions are denials, which must stay denied. */
const LOGGED = 0x7ffc0000

/** Counts the calls of one process from the lines of an audit log, one line at a time. */
export class AuditCounts {
  readonly #architecture: Architecture
  readonly #names: ReadonlyMap<number, string>
  readonly #counts = new Map<string, number>()
  readonly #unknown = new Map<number, number>()
  #foreign = 0
  #serial: number | undefined
  /** The number of records, of any type, that are missing from the log. */
  #lost = 0

  constructor(architecture: Architecture) {
    this.#architecture = architecture
    this.#names = namesOf(architecture)
  }

  get lost(): number {
    return this.#lost
  }

  add(line: string, pid: number): void {
    this.#countLost(serialOf(line))
    const record = parseRecord(line)
    if (!record || record.pid !== pid || record.code !== LOGGED) return
    const name = this.#names.get(record.syscall)
    if (record.arch !== this.#architecture.audit) this.#foreign++
    else if (name === undefined) increase(this.#unknown, record.syscall)
    else increase(this.#counts, name)
  }

  /** All calls are in phase `run`, as the filter that logs them was installed before. */
  counts(): Counts {
    const kinds = [...this.#counts].map(([name, count]): Kind => {
      return { phase: 'run', name, values: undefined, count }
    })
    return { kinds, unknown: this.#unknown, foreign: this.#foreign }
  }

  /** Counts gaps in the serials as lost records. Records of one event share a serial. */
  #countLost(serial: number | undefined): void {
    if (serial === undefined) return
    if (this.#serial !== undefined) this.#lost += Math.max(0, serial - this.#serial - 1)
    this.#serial = Math.max(serial, this.#serial ?? 0)
  }
}

function increase<K>(counts: Map<K, number>, key: K): void {
  counts.set(key, (counts.get(key) ?? 0) + 1)
}
