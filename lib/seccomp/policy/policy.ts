import type { ErrnoName } from '../architectures/errno.ts'

/** The actions of S11, in the kernel's order of precedence, strictest first (seccomp(2)). */
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

/** `SECCOMP_RET_*` of linux/seccomp.h. */
export const RETURNS: { readonly [A in Action]: number } = {
  kill_process: 0x80000000,
  kill_thread: 0x00000000,
  trap: 0x00030000,
  errno: 0x00050000,
  trace: 0x7ff00000,
  log: 0x7ffc0000,
  allow: 0x7fff0000,
}

/**
 * The kernel's answer to a call. `errno` is the name of the error (`ENOSYS`). It belongs to the action
 * `errno`, and to a `trap` after which the call fails with that error (`diagnosed`).
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
  /** Only for `MaskedEqual`: `(argument & mask) == value`. */
  readonly mask?: bigint
}

/** A rule for one name: the verdict on calls that meet all conditions (without any: every call). */
export interface Rule {
  readonly name: string
  readonly conditions: readonly Condition[]
  readonly verdict: Verdict
  /** False: the rule is left out where only other architectures have the call. */
  readonly mustExist?: false
  /** Where the rule comes from: `default amd64`, `beat file: watches files`, `beat.yml:14`. */
  readonly origin: string
}

/** Which of several rules whose conditions hold decides: the one with the strictest action, or the one written first. */
export const PRECEDENCES = ['strictest', 'first'] as const
export type Precedence = (typeof PRECEDENCES)[number]

export interface Policy {
  readonly defaultAction: Action
  readonly defaultOrigin: string
  /** `strictest` if it is not given. */
  readonly precedence?: Precedence
  readonly rules: readonly Rule[]
}

/** `errno(ENOSYS)`, `allow`: the printed form of a verdict. Equal verdicts have equal forms. */
export function formatVerdict({ action, errno }: Verdict): string {
  return errno === undefined ? action : `${action}(${errno})`
}

/** `argument 0 MaskedEqual 0x1 under 0xf`: the printed form. Equal conditions have equal forms. */
export function formatCondition({ argument, operation, value, mask }: Condition): string {
  const under = mask === undefined ? '' : ` under 0x${mask.toString(16)}`
  return `argument ${argument} ${operation} 0x${value.toString(16)}${under}`
}

/** A key that is equal for two rules with the same conditions, whatever their verdicts. */
export function conditionsKey({ conditions }: Pick<Rule, 'conditions'>): string {
  return conditions.map(formatCondition).sort().join(' and ')
}
