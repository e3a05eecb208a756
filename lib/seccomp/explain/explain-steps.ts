import { ARCH_OFFSET, NUMBER_OFFSET, type Program } from '../compiler/program.ts'

/** The number of instructions executed for a call, over all possible arguments. */
export interface Steps {
  readonly least: number
  readonly most: number
}

/** Undefined: an argument, whose value is unknown. */
type Accumulator = number | undefined

/** Follows every path that a call with this number can take, for any arguments. */
export function stepsOf(program: Program, audit: number, number: number): Steps {
  const memo = new Map<string, Steps>()
  const from = (at: number, word: Accumulator): Steps => {
    const key = `${at} ${word}`
    const found = memo.get(key) ?? follow(program, { audit, number }, at, word, from)
    memo.set(key, found)
    return found
  }
  return from(0, 0)
}

function follow(
  program: Program,
  call: { readonly audit: number; readonly number: number },
  at: number,
  word: Accumulator,
  from: (at: number, word: Accumulator) => Steps,
): Steps {
  const instruction = program[at]
  if (!instruction) throw new RangeError(`the program has no instruction ${at}`)
  const next = (skip: number, then: Accumulator = word) => oneMore(from(at + 1 + skip, then))
  switch (instruction.op) {
    case 'return':
      return { least: 1, most: 1 }
    case 'jump':
      return next(instruction.k)
    case 'and':
      return oneMore(from(at + 1, word === undefined ? word : (word & instruction.k) >>> 0))
    case 'load':
      return oneMore(from(at + 1, loaded(call, instruction.offset)))
    default: {
      const { yes, no, op, k } = instruction
      if (word !== undefined) return next(answer(op, word, k) ? yes : no)
      const [a, b] = [next(yes), next(no)]
      return { least: Math.min(a.least, b.least), most: Math.max(a.most, b.most) }
    }
  }
}

function oneMore({ least, most }: Steps): Steps {
  return { least: least + 1, most: most + 1 }
}

function loaded(
  { audit, number }: { readonly audit: number; readonly number: number },
  offset: number,
): Accumulator {
  if (offset === NUMBER_OFFSET) return number
  return offset === ARCH_OFFSET ? audit : undefined
}

function answer(op: 'equal' | 'greater' | 'atLeast' | 'set', word: number, k: number): boolean {
  switch (op) {
    case 'equal':
      return word === k
    case 'greater':
      return word > k
    case 'atLeast':
      return word >= k
    case 'set':
      return (word & k) !== 0
  }
}
