import type { ArchitectureRecord } from './architecture.ts'
import { ERRNO } from './errno.ts'

export const i386 = {
  name: '386',
  audit: 0x40000003,
  endian: 'little',
  bits: 32,
  cloneFlags: 0,
  mapAnonymous: 0x20n,
  mmapByPointer: true,
  glibcSocketcall: true,
  hasRegisters: true,
  errno: ERRNO,
  names: {
    node: 'ia32',
    debian: 'i386',
    rpm: 'i686',
    scmp: 'SCMP_ARCH_X86',
    native: 'x86',
    audit: 'i386',
    gnu: 'i686-linux-gnu',
  },
  headers: { folder: 'x86', defines: ['__i386__'] },
  table: () => import('./tables/386.ts'),
  policy: () => import('./defaults/386.ts'),
} as const satisfies ArchitectureRecord
