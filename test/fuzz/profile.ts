import fc from 'fast-check'
import {
  type Architecture,
  loadArchitecture,
} from '../../lib/seccomp/architectures/architecture.ts'
import { compile } from '../../lib/seccomp/compiler/compile.ts'
import { importProfile } from '../../lib/seccomp/import/import-profile.ts'
import { parseJson, readProfile } from '../../lib/seccomp/import/read-profile.ts'
import { merge } from '../../lib/seccomp/policy/merge.ts'
import { PolicyError } from '../../lib/seccomp/policy/policy-error.ts'
import { SCMP_ACTIONS, SCMP_OPERATORS } from '../../lib/seccomp/policy/scmp.ts'
import type { Target } from './fuzz.ts'
import { hostile, mostly } from './hostile.ts'
import { smallArchitectures } from './small.ts'

const action = mostly(fc.constantFrom(...Object.keys(SCMP_ACTIONS), 'SCMP_ACT_NOTIFY'))
const errnoRet = mostly(fc.constantFrom(1, 38, 4095, 4096))
const word = mostly(fc.oneof(fc.nat(300), fc.constantFrom(2 ** 32, 2 ** 53 - 1)))
const argument = mostly(
  fc.record(
    {
      index: mostly(fc.nat(6)),
      value: word,
      valueTwo: word,
      op: mostly(fc.constantFrom(...SCMP_OPERATORS)),
    },
    { requiredKeys: ['index', 'value', 'op'] },
  ),
)
const filter = mostly(
  fc.record(
    {
      arches: mostly(fc.constantFrom([], ['amd64'], ['s390x'])),
      caps: mostly(fc.constantFrom([], ['CAP_SYS_ADMIN'])),
      minKernel: mostly(fc.constantFrom('4.8', '99.0', '4')),
    },
    { requiredKeys: [] },
  ),
)
const name = mostly(fc.constantFrom('read', 'clone', 'socket', 'prctl', 'nosuchcall'))
const rule = mostly(
  fc.record(
    {
      names: mostly(fc.array(name, { maxLength: 3 })),
      action,
      errnoRet,
      args: mostly(fc.array(argument, { maxLength: 3 })),
      includes: filter,
      excludes: filter,
    },
    { requiredKeys: ['names', 'action'] },
  ),
)
const profile = fc.record(
  {
    defaultAction: action,
    defaultErrnoRet: errnoRet,
    architectures: mostly(fc.constantFrom([], ['SCMP_ARCH_X86_64'], ['SCMP_ARCH_ARM'])),
    syscalls: mostly(fc.array(rule, { maxLength: 4 })),
  },
  { requiredKeys: ['defaultAction', 'syscalls'] },
)

/** Damages some of the texts, as a profile comes from a file. */
const text = fc
  .tuple(
    fc.oneof({ weight: 9, arbitrary: profile }, { weight: 1, arbitrary: hostile }),
    fc.option(fc.tuple(fc.nat(2000), fc.constantFrom('', '"', '}', '9'.repeat(30), '\\u'))),
  )
  .map(([value, spoilt]) => spoil(JSON.stringify(value) ?? 'undefined', spoilt))

/** Any file either gives a policy that compiles, or problems, each with a message. */
export async function profileTarget(): Promise<Target<string>> {
  const [architecture = await loadArchitecture('amd64')] = await smallArchitectures()
  return { name: 'OCI import', inputs: text, holds: each => imports(architecture, each) }
}

function spoil(whole: string, spoilt: readonly [number, string] | null): string {
  if (!spoilt || spoilt[0] >= whole.length) return whole
  return whole.slice(0, spoilt[0]) + spoilt[1] + whole.slice(spoilt[0] + 1)
}

function imports(architecture: Architecture, json: string): boolean {
  const problems: string[] = []
  try {
    const read = readProfile(parseJson(json), [], (_, message) => problems.push(message))
    if (!read || problems.length > 0) {
      if (problems.length === 0) throw new Error('rejected without a message')
      return false
    }
    const target = { caps: new Set(['CAP_SYS_ADMIN']), kernel: [6, 1] as const }
    compile(merge(architecture, [importProfile(read, architecture, target).policy]))
    return true
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof PolicyError) return false
    throw error
  }
}
