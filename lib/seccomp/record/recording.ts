import type { Counts } from './counts.ts'
import type { Phase } from './phases.ts'

/** An agent that runs while its calls are recorded, by either method. */
export interface RecordedAgent {
  readonly phase: Phase
  /** Why the recording has stopped, if it has. */
  readonly failure: string | undefined
  /** All calls seen so far. */
  counts(): Counts
  signal(signal: NodeJS.Signals): void
  /** The exit code, or 128 plus the number of the signal that ended it, as in shells. */
  ended(): Promise<number>
  /** Messages about each known gap in the recording; empty if it is complete. */
  readonly shortcomings: readonly string[]
}
