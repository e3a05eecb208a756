import type { ArchitectureRecord } from './architecture.ts'
import { ERRNO } from './errno.ts'

export const loong64 = {
  name: 'loong64',
  audit: 0xc0000102,
  endian: 'little',
  bits: 64,
  cloneFlags: 0,
  mapAnonymous: 0x20n,
  mmapByPointer: false,
  glibcSocketcall: false,
  hasRegisters: true,
  errno: ERRNO,
  names: {
    node: 'loong64',
    debian: 'loong64',
    rpm: 'loongarch64',
    scmp: 'SCMP_ARCH_LOONGARCH64',
    native: 'loong64',
    audit: 'loongarch64',
    gnu: 'loongarch64-linux-gnu',
  },
  headers: { folder: 'loongarch', defines: ['__loongarch__'] },
  table: () => import('./tables/loong64.ts'),
  policy: () => import('./defaults/loong64.ts'),
} as const satisfies ArchitectureRecord
