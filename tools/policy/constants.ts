import { type ArchitectureName, recordOf } from '../../lib/seccomp/architectures/architecture.ts'

/**
 * Values that differ between architectures: the `ioctl` commands of asm/ioctls.h, and FICLONE of
 * linux/fs.h, which depends on the bits in asm/ioctl.h. A test compares them with the kernel's headers.
 */
const GENERIC = {
  TCGETS: 0x5401,
  TCSETS: 0x5402,
  TCSETSW: 0x5403,
  TCSETSF: 0x5404,
  TCGETS2: 0x802c542a,
  TCSETS2: 0x402c542b,
  TCSETSW2: 0x402c542c,
  TCSETSF2: 0x402c542d,
  TIOCGWINSZ: 0x5413,
  TIOCGPTN: 0x80045430,
  FIONREAD: 0x541b,
  FIONBIO: 0x5421,
  FIONCLEX: 0x5450,
  FIOCLEX: 0x5451,
  FICLONE: 0x40049409,
} as const

type Constant = keyof typeof GENERIC

/** From arch/powerpc/include/uapi/asm/ioctls.h, which has no TCGETS2, as its termios has the speeds. */
const POWERPC: { readonly [C in Constant]: number | undefined } = {
  TCGETS: 0x402c7413,
  TCSETS: 0x802c7414,
  TCSETSW: 0x802c7415,
  TCSETSF: 0x802c7416,
  TCGETS2: undefined,
  TCSETS2: undefined,
  TCSETSW2: undefined,
  TCSETSF2: undefined,
  TIOCGWINSZ: 0x40087468,
  TIOCGPTN: 0x40045430,
  FIONREAD: 0x4004667f,
  FIONBIO: 0x8004667e,
  FIONCLEX: 0x20006602,
  FIOCLEX: 0x20006601,
  FICLONE: 0x80049409,
}

export const CONSTANTS = Object.keys(GENERIC) as readonly Constant[]

/** The value on that architecture; undefined if the architecture has no such constant. */
export function constant(name: string, architecture: ArchitectureName): number | undefined {
  const known = CONSTANTS.find(each => each === name)
  if (known === undefined) throw new Error(`no such constant: ${name}`)
  return recordOf(architecture).headers.folder === 'powerpc' ? POWERPC[known] : GENERIC[known]
}
