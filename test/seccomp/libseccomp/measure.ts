import type { Architecture } from '../../../lib/seccomp/architectures/architecture.ts'
import type { Program } from '../../../lib/seccomp/compiler/program.ts'
import type { Weights } from '../../../lib/seccomp/compiler/ranges.ts'
import { simulate } from '../../../lib/seccomp/compiler/simulate.ts'

/** The instructions of a program: in total, and executed for a call without arguments. */
export interface Measured {
  readonly instructions: number
  /** The mean over every number of the table. */
  readonly mean: number
  /** The mean weighted by how often an agent makes each call. */
  readonly weighted: number
  readonly worst: number
}

export function measure(program: Program, architecture: Architecture, weights: Weights): Measured {
  const { audit, endian, table } = architecture
  const steps = Object.entries(table.numbers).map(([name, number]) => ({
    weight: weights[name] ?? 0,
    steps: simulate(program, { audit, number }, endian).steps,
  }))
  const total = steps.reduce((sum, { weight }) => sum + weight, 0)
  return {
    instructions: program.length,
    mean: steps.reduce((sum, each) => sum + each.steps, 0) / steps.length,
    weighted: steps.reduce((sum, each) => sum + each.steps * each.weight, 0) / total,
    worst: Math.max(...steps.map(each => each.steps)),
  }
}
