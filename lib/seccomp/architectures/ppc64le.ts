import type { ArchitectureRecord } from './architecture.ts'
import { ERRNO } from './errno.ts'

export const ppc64le = {
  name: 'ppc64le',
  audit: 0xc0000015,
  endian: 'little',
  bits: 64,
  cloneFlags: 0,
  mapAnonymous: 0x20n,
  mmapByPointer: false,
  glibcSocketcall: false,
  hasRegisters: true,
  errno: ERRNO,
  names: {
    node: 'ppc64',
    debian: 'ppc64el',
    rpm: 'ppc64le',
    scmp: 'SCMP_ARCH_PPC64LE',
    native: 'ppc64le',
    audit: 'ppc64le',
    gnu: 'powerpc64le-linux-gnu',
  },
  headers: { folder: 'powerpc', defines: ['__powerpc__', '__powerpc64__'] },
  table: () => import('./tables/ppc64le.ts'),
  policy: () => import('./defaults/ppc64le.ts'),
} as const satisfies ArchitectureRecord
