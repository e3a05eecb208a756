import type { ArchitectureName } from './architecture.ts'

/** The system calls of one architecture, as the kernel's own headers number them. */
export interface SyscallTable {
  /** `x32` has a table only so that its numbers can be named where they are refused. */
  readonly architecture: ArchitectureName | 'x32'
  /** The kernel whose headers these are, `7.2`: a number that is not here is newer than that. */
  readonly kernel: string
  /**
   * Kernel names (`__NR_` of asm/unistd.h, on arm `__ARM_NR_` too) to numbers as `seccomp_data.nr`
   * has them, ascending. Two names may share a number: the first is the one to print.
   */
  readonly numbers: Readonly<Record<string, number>>
}
