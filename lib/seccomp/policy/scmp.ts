import type { Action } from './policy.ts'

/** libseccomp's action names, which the OCI runtime specification uses (config-linux.md, seccomp). */
export const SCMP_ACTIONS = {
  SCMP_ACT_KILL: 'kill_thread',
  SCMP_ACT_KILL_THREAD: 'kill_thread',
  SCMP_ACT_KILL_PROCESS: 'kill_process',
  SCMP_ACT_TRAP: 'trap',
  SCMP_ACT_ERRNO: 'errno',
  SCMP_ACT_TRACE: 'trace',
  SCMP_ACT_LOG: 'log',
  SCMP_ACT_ALLOW: 'allow',
} as const satisfies Readonly<Record<string, Action>>

/** libseccomp's operators for conditions on arguments, from the same specification. */
export const SCMP_OPERATORS = [
  'SCMP_CMP_NE',
  'SCMP_CMP_LT',
  'SCMP_CMP_LE',
  'SCMP_CMP_EQ',
  'SCMP_CMP_GE',
  'SCMP_CMP_GT',
  'SCMP_CMP_MASKED_EQ',
] as const
export type ScmpOperator = (typeof SCMP_OPERATORS)[number]
