import type { ArchitectureRecord } from './architecture.ts'
import { ERRNO } from './errno.ts'

export const arm64 = {
  name: 'arm64',
  audit: 0xc00000b7,
  endian: 'little',
  bits: 64,
  cloneFlags: 0,
  mapAnonymous: 0x20n,
  mmapByPointer: false,
  glibcSocketcall: false,
  hasRegisters: true,
  errno: ERRNO,
  names: {
    node: 'arm64',
    debian: 'arm64',
    rpm: 'aarch64',
    scmp: 'SCMP_ARCH_AARCH64',
    native: 'arm64',
    audit: 'aarch64',
    gnu: 'aarch64-linux-gnu',
  },
  headers: { folder: 'arm64', defines: ['__aarch64__'] },
  table: () => import('./tables/arm64.ts'),
  policy: () => import('./defaults/arm64.ts'),
} as const satisfies ArchitectureRecord
