import { WEIGHTS } from '../../lib/seccomp/architectures/defaults/weights.ts'
import { ERRNO, type ErrnoName } from '../../lib/seccomp/architectures/errno.ts'
import { compile } from '../../lib/seccomp/compiler/compile.ts'
import { builtinPolicy } from '../../lib/seccomp/policy/builtin.ts'
import { merge } from '../../lib/seccomp/policy/merge.ts'
import type { Policy, Rule } from '../../lib/seccomp/policy/policy.ts'
import { type Compiled, runningArchitecture } from './compiled.ts'

/** The program of an agent without its own seccomp section on this machine. */
export async function defaultPolicy(): Promise<Compiled> {
  return layered(await builtin())
}

/**
 * The same, but each denial without conditions has another error than its neighbours, so that no two
 * numbers share a range and the program has the greatest length.
 */
export async function patchwork(): Promise<Compiled> {
  const lowest = await builtin()
  const { policy } = await layered(lowest)
  const names = Object.keys(ERRNO) as ErrnoName[]
  const rules = policy.decisions
    .filter(({ otherwise, rules }) => otherwise.action === 'errno' && rules.length === 0)
    .map(({ name, number }): Rule => {
      const errno = names[number % names.length] ?? 'EPERM'
      return { name, conditions: [], verdict: { action: 'errno', errno }, origin: 'conformance' }
    })
  return layered(lowest, { ...lowest, rules })
}

async function layered(...layers: [Policy, ...Policy[]]): Promise<Compiled> {
  const architecture = await runningArchitecture()
  const policy = merge(architecture, layers)
  return { architecture, policy, program: compile(policy, WEIGHTS) }
}

async function builtin(): Promise<Policy> {
  const { name } = await runningArchitecture()
  const policy = await builtinPolicy(name)
  if (!policy) throw new Error(`there is no default policy for ${name}`)
  return policy
}
