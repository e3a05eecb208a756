import { endianness } from 'node:os'
import { architectureOf, loadArchitecture } from '../lib/seccomp/architectures/architecture.ts'
import { ERRNO } from '../lib/seccomp/architectures/errno.ts'
import { encode, NUMBER_OFFSET, type Program } from '../lib/seccomp/compiler/program.ts'
import { returnValue } from '../lib/seccomp/compiler/ranges.ts'
import type { Verdict } from '../lib/seccomp/policy/policy.ts'

/** The numbers on the running architecture. Names that it does not have are left out. */
export async function numbersOf(...names: readonly string[]): Promise<readonly number[]> {
  const table = await runningTable()
  return names.flatMap(name => table[name] ?? [])
}

/** The number of a system call that every architecture has. */
export async function numberOf(name: string): Promise<number> {
  const [number] = await numbersOf(name)
  if (number === undefined) throw new Error(`${process.arch} has no ${name}`)
  return number
}

export async function runningTable(): Promise<Readonly<Record<string, number>>> {
  const name = architectureOf(process.arch, endianness())
  if (!name) throw new Error(`${process.arch} has no table`)
  return (await loadArchitecture(name)).table.numbers
}

/** The simplest program, written by hand: `verdict` for these numbers (at most 254), else `otherwise`. */
export function answering(
  numbers: readonly number[],
  verdict: Verdict,
  otherwise: Verdict = { action: 'allow' },
): Uint8Array {
  const tests = numbers.map((k, at) => {
    return { op: 'equal', k, yes: numbers.length - at, no: 0 } as const
  })
  const program: Program = [
    { op: 'load', offset: NUMBER_OFFSET },
    ...tests,
    { op: 'return', k: returnValue(otherwise, ERRNO) },
    { op: 'return', k: returnValue(verdict, ERRNO) },
  ]
  return encode(program, endianness() === 'LE' ? 'little' : 'big')
}
