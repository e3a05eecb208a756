import type { ArchitectureRecord } from './architecture.ts'
import { ERRNO } from './errno.ts'

export const amd64 = {
  name: 'amd64',
  audit: 0xc000003e,
  endian: 'little',
  bits: 64,
  foreignFrom: 0x40000000, // __X32_SYSCALL_BIT
  cloneFlags: 0,
  mapAnonymous: 0x20n,
  mmapByPointer: false,
  glibcSocketcall: false,
  hasRegisters: true,
  errno: ERRNO,
  names: {
    node: 'x64',
    debian: 'amd64',
    rpm: 'x86_64',
    scmp: 'SCMP_ARCH_X86_64',
    native: 'amd64',
    audit: 'x86_64',
    gnu: 'x86_64-linux-gnu',
  },
  headers: { folder: 'x86', defines: ['__x86_64__'] },
  table: () => import('./tables/amd64.ts'),
  policy: () => import('./defaults/amd64.ts'),
} as const satisfies ArchitectureRecord
