import type { ArchitectureName } from './architecture.ts'

/** The system calls of one architecture, with the numbers of the kernel's own headers. */
export interface SyscallTable {
  /** `x32` has a table only so that a refused number of its can be named. */
  readonly architecture: ArchitectureName | 'x32'
  /** The kernel that the headers are from, `7.2`. A number that is missing here is newer. */
  readonly kernel: string
  /**
   * Kernel names (`__NR_` of asm/unistd.h, on arm also `__ARM_NR_`) to numbers as in
   * `seccomp_data.nr`, ascending. Two names may share a number: print the first.
   */
  readonly numbers: Readonly<Record<string, number>>
}
