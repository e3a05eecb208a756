import fc from 'fast-check'
import { encode, type Instruction, type Program } from '../../lib/seccomp/compiler/program.ts'
import { type Call, simulate } from '../../lib/seccomp/compiler/simulate.ts'
import type { Target } from './fuzz.ts'

interface Input {
  readonly program: Program
  readonly call: Call
  readonly endian: 'little' | 'big'
}

const u32 = fc.oneof(
  fc.nat(8),
  fc.constantFrom(0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff),
  fc.integer({ min: 0, max: 0xffffffff }),
)
const u64 = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n })
const skip = fc.oneof({ weight: 9, arbitrary: fc.nat(3) }, { weight: 1, arbitrary: fc.nat(255) })
const instruction: fc.Arbitrary<Instruction> = fc.oneof(
  fc.record({ op: fc.constant('load' as const), offset: fc.nat(15).map(word => 4 * word) }),
  fc.record({ op: fc.constant('and' as const), k: u32 }),
  fc.record({ op: fc.constant('jump' as const), k: skip }),
  fc.record({ op: fc.constant('return' as const), k: u32 }),
  fc.record({
    op: fc.constantFrom('equal', 'greater', 'atLeast', 'set'),
    k: u32,
    yes: skip,
    no: skip,
  }),
)
const input: fc.Arbitrary<Input> = fc.record({
  program: fc.array(instruction, { minLength: 1, maxLength: 24 }),
  call: fc.record({ audit: u32, number: u32, args: fc.array(u64, { maxLength: 6 }) }),
  endian: fc.constantFrom('little', 'big'),
})

/** A program gives the same result as its bytes in another interpreter, or runs off its end in both. */
export const SIMULATOR: Target<Input> = {
  name: 'simulator',
  inputs: input,
  holds({ program, call, endian }) {
    const expected = interpret(Buffer.from(encode(program, endian)), call, endian)
    const found = simulated(program, call, endian)
    if (found !== expected) throw new Error(`${found} is not ${expected}`)
    return found !== undefined
  },
}

function simulated(program: Program, call: Call, endian: Input['endian']): number | undefined {
  try {
    return simulate(program, call, endian).value
  } catch (error) {
    if (error instanceof RangeError) return undefined
    throw error
  }
}

/** Interprets the opcodes of linux/bpf_common.h; undefined if the program runs off its end. */
function interpret(code: Buffer, call: Call, endian: Input['endian']): number | undefined {
  const isLittle = endian === 'little'
  const word = (at: number) => (isLittle ? code.readUInt32LE(at) : code.readUInt32BE(at))
  let a = 0
  for (let at = 0; at < code.length; at += 8) {
    const opcode = isLittle ? code.readUInt16LE(at) : code.readUInt16BE(at)
    const k = word(at + 4)
    if (opcode === 0x06) return k
    if (opcode === 0x20) a = dataWord(call, k, isLittle)
    else if (opcode === 0x54) a = Number(BigInt(a) & BigInt(k))
    else if (opcode === 0x05) at += 8 * k
    else at += 8 * (code[at + (isTrue(opcode, a, k) ? 2 : 3)] ?? 0)
  }
  return undefined
}

function isTrue(opcode: number, a: number, k: number): boolean {
  if (opcode === 0x15) return a === k
  if (opcode === 0x25) return a > k
  return opcode === 0x35 ? a >= k : (BigInt(a) & BigInt(k)) !== 0n
}

/** A word of `struct seccomp_data`: nr, arch, instruction_pointer, args. */
function dataWord({ number, audit, args = [] }: Call, at: number, isLittle: boolean): number {
  if (at === 0) return number
  if (at === 4) return audit
  const argument = (at >> 3) - 2
  const value = argument < 0 ? 0n : (args[argument] ?? 0n)
  const isLow = (at % 8 === 0) === isLittle
  return Number(isLow ? value & 0xffffffffn : value >> 32n)
}
