import type { ArchitectureRecord } from './architecture.ts'
import { MIPS_ERRNO } from './errno.ts'

export const mips64le = {
  name: 'mips64le',
  audit: 0xc0000008,
  endian: 'little',
  bits: 64,
  cloneFlags: 0,
  mapAnonymous: 0x800n,
  mmapByPointer: false,
  glibcSocketcall: false,
  hasRegisters: false,
  errno: MIPS_ERRNO,
  names: {
    node: 'mips64el',
    debian: 'mips64el',
    rpm: 'mips64el',
    scmp: 'SCMP_ARCH_MIPSEL64',
    native: 'mips64le',
    audit: 'mipsel64',
    gnu: 'mips64el-linux-gnuabi64',
  },
  headers: { folder: 'mips', defines: ['__mips__', '_MIPS_SIM=3'] },
  table: () => import('./tables/mips64le.ts'),
} as const satisfies ArchitectureRecord
