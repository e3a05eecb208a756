// Writes shared objects, elf(5), byte by byte: the smallest that dlopen(3) loads, with a function that it calls.

/** Where the code comes from that the loader runs for a shared object. */
export type Code =
  /** From the file, mapped as executable: every library that a compiler makes. */
  | 'mapped'
  /**
   * From the file, mapped as readable alone and made executable with mprotect(2) afterwards: the table that the
   * loader maps by (`e_phoff`) says that it is not executable, and the table that it finds in memory (`PT_PHDR`),
   * which it goes by once it has relocated the text (`DT_TEXTREL`), says that it is.
   */
  | 'protected'
  /** From libc, which is there already: no byte of the file becomes executable. It calls umask(2). */
  | 'borrowed'

/** Whether code for this machine can be written. */
export const CAN_WRITE = process.arch === 'x64' || process.arch === 'arm64'

/** Segments may not share a page, of 64 KiB on some arm64. */
const PAGE = 0x10000
const [PT_LOAD, PT_DYNAMIC, PT_PHDR, PT_GNU_STACK] = [1, 2, 6, 0x6474e551]
const [X, W, R] = [1, 2, 4]
const [EHDR, PHDR, TABLE] = [0x40, 0x38, 5]
const [DT_HASH, DT_STRTAB, DT_SYMTAB, DT_STRSZ, DT_SYMENT] = [4, 5, 6, 10, 11]
const [DT_INIT, DT_TEXTREL, DT_INIT_ARRAY, DT_INIT_ARRAYSZ] = [12, 22, 25, 27]
const [DT_RELA, DT_RELASZ, DT_RELAENT] = [7, 8, 9]
const [SYMBOL, RELOCATION] = [24, 24]
/** R_X86_64_64, R_AARCH64_ABS64: the address of a symbol. */
const ABSOLUTE = process.arch === 'arm64' ? 257n : 1n
const NAMES = '\0umask\0'

/** Where each part lies, in the file and from the base in memory. */
const AT = {
  mapped: EHDR,
  inMemory: EHDR + TABLE * PHDR,
  hash: 0x300,
  symbols: 0x320,
  names: 0x350,
  relocation: 0x360,
  code: 0x380,
  /** In the file; in memory a page further on, as these two are written. */
  dynamic: 0x400,
  array: 0x4f0,
} as const
const SIZE = 0x500

/** @param descriptor what its code writes the byte `x` to */
export function sharedObject(kind: Code, descriptor: number): Buffer {
  const file = Buffer.alloc(SIZE)
  header(file)
  segments(file, AT.mapped, kind === 'mapped' ? R | X : R)
  segments(file, AT.inMemory, kind === 'borrowed' ? R : R | X)
  symbols(file)
  code(descriptor).copy(file, AT.code)
  const common: readonly Entry[] = [
    [DT_HASH, AT.hash],
    [DT_STRTAB, AT.names],
    [DT_SYMTAB, AT.symbols],
    [DT_STRSZ, NAMES.length],
    [DT_SYMENT, SYMBOL],
  ]
  dynamic(file, [...common, ...OF[kind]])
  return file
}

type Entry = readonly [tag: number, value: number]

const OF: { readonly [C in Code]: readonly Entry[] } = {
  mapped: [[DT_INIT, AT.code]],
  protected: [
    [DT_INIT, AT.code],
    [DT_TEXTREL, 0],
  ],
  borrowed: [
    [DT_INIT_ARRAY, PAGE + AT.array],
    [DT_INIT_ARRAYSZ, 8],
    [DT_RELA, AT.relocation],
    [DT_RELASZ, RELOCATION],
    [DT_RELAENT, RELOCATION],
  ],
}

function header(file: Buffer): void {
  const [ET_DYN, EM_X86_64, EM_AARCH64] = [3, 62, 183]
  file.write('7f454c46020101', 0, 'hex')
  file.writeUInt16LE(ET_DYN, 16)
  file.writeUInt16LE(process.arch === 'arm64' ? EM_AARCH64 : EM_X86_64, 18)
  file.writeUInt32LE(1, 20)
  file.writeBigUInt64LE(BigInt(AT.mapped), 32)
  for (const [at, half] of [EHDR, PHDR, TABLE].entries()) file.writeUInt16LE(half, 52 + 2 * at)
}

function segments(file: Buffer, at: number, flags: number): void {
  const [end, length] = [AT.dynamic, SIZE - AT.dynamic]
  const all = [
    { type: PT_PHDR, flags: R, offset: AT.inMemory, address: AT.inMemory, size: TABLE * PHDR },
    { type: PT_LOAD, flags, offset: 0, address: 0, size: end },
    { type: PT_LOAD, flags: R | W, offset: end, address: PAGE + end, size: length },
    { type: PT_DYNAMIC, flags: R | W, offset: end, address: PAGE + end, size: length },
    { type: PT_GNU_STACK, flags: R | W, offset: 0, address: 0, size: 0 },
  ]
  for (const [index, segment] of all.entries()) {
    const to = at + index * PHDR
    file.writeUInt32LE(segment.type, to)
    file.writeUInt32LE(segment.flags, to + 4)
    const { offset, address, size } = segment
    const alignment = segment.type === PT_LOAD ? PAGE : 8
    for (const [word, value] of [offset, address, address, size, size, alignment].entries()) {
      file.writeBigUInt64LE(BigInt(value), to + 8 + 8 * word)
    }
  }
}

/** One symbol of another object, found by no hash of this one, and where its address goes. */
function symbols(file: Buffer): void {
  const [STB_GLOBAL, STT_FUNC] = [0x10, 2]
  for (const [at, word] of [1, 2, 0, 0, 0].entries()) file.writeUInt32LE(word, AT.hash + 4 * at)
  file.writeUInt32LE(1, AT.symbols + SYMBOL)
  file.writeUInt8(STB_GLOBAL | STT_FUNC, AT.symbols + SYMBOL + 4)
  file.write(NAMES, AT.names, 'latin1')
  file.writeBigUInt64LE(BigInt(PAGE + AT.array), AT.relocation)
  file.writeBigUInt64LE((1n << 32n) | ABSOLUTE, AT.relocation + 8)
}

function dynamic(file: Buffer, entries: readonly Entry[]): void {
  for (const [index, [tag, value]] of entries.entries()) {
    file.writeBigUInt64LE(BigInt(tag), AT.dynamic + 16 * index)
    file.writeBigUInt64LE(BigInt(value), AT.dynamic + 16 * index + 8)
  }
}

/** `write(descriptor, "x", 1); return` */
function code(descriptor: number): Buffer {
  return process.arch === 'arm64' ? codeForArm64(descriptor) : codeForAmd64(descriptor)
}

function codeForAmd64(descriptor: number): Buffer {
  const [setNumber, setDescriptor, setText, setLength] = [
    'b801000000',
    'bf00000000',
    '488d3508000000', // lea rsi, [rip + 8]
    'ba01000000',
  ]
  const [enter, leave, text] = ['0f05', 'c3', '78']
  const bytes = [setNumber, setDescriptor, setText, setLength, enter, leave, text].join('')
  const made = Buffer.from(bytes, 'hex')
  made.writeInt32LE(descriptor, 6)
  return made
}

function codeForArm64(descriptor: number): Buffer {
  const words = [
    0xd2800808, // mov x8, #64
    0x52800000 + descriptor * 32, // mov w0, #descriptor
    0x10000081, // adr x1, .+16
    0xd2800022, // mov x2, #1
    0xd4000001, // svc #0
    0xd65f03c0, // ret
    0x78,
  ]
  const made = Buffer.alloc(4 * words.length)
  for (const [at, word] of words.entries()) made.writeUInt32LE(word, 4 * at)
  return made
}
