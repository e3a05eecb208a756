import type { ArchitectureName } from '../architectures/architecture.ts'
import type { Action } from './policy.ts'

/** libseccomp's words, as the OCI runtime specification (config-linux.md, seccomp) has them. */
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

/** What a profile calls an architecture: in `architectures`, and in `includes.arches`. */
export const SCMP_ARCHITECTURES: {
  readonly [A in ArchitectureName]: { readonly scmp: string; readonly native: string }
} = {
  amd64: { scmp: 'SCMP_ARCH_X86_64', native: 'amd64' },
  '386': { scmp: 'SCMP_ARCH_X86', native: 'x86' },
  arm64: { scmp: 'SCMP_ARCH_AARCH64', native: 'arm64' },
  arm: { scmp: 'SCMP_ARCH_ARM', native: 'arm' },
  riscv64: { scmp: 'SCMP_ARCH_RISCV64', native: 'riscv64' },
  ppc64le: { scmp: 'SCMP_ARCH_PPC64LE', native: 'ppc64le' },
  s390x: { scmp: 'SCMP_ARCH_S390X', native: 's390x' },
  loong64: { scmp: 'SCMP_ARCH_LOONGARCH64', native: 'loong64' },
  mips64le: { scmp: 'SCMP_ARCH_MIPSEL64', native: 'mips64le' },
}
