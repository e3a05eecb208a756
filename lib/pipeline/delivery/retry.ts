import type { Lease } from '../lease.ts'
import type { Answer } from './answer.ts'

/** A lease that has to be tried again. */
export interface Retry {
  readonly lease: Lease
  /** Tries so far. */
  readonly tries: number
  /** performance.now() from which on it may be tried. */
  readonly dueMs: number
  /** Whether others of its batch have been settled. */
  readonly isRest: boolean
  /** Whether there is none after it, as the agent ends. */
  readonly isLast?: boolean
}

/** What a write has led to. */
export interface Written {
  /** Undefined: the write has failed, and the fate of all events is unknown. */
  readonly answer: Answer | undefined
  /** The pause before what is left is tried again. */
  readonly pauseMs: number
}
