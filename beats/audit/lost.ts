import type { Event } from 'sealbeat'

/**
 * Builds the event for records that the kernel had no room for. `count` includes records of all types, so
 * it is unknown how many of them were violations.
 */
export function lostEvent(count: number): Event {
  return {
    message: `Audit records lost: ${count}`,
    event: {
      kind: 'event',
      category: ['process'],
      action: 'lost-audit-records',
      type: ['info'],
      outcome: 'unknown',
      dataset: 'audit.lost',
    },
    auditd: { lost: count },
  }
}

/** The shortest time between two warnings. */
const WARN_INTERVAL_MS = 60_000

/**
 * Warns at the first loss, and after that at most once a minute, with the number of records lost since the
 * last warning.
 */
export function lossWarning(warn: (lost: number) => void): (count: number, nowMs?: number) => void {
  let warnedAtMs = Number.NEGATIVE_INFINITY
  let lost = 0
  return (count, nowMs = performance.now()) => {
    lost += count
    if (lost === 0 || nowMs - warnedAtMs < WARN_INTERVAL_MS) return
    warn(lost)
    warnedAtMs = nowMs
    lost = 0
  }
}
