// Our programs beside libseccomp's.
import fc from 'fast-check'
import { amd64 } from '../lib/seccomp/architectures/amd64.ts'
import { type Architecture, loadArchitecture } from '../lib/seccomp/architectures/architecture.ts'
import { WEIGHTS } from '../lib/seccomp/architectures/defaults/weights.ts'
import { compile } from '../lib/seccomp/compiler/compile.ts'
import type { Program } from '../lib/seccomp/compiler/program.ts'
import { containerWhitelist } from '../test/seccomp/libseccomp/container-whitelist.ts'
import { type Measured, measure } from '../test/seccomp/libseccomp/measure.ts'
import {
  referenceProblem,
  referencePrograms,
  sharedNames,
} from '../test/seccomp/libseccomp/reference.ts'
import {
  forBoth,
  type PolicyForBoth,
  policyForBoth,
} from '../test/seccomp/libseccomp/shared-policy.ts'
import { printTable, type Row } from './table.ts'

const POLICIES = 100

/** Compares the instructions of our programs and of libseccomp's, for the same policies. */
export async function benchLibseccomp(): Promise<void> {
  const problem = referenceProblem()
  if (problem) return console.log(`\n${problem}`)
  const architecture = await loadArchitecture(amd64.name)
  const names = sharedNames(architecture) ?? []
  const random = fc.sample(policyForBoth(architecture, names), { seed: 1, numRuns: POLICIES })
  printTable(`Compared to libseccomp, ${architecture.name}: instructions`, [
    ...compared(architecture, 'a container’s whitelist', [whitelist(architecture, names)]),
    ...compared(architecture, `${POLICIES} random policies, mean of each`, random),
  ])
}

function whitelist(architecture: Architecture, names: readonly string[]): PolicyForBoth {
  const known = containerWhitelist(architecture.table).filter(name => names.includes(name))
  const rules = known.map(name => {
    return { name, conditions: [], verdict: { action: 'allow' }, origin: 'whitelist' } as const
  })
  return forBoth(architecture, { action: 'errno', errno: 'EPERM' }, rules)
}

function compared(
  architecture: Architecture,
  what: string,
  policies: readonly PolicyForBoth[],
): readonly Row[] {
  const shared = policies.map(policy => policy.shared)
  const theirs = referencePrograms(architecture, shared)
  const ours = policies.map(({ effective }) => compile(effective, WEIGHTS))
  const row = (who: string, programs: readonly Program[]): Row => {
    return [`${what}: ${who}`, figures(architecture, programs)]
  }
  return [
    row('sealbeat', ours),
    row(
      'binary tree',
      theirs.map(({ tree }) => tree),
    ),
    row(
      'linear',
      theirs.map(({ linear }) => linear),
    ),
  ]
}

function figures(architecture: Architecture, programs: readonly Program[]): string {
  const measured = programs.map(program => measure(program, architecture, WEIGHTS))
  const mean = (of: (each: Measured) => number) =>
    measured.reduce((sum, each) => sum + of(each), 0) / measured.length
  const all = mean(each => each.instructions).toFixed(0)
  const weighted = mean(each => each.weighted).toFixed(1)
  return `${all} in total, ${weighted} mean, ${mean(each => each.worst).toFixed(0)} worst`
}
