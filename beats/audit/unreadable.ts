import type { Event } from 'sealbeat'
import type { TypeName } from './records/message-types.ts'

/** Records of one type that could not be read for one reason. */
export interface UnreadableRecords {
  readonly type: TypeName
  readonly reason: string
  readonly count: number
  /** The last one of them. */
  readonly text: string
}

/** The shortest time between two reports. */
const REPORT_INTERVAL_MS = 60_000

/**
 * Counts records that could not be read, so that they are reported at once, and after that once a minute: a report
 * takes system calls, which may be denied with yet another such record.
 */
export class Unreadable {
  readonly #found = new Map<string, UnreadableRecords>()
  #reportedAtMs = Number.NEGATIVE_INFINITY

  add(type: TypeName, reason: string, text: string): void {
    const key = `${type} ${reason}`
    this.#found.set(key, { type, reason, count: (this.#found.get(key)?.count ?? 0) + 1, text })
  }

  /** Those that are to be reported now. */
  due(nowMs: number): readonly UnreadableRecords[] {
    if (this.dueInMs(nowMs) !== 0) return []
    this.#reportedAtMs = nowMs
    const found = [...this.#found.values()]
    this.#found.clear()
    return found
  }

  /** After how long there is something to report; undefined if nothing is left. */
  dueInMs(nowMs: number): number | undefined {
    if (this.#found.size === 0) return undefined
    return Math.max(0, this.#reportedAtMs + REPORT_INTERVAL_MS - nowMs)
  }

  /** How many have not been reported. */
  get waiting(): number {
    return [...this.#found.values()].reduce((sum, { count }) => sum + count, 0)
  }
}

export function unreadableEvent({ type, reason, count, text }: UnreadableRecords): Event {
  return {
    message: `Audit records that can't be read: ${count} of type ${type} (${reason})`,
    event: {
      kind: 'event',
      category: ['process'],
      action: 'unreadable-audit-records',
      type: ['info'],
      outcome: 'unknown',
      dataset: 'audit.unreadable',
      original: text,
    },
    auditd: { message_type: type, unreadable: count, reason },
  }
}
