import type { ErrnoName } from '../architectures/errno.ts'
import { ACTIONS } from '../policy/policy.ts'
import {
  ARCH_OFFSET,
  ARGUMENTS_OFFSET,
  type Instruction,
  NUMBER_OFFSET,
  type Program,
} from './program.ts'
import { returnValue } from './ranges.ts'

/** The target of a listing: it determines the names of errors and the order of argument halves. */
interface Reading {
  readonly endian: 'little' | 'big'
  readonly errno: Readonly<Record<ErrnoName, number>>
}

/** One line for each instruction: its index, its operation and its jump targets. */
export function disassemble(program: Program, reading: Reading): string {
  const width = String(program.length - 1).length
  return program
    .map(
      (instruction, at) => `${String(at).padStart(width)}: ${describe(instruction, at, reading)}\n`,
    )
    .join('')
}

function describe(instruction: Instruction, at: number, reading: Reading): string {
  switch (instruction.op) {
    case 'load':
      return `A = ${describeWord(instruction.offset, reading.endian)}`
    case 'and':
      return `A &= ${hex(instruction.k)}`
    case 'jump':
      return `goto ${at + 1 + instruction.k}`
    case 'return':
      return `return ${describeReturn(instruction.k, reading)}`
    default: {
      const { op, k, yes, no } = instruction
      return `if A ${SIGNS[op]} ${hex(k)} goto ${at + 1 + yes} else ${at + 1 + no}`
    }
  }
}

const SIGNS = { equal: '==', greater: '>', atLeast: '>=', set: '&' } as const

function describeWord(offset: number, endian: Reading['endian']): string {
  if (offset === NUMBER_OFFSET) return 'number'
  if (offset === ARCH_OFFSET) return 'arch'
  const argument = Math.floor((offset - ARGUMENTS_OFFSET) / 8)
  const second = offset % 8 !== 0
  return `argument ${argument} ${second === (endian === 'little') ? 'high' : 'low'}`
}

/** `allow`, `errno EPERM`, `kill_process`. */
function describeReturn(value: number, { errno }: Pick<Reading, 'errno'>): string {
  const action = ACTIONS.find(
    known => ((returnValue({ action: known }, errno) ^ value) & 0xffff0000) === 0,
  )
  if (action !== 'errno') return action ?? hex(value)
  const number = value & 0xffff
  const name = Object.entries(errno).find(([, known]) => known === number)?.[0]
  return `errno ${name ?? number}`
}

function hex(value: number): string {
  return value < 10 ? String(value) : `0x${value.toString(16)}`
}
