import type { Event } from 'sealbeat'

/** Tells that the kernel had no room for records: so many violations, or other records, are unknown. */
export function lostEvent(count: number): Event {
  return {
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

/** Milliseconds between two warnings. */
const PERIOD = 60_000

/** Warns at the first loss and then no more than once a minute, with all that was lost since. */
export function lossWarning(warn: (lost: number) => void): (count: number, now?: number) => void {
  let last = Number.NEGATIVE_INFINITY
  let lost = 0
  return (count, now = performance.now()) => {
    lost += count
    if (lost === 0 || now - last < PERIOD) return
    warn(lost)
    last = now
    lost = 0
  }
}
