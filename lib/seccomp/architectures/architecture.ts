import { i386 } from './386.ts'
import { amd64 } from './amd64.ts'
import { arm } from './arm.ts'
import { arm64 } from './arm64.ts'
import type { ErrnoName } from './errno.ts'
import { loong64 } from './loong64.ts'
import { mips64le } from './mips64le.ts'
import { ppc64le } from './ppc64le.ts'
import { riscv64 } from './riscv64.ts'
import { s390x } from './s390x.ts'
import type { SyscallTable } from './syscall-table.ts'

/** All facts about one architecture. Everything else derives from these records. */
export interface ArchitectureRecord {
  /** The name that the specification (S5) and Go use. */
  readonly name: string
  /** `AUDIT_ARCH_*` of linux/audit.h, as in `seccomp_data.arch`. */
  readonly audit: number
  readonly endian: 'little' | 'big'
  /** Width of a system call's argument. If it is 32, the upper half is always 0. */
  readonly bits: 32 | 64
  /** Numbers from here on belong to another ABI with the same `audit`: x32 on amd64. */
  readonly foreignFrom?: number
  /** Which argument of clone has the flags: 1 with CONFIG_CLONE_BACKWARDS2, see clone(2). */
  readonly cloneFlags: 0 | 1
  /** MAP_ANONYMOUS of mmap(2). */
  readonly mapAnonymous: bigint
  /** Whether the call `mmap` takes a pointer to its arguments, which no filter sees. */
  readonly mmapByPointer: boolean
  /** Whether glibc makes its socket calls through socketcall(2). */
  readonly glibcSocketcall: boolean
  /** Whether addon/seccomp/registers.h can read a trapped call's registers. */
  readonly hasRegisters: boolean
  readonly errno: Readonly<Record<ErrnoName, number>>
  readonly names: NamesElsewhere
  readonly headers: KernelHeaders
  /** Loads the generated table. */
  readonly table: () => Promise<{ readonly table: SyscallTable }>
  /** Loads the generated default policy. Undefined if Node does not run there. */
  readonly policy?: () => Promise<{ readonly section: unknown }>
}

/** An architecture's names in other projects. */
interface NamesElsewhere {
  /** `process.arch` of a Node with this endianness. */
  readonly node: string
  /** For dpkg. */
  readonly debian: string
  /** For rpmbuild. */
  readonly rpm: string
  /** For libseccomp and in `architectures` of an OCI profile. */
  readonly scmp: string
  /** In `includes.arches` of a profile (moby profiles/seccomp). */
  readonly native: string
  /** For the audit tools: `AUDIT_ARCH_*` of linux/audit.h in lower case. */
  readonly audit: string
  /** The GNU triplet in the names of Debian's cross compilers. */
  readonly gnu: string
}

/** How to read the kernel's headers for an architecture. */
export interface KernelHeaders {
  /** The folder below /usr/lib/linux/uapi (linux-libc-dev). */
  readonly folder: string
  /** Macros that the compiler predefines there and the headers check. */
  readonly defines: readonly string[]
}

const RECORDS = [amd64, i386, arm64, arm, riscv64, ppc64le, s390x, loong64, mips64le] as const

export type ArchitectureName = (typeof RECORDS)[number]['name']

/** The names of all architectures that have a table. */
export const ARCHITECTURES: readonly ArchitectureName[] = RECORDS.map(({ name }) => name)

/** An architecture with its table loaded. */
export interface Architecture extends Omit<ArchitectureRecord, 'table' | 'policy'> {
  readonly name: ArchitectureName
  readonly table: SyscallTable
  /** By name, one letter per argument: `i` if the kernel looks at the low 32 bits alone. */
  readonly widths: Readonly<Record<string, string>>
}

const BY_NAME: ReadonlyMap<string, ArchitectureRecord> = new Map(
  RECORDS.map(record => [record.name, record]),
)

/** The record alone: the table takes time to load. */
export function recordOf(name: ArchitectureName): ArchitectureRecord {
  const record = BY_NAME.get(name)
  if (!record) throw new TypeError(`no architecture ${name}`)
  return record
}

/** `process.arch` → its record, whatever the endianness. Undefined if Node's name has none. */
export function recordOfNode(processArch: string): ArchitectureRecord | undefined {
  return RECORDS.find(({ names }) => names.node === processArch)
}

/** `process.arch` → our name. Undefined if there is no table for it. */
export function architectureOf(
  processArch: string,
  endian: 'LE' | 'BE',
): ArchitectureName | undefined {
  const written = endian === 'LE' ? 'little' : 'big'
  return RECORDS.find(each => each.names.node === processArch && each.endian === written)?.name
}

/** Loads an architecture's table. This is late because a process needs only one of them. */
export async function loadArchitecture(name: ArchitectureName): Promise<Architecture> {
  const { table: load, policy: _, ...facts } = recordOf(name)
  const [{ table }, { ARGUMENT_WIDTHS }] = await Promise.all([
    load(),
    import('./tables/arguments.ts'),
  ])
  return { ...facts, name, table, widths: ARGUMENT_WIDTHS }
}
