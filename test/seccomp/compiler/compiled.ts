import {
  type Architecture,
  type ArchitectureName,
  loadArchitecture,
} from '../../../lib/seccomp/architectures/architecture.ts'
import { compile } from '../../../lib/seccomp/compiler/compile.ts'
import type { Program } from '../../../lib/seccomp/compiler/program.ts'
import { type Answer, simulate } from '../../../lib/seccomp/compiler/simulate.ts'
import { merge } from '../../../lib/seccomp/policy/merge.ts'
import { policy } from '../policy/policies.ts'

interface Compiled {
  readonly program: Program
  answer(name: string | number, args?: readonly bigint[], audit?: number): Answer
}

export async function compiled(name: ArchitectureName, section: unknown): Promise<Compiled> {
  const architecture = await loadArchitecture(name)
  const program = compile(merge(architecture, [policy(section)]))
  return {
    program,
    answer: (call, args = [], audit = architecture.audit) => {
      const number = typeof call === 'number' ? call : numberOf(architecture, call)
      return simulate(program, { audit, number, args }, architecture.endian)
    },
  }
}

export function numberOf({ table }: Architecture, name: string): number {
  const number = table.numbers[name]
  if (number === undefined) throw new RangeError(`${name} does not exist`)
  return number
}

export const allowing = (...names: readonly string[]) => ({
  default_action: 'errno',
  syscalls: [{ action: 'allow', names }],
})

export const test = (
  argument: number,
  operation: string,
  value: string | number,
  mask?: string,
) => ({
  argument,
  operation,
  value,
  ...(mask === undefined ? {} : { mask }),
})

export const allowingIf = (name: string, ...lists: readonly (readonly unknown[])[]) => ({
  default_action: 'errno',
  syscalls: [{ action: 'allow', names_with_args: lists.map(list => ({ name, arguments: list })) }],
})
