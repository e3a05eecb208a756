import type { ErrnoName } from '../architectures/errno.ts'

/** In the kernel's order of precedence, strictest first (seccomp(2)); the specification's S11. */
export const ACTIONS = [
  'kill_process',
  'kill_thread',
  'trap',
  'errno',
  'trace',
  'log',
  'allow',
] as const
export type Action = (typeof ACTIONS)[number]

/**
 * What the kernel does with a call. `errno` is the error's name (`ENOSYS`), for `errno`, and for a
 * `trap` after which the call fails with it (`diagnosed`).
 */
export interface Verdict {
  readonly action: Action
  readonly errno?: ErrnoName
}

export const OPERATIONS = [
  'Equal',
  'NotEqual',
  'GreaterThan',
  'LessThan',
  'GreaterOrEqual',
  'LessOrEqual',
  'BitsSet',
  'BitsNotSet',
  'MaskedEqual',
] as const
export type Operation = (typeof OPERATIONS)[number]

/** A test of one argument, unsigned. `BitsSet`: any bit of `value` is set; `BitsNotSet`: none is. */
export interface Condition {
  /** 0 to 5. */
  readonly argument: number
  readonly operation: Operation
  readonly value: bigint
  /** For `MaskedEqual` alone: `(argument & mask) == value`. */
  readonly mask?: bigint
}

/** One name's rule: the verdict for calls that meet all conditions (none: every call). */
export interface Rule {
  readonly name: string
  readonly conditions: readonly Condition[]
  readonly verdict: Verdict
  /** Who says so: `default amd64`, `beat file: watches files`, `beat.yml:14`. */
  readonly origin: string
}

export interface Policy {
  readonly defaultAction: Action
  readonly defaultOrigin: string
  readonly rules: readonly Rule[]
}

/** `errno(ENOSYS)`, `allow`: a verdict as it is printed, and its identity. */
export function formatVerdict({ action, errno }: Verdict): string {
  return errno === undefined ? action : `${action}(${errno})`
}

/** `argument 0 MaskedEqual 0x1 under 0xf`: a condition as it is printed, and its identity. */
export function formatCondition({ argument, operation, value, mask }: Condition): string {
  const under = mask === undefined ? '' : ` under 0x${mask.toString(16)}`
  return `argument ${argument} ${operation} 0x${value.toString(16)}${under}`
}
