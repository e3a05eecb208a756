import type { ArchitectureRecord } from './architecture.ts'
import { ERRNO } from './errno.ts'

export const s390x = {
  name: 's390x',
  audit: 0x80000016,
  endian: 'big',
  bits: 64,
  cloneFlags: 1,
  mapAnonymous: 0x20n,
  mmapByPointer: true,
  glibcSocketcall: true,
  hasRegisters: true,
  errno: ERRNO,
  names: {
    node: 's390x',
    debian: 's390x',
    rpm: 's390x',
    scmp: 'SCMP_ARCH_S390X',
    native: 's390x',
    audit: 's390x',
    gnu: 's390x-linux-gnu',
  },
  headers: { folder: 's390', defines: ['__s390x__'] },
  table: () => import('./tables/s390x.ts'),
  policy: () => import('./defaults/s390x.ts'),
} as const satisfies ArchitectureRecord
