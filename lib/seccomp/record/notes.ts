import type { Architecture } from '../architectures/architecture.ts'
import { isNarrow } from '../compiler/arguments.ts'

/** An argument whose value is recorded, so that a policy can allow only the values seen. */
export interface Note {
  /** 0 to 5. */
  readonly argument: number
  /** The bits that matter; all if undefined. */
  readonly mask?: bigint
}

/** PROT_READ, PROT_WRITE and PROT_EXEC of asm-generic/mman-common.h. */
const PROTECTION = 0x7n
/** SOCK_TYPE_MASK of linux/net.h: the rest are SOCK_CLOEXEC and SOCK_NONBLOCK. */
const SOCKET_TYPE = 0xfn

/**
 * The noted arguments of each call: commands, families, types. Pointers, sizes and descriptors are not
 * noted, as their values say nothing.
 */
const NOTES: Readonly<Record<string, readonly Note[]>> = {
  arch_prctl: [{ argument: 0 }],
  bpf: [{ argument: 0 }],
  clone: [{ argument: 0 }],
  fcntl: [{ argument: 1 }],
  fcntl64: [{ argument: 1 }],
  ioctl: [{ argument: 1 }],
  keyctl: [{ argument: 0 }],
  mmap: [{ argument: 2, mask: PROTECTION }],
  mmap2: [{ argument: 2, mask: PROTECTION }],
  mprotect: [{ argument: 2, mask: PROTECTION }],
  personality: [{ argument: 0 }],
  pkey_mprotect: [{ argument: 2, mask: PROTECTION }],
  prctl: [{ argument: 0 }],
  ptrace: [{ argument: 0 }],
  seccomp: [{ argument: 0 }],
  setns: [{ argument: 1 }],
  socket: [{ argument: 0 }, { argument: 1, mask: SOCKET_TYPE }, { argument: 2 }],
  socketpair: [{ argument: 0 }, { argument: 1, mask: SOCKET_TYPE }, { argument: 2 }],
  unshare: [{ argument: 0 }],
}

/**
 * Calls whose argument is learned bit by bit. Memory is protected in a few combinations, and a recording
 * of a few seconds doesn't see them all (a function compiled, a garbage collection), but Node aborts if
 * one is denied. So each bit is allowed if it was ever set since the start of Node: without a compiler
 * (`--jitless`) no memory becomes executable.
 */
export const BIT_BY_BIT: ReadonlySet<string> = new Set([
  'mmap',
  'mmap2',
  'mprotect',
  'pkey_mprotect',
])

/** The notes of a call, with the mask that the kernel itself applies. Most calls have none. */
export function notesOf(architecture: Architecture, name: string): readonly Required<Note>[] {
  return (NOTES[name] ?? []).map(({ argument, mask }) => {
    const whole = isNarrow(architecture, name, argument) ? 0xffffffffn : 0xffffffffffffffffn
    const at = name === 'clone' ? architecture.cloneFlags : argument
    return { argument: at, mask: mask ?? whole }
  })
}

/**
 * One byte per number of the table, with bit n set if argument n is noted. Numbers in the private range
 * of an architecture are beyond the end.
 */
export function notedBits(architecture: Architecture): Uint8Array {
  const bits = new Uint8Array(8192)
  for (const [name, number] of Object.entries(architecture.table.numbers)) {
    for (const { argument } of notesOf(architecture, name))
      bits[number] = bitsOf(bits, number) | (1 << argument)
  }
  return bits
}

function bitsOf(bits: Uint8Array, number: number): number {
  return bits[number] ?? 0
}
