import fc from 'fast-check'
import {
  type Architecture,
  loadArchitecture,
} from '../../lib/seccomp/architectures/architecture.ts'
import { compile } from '../../lib/seccomp/compiler/compile.ts'
import { effectivePolicy } from '../../lib/seccomp/policy/layers.ts'
import { ACTIONS, OPERATIONS } from '../../lib/seccomp/policy/policy.ts'
import { PolicyError } from '../../lib/seccomp/policy/policy-error.ts'
import { parsed } from '../seccomp/policy/policies.ts'
import type { Target } from './fuzz.ts'
import { hostile, mostly } from './hostile.ts'
import { smallArchitectures } from './small.ts'

const name = mostly(fc.constantFrom('read', 'clone', 'socket', 'execve', 'prctl', 'nosuchcall'))
const number = mostly(
  fc.oneof(
    fc.nat(64),
    fc.constantFrom('0x100000000', '18446744073709551615', '-1', '1e3', 2 ** 53),
  ),
)
const condition = mostly(
  fc.record(
    {
      argument: mostly(fc.nat(6)),
      operation: mostly(fc.constantFrom(...OPERATIONS)),
      value: number,
      mask: number,
    },
    { requiredKeys: ['argument', 'operation', 'value'] },
  ),
)
const narrow = mostly(fc.record({ name, arguments: mostly(fc.array(condition, { maxLength: 3 })) }))
const action = mostly(fc.constantFrom(...ACTIONS))
const group = mostly(
  fc.record(
    {
      action,
      names: mostly(fc.array(name, { maxLength: 4 })),
      names_with_args: mostly(fc.array(narrow, { maxLength: 2 })),
      errno: mostly(fc.constantFrom('EPERM', 'ENOSYS', 'ENONE')),
    },
    { requiredKeys: ['action'] },
  ),
)
const section = mostly(
  fc.record(
    {
      enabled: mostly(fc.boolean()),
      mode: mostly(fc.constantFrom('extend', 'replace', 'none')),
      default_action: action,
      syscalls: mostly(fc.array(group, { maxLength: 3 })),
    },
    { requiredKeys: [] },
  ),
)

/** Any value under `seccomp:` either gives a policy that compiles, or problems, each with its path. */
export async function sectionTarget(): Promise<Target<unknown>> {
  const [architecture = await loadArchitecture('amd64')] = await smallArchitectures()
  return {
    name: 'seccomp: section',
    inputs: fc.oneof({ weight: 9, arbitrary: section }, { weight: 1, arbitrary: hostile }),
    holds: value => compiles(architecture, value),
  }
}

function compiles(architecture: Architecture, value: unknown): boolean {
  const { config, problems } = parsed(value)
  const odd = problems.find(problem => !/^seccomp[^:]*: ./s.test(problem))
  if (odd !== undefined) throw new Error(`a problem without a place: ${odd}`)
  if (problems.length > 0) return false
  try {
    const policy = effectivePolicy(architecture, { builtin: undefined, needs: [], config })
    if (policy) compile(policy)
    return true
  } catch (error) {
    if (error instanceof PolicyError) return false
    throw error
  }
}
