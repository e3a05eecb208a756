import type { Counts } from './counts.ts'
import type { Phase } from './phases.ts'

/** An agent that runs while its calls are recorded, whatever records them. */
export interface RecordedAgent {
  readonly phase: Phase
  /** Why nothing more is recorded, if so. */
  readonly failure: string | undefined
  /** All that has been seen so far. */
  counts(): Counts
  signal(signal: NodeJS.Signals): void
  /** The exit code; 128 + the signal's number where one has ended it, as shells have it. */
  ended(): Promise<number>
  /** What the record lacks for sure, in words; none where it is whole. */
  readonly shortcomings: readonly string[]
}
