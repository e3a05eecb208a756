import { ARCH_OFFSET, ARGUMENTS_OFFSET, NUMBER_OFFSET, type Program } from './program.ts'

/** One system call as a filter sees it: `struct seccomp_data` of linux/seccomp.h. */
export interface Call {
  /** `AUDIT_ARCH_*`. */
  readonly audit: number
  readonly number: number
  /** Up to six, unsigned 64-bit; missing ones are 0. */
  readonly args?: readonly bigint[]
}

export interface Answer {
  /** The filter's return value: action in the upper half, data in the lower (seccomp(2)). */
  readonly value: number
  /** The number of instructions executed. */
  readonly steps: number
  /**
   * Whether the kernel (5.11 and later) caches this allowance and no longer runs the filter for the
   * number. It does so only if the program read nothing but number and architecture.
   */
  readonly cacheable: boolean
}

const ALLOW = 0x7fff0000

/** Runs a program the way the kernel does. */
export function simulate(program: Program, call: Call, endian: 'little' | 'big'): Answer {
  const data = seccompData(call, endian)
  let accumulator = 0
  let cacheable = true
  let steps = 0
  for (let at = 0; ; at++) {
    const instruction = program[at]
    if (!instruction) throw new RangeError(`the program has no instruction ${at}`)
    steps++
    switch (instruction.op) {
      case 'load':
        accumulator = data.getUint32(instruction.offset, endian === 'little')
        cacheable &&= instruction.offset === NUMBER_OFFSET || instruction.offset === ARCH_OFFSET
        break
      case 'and':
        accumulator = (accumulator & instruction.k) >>> 0
        break
      case 'jump':
        at += instruction.k
        break
      case 'return':
        return { value: instruction.k, steps, cacheable: cacheable && instruction.k === ALLOW }
      case 'equal':
        at += accumulator === instruction.k ? instruction.yes : instruction.no
        break
      case 'greater':
        at += accumulator > instruction.k ? instruction.yes : instruction.no
        break
      case 'atLeast':
        at += accumulator >= instruction.k ? instruction.yes : instruction.no
        break
      case 'set':
        at += (accumulator & instruction.k) !== 0 ? instruction.yes : instruction.no
        break
    }
  }
}

function seccompData({ audit, number, args = [] }: Call, endian: 'little' | 'big'): DataView {
  const view = new DataView(new ArrayBuffer(64))
  view.setUint32(NUMBER_OFFSET, number, endian === 'little')
  view.setUint32(ARCH_OFFSET, audit, endian === 'little')
  args.forEach((value, at) => {
    view.setBigUint64(ARGUMENTS_OFFSET + 8 * at, value, endian === 'little')
  })
  return view
}
