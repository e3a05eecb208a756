import type { ArchitectureRecord } from './architecture.ts'
import { ERRNO } from './errno.ts'

export const riscv64 = {
  name: 'riscv64',
  audit: 0xc00000f3,
  endian: 'little',
  bits: 64,
  cloneFlags: 0,
  mapAnonymous: 0x20n,
  mmapByPointer: false,
  glibcSocketcall: false,
  hasRegisters: true,
  errno: ERRNO,
  names: {
    node: 'riscv64',
    debian: 'riscv64',
    rpm: 'riscv64',
    scmp: 'SCMP_ARCH_RISCV64',
    native: 'riscv64',
    audit: 'riscv64',
    gnu: 'riscv64-linux-gnu',
  },
  headers: { folder: 'riscv', defines: ['__riscv'] },
  table: () => import('./tables/riscv64.ts'),
  policy: () => import('./defaults/riscv64.ts'),
} as const satisfies ArchitectureRecord
