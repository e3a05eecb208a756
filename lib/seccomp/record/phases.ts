import { closeSync } from 'node:fs'

/** A life as the recorder divides it: `boot` is Node's start, the others are the agent's stages. */
export const PHASES = ['boot', 'configure', 'open', 'sandbox', 'run', 'close'] as const
export type Phase = (typeof PHASES)[number]

/** From here on a filter is over the agent: what it called before, it need not be allowed. */
const SEALED: readonly Phase[] = ['sandbox', 'run', 'close']

export function isSealed(phase: Phase): boolean {
  return SEALED.includes(phase)
}

/** In the environment of an agent that is recorded. */
export const RECORDED = 'SEALBEAT_RECORDED'

/** `close` of this descriptor plus n begins phase n: far beyond what any process may have open. */
export const MARK = 0x7ea10000

/**
 * Tells the recorder, in the very stream of calls that it counts, that a phase begins: no clock and
 * no log line could say so exactly. The recorder answers the call itself; without one it is EBADF.
 */
export function markPhase(phase: Phase): void {
  try {
    closeSync(MARK + PHASES.indexOf(phase))
  } catch {
    // Nobody is recording.
  }
}
