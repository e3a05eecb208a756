/** The classic BPF that seccomp accepts (linux/filter.h, kernel/seccomp.c), as much as we emit. */
export type Instruction =
  /** A ← the 32-bit word at byte `offset` of `struct seccomp_data`. */
  | { readonly op: 'load'; readonly offset: number }
  /** A ← A & k. */
  | { readonly op: 'and'; readonly k: number }
  /** Skip k instructions. */
  | { readonly op: 'jump'; readonly k: number }
  /** Skip `yes` instructions where A op k holds (unsigned; set: A & k is not 0), else `no`. */
  | { readonly op: Test; readonly k: number; readonly yes: number; readonly no: number }
  | { readonly op: 'return'; readonly k: number }

export type Test = 'equal' | 'greater' | 'atLeast' | 'set'

export type Program = readonly Instruction[]

/** BPF_MAXINSNS of linux/bpf_common.h. */
export const LONGEST_PROGRAM = 4096

/** A conditional jump has one byte for each distance. */
export const LONGEST_JUMP = 255

/** Offsets into `struct seccomp_data` of linux/seccomp.h. */
export const NUMBER_OFFSET = 0
export const ARCH_OFFSET = 4
export const ARGUMENTS_OFFSET = 16

/** Opcodes of linux/bpf_common.h: BPF_LD|BPF_W|BPF_ABS and so on. */
export const CODES = {
  load: 0x20,
  and: 0x54,
  jump: 0x05,
  equal: 0x15,
  greater: 0x25,
  atLeast: 0x35,
  set: 0x45,
  return: 0x06,
} as const

const SIZE = 8 // sizeof(struct sock_filter): u16 code, u8 jt, u8 jf, u32 k

/** The program as an array of `struct sock_filter` in the byte order of its architecture. */
export function encode(program: Program, endian: 'little' | 'big'): Uint8Array {
  const view = new DataView(new ArrayBuffer(program.length * SIZE))
  const little = endian === 'little'
  program.forEach((instruction, at) => {
    view.setUint16(at * SIZE, CODES[instruction.op], little)
    if ('yes' in instruction) {
      view.setUint8(at * SIZE + 2, instruction.yes)
      view.setUint8(at * SIZE + 3, instruction.no)
    }
    view.setUint32(at * SIZE + 4, 'k' in instruction ? instruction.k : instruction.offset, little)
  })
  return new Uint8Array(view.buffer)
}
