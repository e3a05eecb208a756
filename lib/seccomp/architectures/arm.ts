import type { ArchitectureRecord } from './architecture.ts'
import { ERRNO } from './errno.ts'

export const arm = {
  name: 'arm',
  audit: 0x40000028,
  endian: 'little',
  bits: 32,
  cloneFlags: 0,
  mapAnonymous: 0x20n,
  mmapByPointer: false,
  glibcSocketcall: false,
  hasRegisters: true,
  errno: ERRNO,
  names: {
    node: 'arm',
    debian: 'armhf',
    rpm: 'armv7hl',
    scmp: 'SCMP_ARCH_ARM',
    native: 'arm',
    audit: 'arm',
    gnu: 'arm-linux-gnueabihf',
  },
  headers: { folder: 'arm', defines: ['__arm__', '__ARM_EABI__'] },
  table: () => import('./tables/arm.ts'),
  policy: () => import('./defaults/arm.ts'),
} as const satisfies ArchitectureRecord
