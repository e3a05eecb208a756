import { ERRNO, type ErrnoName, MIPS_ERRNO } from './errno.ts'
import type { SyscallTable } from './syscall-table.ts'

/** The architectures that have a table, in the names that the specification (S5) and Go use. */
export const ARCHITECTURES = [
  'amd64',
  '386',
  'arm64',
  'arm',
  'riscv64',
  'ppc64le',
  's390x',
  'loong64',
  'mips64le',
] as const
export type ArchitectureName = (typeof ARCHITECTURES)[number]

/** What a program for an architecture depends on besides its system call numbers. */
export interface Traits {
  readonly name: ArchitectureName
  /** `AUDIT_ARCH_*` of linux/audit.h, as `seccomp_data.arch` has it. */
  readonly audit: number
  readonly endian: 'little' | 'big'
  /** Width of a system call's argument; where it is 32, the upper half is always 0. */
  readonly bits: 32 | 64
  /** From here on, numbers belong to another ABI that shares `audit`: x32 on amd64. */
  readonly foreignFrom?: number
}

export interface Architecture extends Traits {
  readonly table: SyscallTable
  /** By name, a letter per argument: `i` where the kernel looks at the low 32 bits alone. */
  readonly widths: Readonly<Record<string, string>>
  readonly errno: Readonly<Record<ErrnoName, number>>
}

const TRAITS: { readonly [A in ArchitectureName]: Omit<Traits, 'name'> } = {
  amd64: { audit: 0xc000003e, endian: 'little', bits: 64, foreignFrom: 0x40000000 },
  '386': { audit: 0x40000003, endian: 'little', bits: 32 },
  arm64: { audit: 0xc00000b7, endian: 'little', bits: 64 },
  arm: { audit: 0x40000028, endian: 'little', bits: 32 },
  riscv64: { audit: 0xc00000f3, endian: 'little', bits: 64 },
  ppc64le: { audit: 0xc0000015, endian: 'little', bits: 64 },
  s390x: { audit: 0x80000016, endian: 'big', bits: 64 },
  loong64: { audit: 0xc0000102, endian: 'little', bits: 64 },
  mips64le: { audit: 0xc0000008, endian: 'little', bits: 64 },
}

/** Without its table, which takes time to load. */
export function traitsOf(name: ArchitectureName): Traits {
  return { name, ...TRAITS[name] }
}

/** `process.arch` → our name; undefined where there is no policy for it. */
export function architectureOf(
  processArch: string,
  endian: 'LE' | 'BE',
): ArchitectureName | undefined {
  if (processArch === 's390x') return 's390x'
  if (endian === 'BE') return undefined
  const names: Readonly<Record<string, ArchitectureName>> = {
    x64: 'amd64',
    ia32: '386',
    arm64: 'arm64',
    arm: 'arm',
    riscv64: 'riscv64',
    ppc64: 'ppc64le',
    loong64: 'loong64',
    mips64el: 'mips64le',
  }
  return names[processArch]
}

/** The architecture with its table, which is loaded only now: a process needs one of them. */
export async function loadArchitecture(name: ArchitectureName): Promise<Architecture> {
  const [{ table }, { ARGUMENT_WIDTHS }] = await Promise.all([
    TABLES[name](),
    import('./tables/arguments.ts'),
  ])
  return {
    ...traitsOf(name),
    table,
    widths: ARGUMENT_WIDTHS,
    errno: name === 'mips64le' ? MIPS_ERRNO : ERRNO,
  }
}

const TABLES: { readonly [A in ArchitectureName]: () => Promise<{ table: SyscallTable }> } = {
  amd64: () => import('./tables/amd64.ts'),
  '386': () => import('./tables/386.ts'),
  arm64: () => import('./tables/arm64.ts'),
  arm: () => import('./tables/arm.ts'),
  riscv64: () => import('./tables/riscv64.ts'),
  ppc64le: () => import('./tables/ppc64le.ts'),
  s390x: () => import('./tables/s390x.ts'),
  loong64: () => import('./tables/loong64.ts'),
  mips64le: () => import('./tables/mips64le.ts'),
}
