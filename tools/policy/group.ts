import type { ArchitectureRecord } from '../../lib/seccomp/architectures/architecture.ts'
import type { Operation } from '../../lib/seccomp/policy/policy.ts'

/** Calls that a default policy allows with any arguments, with one reason for all of them. */
export interface Group {
  readonly title: string
  readonly why: readonly string[]
  /** Calls that the workload makes. If a recording doesn't prove it, no policy is written. */
  readonly recorded: readonly string[]
  /** Calls that the recordings lack, or that not every run makes, each with its caller. */
  readonly others: Readonly<Record<string, string>>
}

/** Calls that are allowed only with arguments that match one of the `cases`. */
export interface Narrowed {
  readonly names: readonly string[]
  readonly why: readonly string[]
  readonly cases: readonly Case[]
  /** Tells on which architectures; undefined means on every one that has the names. */
  readonly only?: (architecture: ArchitectureRecord) => boolean
}

export interface Case {
  readonly note: string
  readonly tests: readonly Test[]
}

/** `value` is a name if the value differs between architectures, see constants.ts. */
export interface Test {
  readonly argument: number | ((architecture: ArchitectureRecord) => number)
  readonly operation: Operation
  readonly value: number | string
  readonly mask?: number
}
