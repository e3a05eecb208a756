import type { SCMP_ACTIONS, ScmpOperator } from '../policy/scmp.ts'

/** An OCI, Docker or Podman seccomp profile, typed but not yet interpreted. */
export interface Profile {
  readonly defaultAction: ProfileAction
  /** `SCMP_ARCH_*`: the architectures that the profile applies to; empty if it doesn't say. */
  readonly architectures: readonly string[]
  readonly flags: readonly string[]
  readonly syscalls: readonly ProfileRule[]
}

/** `errno` is a number, or a name as Podman writes it; undefined means the runtime's default, EPERM. */
export interface ProfileAction {
  readonly action: keyof typeof SCMP_ACTIONS | 'SCMP_ACT_NOTIFY'
  readonly errno?: number | string
}

export interface ProfileRule extends ProfileAction {
  /** Its index in `syscalls`. */
  readonly index: number
  readonly names: readonly string[]
  readonly args: readonly ProfileArgument[]
  /** All of them must match; of several architectures, one. */
  readonly includes: Filter
  /** None of them may match. */
  readonly excludes: Filter
}

export interface ProfileArgument {
  /** 0 to 5. */
  readonly index: number
  readonly op: ScmpOperator
  /** The mask for `SCMP_CMP_MASKED_EQ`, with the compared value in `valueTwo`; else the value. */
  readonly value: bigint
  readonly valueTwo: bigint
}

/** Docker's and Podman's extension of the OCI format. */
export interface Filter {
  readonly arches: readonly string[]
  /** Such as `CAP_SYS_ADMIN`. */
  readonly caps: readonly string[]
  /** Lowest version, `[4, 8]`. */
  readonly minKernel?: KernelVersion
}

export type KernelVersion = readonly [major: number, minor: number]

/** Returns the first two numbers of a version such as `4.8` or `6.1.0-18-amd64`. */
export function parseKernelVersion(text: string): KernelVersion | undefined {
  const [, major, minor] = /^(\d{1,4})\.(\d{1,4})(?!\d)/.exec(text) ?? []
  return major === undefined ? undefined : [Number(major), Number(minor)]
}
