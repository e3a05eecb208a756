import { closeSync } from 'node:fs'

/** The phases of a recorded agent: `boot` is the start of Node, the others are the agent's stages. */
export const PHASES = ['boot', 'configure', 'open', 'confine', 'sandbox', 'run', 'close'] as const
export type Phase = (typeof PHASES)[number]

/** The phases with a filter installed. A policy need not allow calls from the earlier phases. */
const SEALED: readonly Phase[] = ['sandbox', 'run', 'close']

export function isSealed(phase: Phase): boolean {
  return SEALED.includes(phase)
}

/** Environment variable that is set for a recorded agent. */
export const RECORDED = 'SEALBEAT_RECORDED'

/** `close(MARK + n)` begins phase n. No process can have so high a descriptor open. */
export const MARK = 0x7ea10000

/**
 * Tells the recorder that a phase begins, by a marker in the stream of calls that it counts: a clock or
 * a log line would not be exact. The recorder answers the call itself; without a recorder it fails with
 * EBADF.
 */
export function markPhase(phase: Phase): void {
  try {
    closeSync(MARK + PHASES.indexOf(phase))
  } catch {
    // Nobody is recording.
  }
}
