import type { Architecture } from '../../../lib/seccomp/architectures/architecture.ts'
import { compile } from '../../../lib/seccomp/compiler/compile.ts'
import type { Program } from '../../../lib/seccomp/compiler/program.ts'
import { type Answer, type Call, simulate } from '../../../lib/seccomp/compiler/simulate.ts'
import { boundaryCalls, everyNumber, otherNumbers } from './calls.ts'
import type { ReferencePrograms, SharedPolicy } from './reference.ts'
import type { PolicyForBoth } from './shared-policy.ts'

export interface Comparison {
  /** Messages about our wrong verdicts; empty if there are none. */
  readonly problems: readonly string[]
  /** The number of calls for which libseccomp's verdict differs from a plain reading of the rules. */
  readonly theirErrors: number
  readonly calls: number
  /** Executed instructions: the mean over the table's numbers, and the worst case. */
  readonly ours: Steps
  readonly tree: Steps
}

export interface Steps {
  readonly mean: number
  readonly worst: number
}

/** Runs both compilers' programs on every call for which they may differ. */
export function compare(
  architecture: Architecture,
  { effective, shared, expected }: PolicyForBoth,
  theirs: ReferencePrograms,
): Comparison {
  const known = everyNumber(architecture)
  const calls = [...known, ...otherNumbers(architecture), ...boundaryCalls(architecture, shared)]
  const run = (program: Program) => calls.map(call => simulate(program, call, architecture.endian))
  const ours = run(compile(effective, evenly(architecture)))
  const [linear, tree] = [run(theirs.linear), run(theirs.tree)]
  const excused = namesTheyMayMistake(architecture, shared)
  const problems: string[] = []
  let theirErrors = 0
  calls.forEach((call, at) => {
    const right = expected(call)
    const found = (answers: readonly Answer[]) => answers[at]?.value ?? -1
    if (found(ours) !== right)
      problems.push(`${describe(call)}: ${hex(found(ours))}, not ${hex(right)}`)
    if (found(linear) === right && found(tree) === right) return
    theirErrors++
    if (!excused.has(call.number)) problems.push(`${describe(call)}: libseccomp says otherwise`)
  })
  return {
    problems: problems.slice(0, 3),
    theirErrors,
    calls: calls.length,
    ours: stepsOf(ours, known.length),
    tree: stepsOf(tree, known.length),
  }
}

/** The same weight for every call, which needs no assumption. */
function evenly({ table }: Architecture): Readonly<Record<string, number>> {
  return Object.fromEntries(Object.keys(table.numbers).map(name => [name, 1]))
}

/**
 * libseccomp 2.5 joins the rules of one name into one chain of tests, and loses alternatives when their
 * tests of an argument overlap: `<= 0x80000000` or `< 0x100000000` no longer allows 0xffffffff.
 */
function namesTheyMayMistake(
  { table }: Architecture,
  { rules }: SharedPolicy,
): ReadonlySet<number> {
  const names = rules.filter(each => each.conditions.length > 0).map(({ name }) => name)
  const several = names.filter((name, at) => names.indexOf(name) !== at)
  return new Set(several.map(name => table.numbers[name] ?? -1))
}

function stepsOf(answers: readonly Answer[], known: number): Steps {
  const steps = answers.map(answer => answer.steps)
  const sum = steps.slice(0, known).reduce((a, b) => a + b, 0)
  return { mean: sum / known, worst: Math.max(...steps) }
}

function describe({ number, audit, args = [] }: Call): string {
  return `${number} of ${hex(audit)} (${args.map(hex).join(', ')})`
}

function hex(value: number | bigint): string {
  return `0x${value.toString(16)}`
}
