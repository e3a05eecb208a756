import type { SCMP_ACTIONS, ScmpOperator } from '../policy/scmp.ts'

/** An OCI, Docker or Podman seccomp profile, typed; nothing of it is interpreted yet. */
export interface Profile {
  readonly defaultAction: ProfileAction
  /** `SCMP_ARCH_*`: those for which the profile holds; empty where it doesn't say. */
  readonly architectures: readonly string[]
  readonly flags: readonly string[]
  readonly syscalls: readonly ProfileRule[]
}

/** `errno` is a number, or a name as Podman writes it; undefined: the runtime's default, EPERM. */
export interface ProfileAction {
  readonly action: keyof typeof SCMP_ACTIONS | 'SCMP_ACT_NOTIFY'
  readonly errno?: number | string
}

export interface ProfileRule extends ProfileAction {
  /** Its index in `syscalls`. */
  readonly index: number
  readonly names: readonly string[]
  readonly args: readonly ProfileArgument[]
  /** All of them have to hold, but one of several architectures will do. */
  readonly includes: Filter
  /** None of them may hold. */
  readonly excludes: Filter
}

export interface ProfileArgument {
  /** 0 to 5. */
  readonly index: number
  readonly op: ScmpOperator
  /** For `SCMP_CMP_MASKED_EQ` the mask, `valueTwo` then being what is compared. */
  readonly value: bigint
  readonly valueTwo: bigint
}

/** Docker's and Podman's extension of the OCI format. */
export interface Filter {
  readonly arches: readonly string[]
  /** `CAP_SYS_ADMIN`. */
  readonly caps: readonly string[]
  /** Lowest version, `[4, 8]`. */
  readonly minKernel?: KernelVersion
}

export type KernelVersion = readonly [major: number, minor: number]

/** `4.8`, `6.1.0-18-amd64` → the first two numbers. */
export function parseKernelVersion(text: string): KernelVersion | undefined {
  const [, major, minor] = /^(\d{1,4})\.(\d{1,4})(?!\d)/.exec(text) ?? []
  return major === undefined ? undefined : [Number(major), Number(minor)]
}
