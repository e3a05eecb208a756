import type { ArchitectureRecord } from '../../lib/seccomp/architectures/architecture.ts'
import type { Operation } from '../../lib/seccomp/policy/policy.ts'

/** Calls that a default policy allows whatever their arguments, with one reason for them all. */
export interface Group {
  readonly title: string
  readonly why: readonly string[]
  /** Called by the workload; the recordings prove it, or no policy is made. */
  readonly recorded: readonly string[]
  /** Not called, or not in every run, on the machine that recorded: each with what calls it. */
  readonly others: Readonly<Record<string, string>>
}

/** Calls that are allowed only with the arguments of one of the `cases`. */
export interface Narrowed {
  readonly names: readonly string[]
  readonly why: readonly string[]
  readonly cases: readonly Case[]
  /** On which architectures; if undefined, on every one that has the names. */
  readonly only?: (architecture: ArchitectureRecord) => boolean
}

export interface Case {
  readonly note: string
  readonly tests: readonly Test[]
}

/** `value` by name where it differs between architectures, see constants.ts. */
export interface Test {
  readonly argument: number | ((architecture: ArchitectureRecord) => number)
  readonly operation: Operation
  readonly value: number | string
  readonly mask?: number
}
