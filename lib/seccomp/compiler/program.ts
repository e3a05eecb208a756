/** The part of classic BPF, as seccomp accepts it (linux/filter.h, kernel/seccomp.c), that we emit. */
export type Instruction =
  /** A ← the 32-bit word at byte `offset` of `struct seccomp_data`. */
  | { readonly op: 'load'; readonly offset: number }
  /** A ← A & k. */
  | { readonly op: 'and'; readonly k: number }
  /** Skip k instructions. */
  | { readonly op: 'jump'; readonly k: number }
  /** Skip `yes` instructions if A op k holds (unsigned; set: A & k is not 0), else `no`. */
  | { readonly op: Test; readonly k: number; readonly yes: number; readonly no: number }
  | { readonly op: 'return'; readonly k: number }

export type Test = 'equal' | 'greater' | 'atLeast' | 'set'

export type Program = readonly Instruction[]

/** BPF_MAXINSNS of linux/bpf_common.h. */
export const LONGEST_PROGRAM = 4096

/** A conditional jump stores each distance in one byte. */
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

const INSTRUCTION_BYTES = 8 // struct sock_filter: u16 code, u8 jt, u8 jf, u32 k

/** The program as an array of `struct sock_filter` in the byte order of its architecture. */
export function encode(program: Program, endian: 'little' | 'big'): Uint8Array {
  const view = new DataView(new ArrayBuffer(program.length * INSTRUCTION_BYTES))
  const little = endian === 'little'
  program.forEach((instruction, at) => {
    view.setUint16(at * INSTRUCTION_BYTES, CODES[instruction.op], little)
    if ('yes' in instruction) {
      view.setUint8(at * INSTRUCTION_BYTES + 2, instruction.yes)
      view.setUint8(at * INSTRUCTION_BYTES + 3, instruction.no)
    }
    view.setUint32(
      at * INSTRUCTION_BYTES + 4,
      'k' in instruction ? instruction.k : instruction.offset,
      little,
    )
  })
  return new Uint8Array(view.buffer)
}
