import { expect } from 'chai'
import {
  type ArchitectureName,
  loadArchitecture,
} from '../../../lib/seccomp/architectures/architecture.ts'
import { WEIGHTS } from '../../../lib/seccomp/architectures/defaults/weights.ts'
import { compile } from '../../../lib/seccomp/compiler/compile.ts'
import { returnValue } from '../../../lib/seccomp/compiler/ranges.ts'
import { simulate } from '../../../lib/seccomp/compiler/simulate.ts'
import { explain, findCall } from '../../../lib/seccomp/explain/explain.ts'
import { ruleFor } from '../../../lib/seccomp/explain/explain-match.ts'
import { loadPolicy } from '../../../lib/seccomp/policy/layers.ts'
import { formatVerdict } from '../../../lib/seccomp/policy/policy.ts'

async function defaultOf(name: ArchitectureName) {
  const policy = await loadPolicy(name, { mode: 'extend', policy: undefined }, { needs: [] })
  if (!policy) throw new Error(`no default for ${name}`)
  return { policy, program: compile(policy, WEIGHTS) }
}

describe('seccomp: explain', () => {
  const ROWS: readonly (readonly [
    arch: ArchitectureName,
    word: string,
    args: readonly bigint[] | undefined,
    said: { verdict: string; origin?: RegExp; cached: boolean; rules: number; note?: RegExp },
  ])[] = [
    [
      'amd64',
      'read',
      undefined,
      { verdict: 'allow', origin: /default amd64/, cached: true, rules: 0 },
    ],
    ['amd64', '0', undefined, { verdict: 'allow', cached: true, rules: 0 }],
    ['amd64', 'execve', undefined, { verdict: 'errno(EPERM)', cached: false, rules: 0 }],
    ['amd64', 'clone3', undefined, { verdict: 'errno(ENOSYS)', cached: false, rules: 0 }],
    ['amd64', 'clone', undefined, { verdict: 'errno(EPERM)', cached: false, rules: 1 }],
    ['amd64', 'clone', [0x3d0f00n], { verdict: 'allow', cached: false, rules: 1 }],
    ['amd64', 'clone', [0x11n], { verdict: 'errno(EPERM)', cached: false, rules: 0 }],
    // An int: the kernel looks at the low half alone.
    ['amd64', 'socket', [0x100000002n, 1n], { verdict: 'allow', cached: false, rules: 1 }],
    [
      'amd64',
      '9999',
      undefined,
      {
        verdict: 'errno(ENOSYS)',
        cached: false,
        rules: 0,
        note: /no system call of amd64 up to Linux/,
      },
    ],
    [
      'amd64',
      '0x40000000',
      undefined,
      {
        verdict: 'errno(ENOSYS)',
        origin: /x32 ABI/,
        cached: false,
        rules: 0,
        note: /x32 ABI: read/,
      },
    ],
    ['s390x', 'clone', [0n, 0x3d0f00n], { verdict: 'allow', cached: false, rules: 1 }],
    ['386', '3', undefined, { verdict: 'allow', cached: true, rules: 0 }],
  ]
  for (const [arch, word, args, said] of ROWS) {
    it(`${word}(${args ?? '…'}) on ${arch}: ${said.verdict}`, async () => {
      const { policy, program } = await defaultOf(arch)
      const found = explain(policy, program, findCall(policy.architecture, word), args)
      const [rule] = found.rules
      const verdict = found.otherwise?.verdict ?? rule?.verdict
      expect(verdict && formatVerdict(verdict)).to.equal(said.verdict)
      expect(found.cached).to.equal(said.cached)
      expect(found.rules).to.have.length(said.rules)
      if (said.origin) expect(found.otherwise?.origin).to.match(said.origin)
      if (said.note) expect(found.note).to.match(said.note)
    })
  }

  it('counts the steps that the program takes: exact without rules, a bound with them', async () => {
    const { policy, program } = await defaultOf('amd64')
    const { audit, endian } = policy.architecture
    for (const decision of policy.decisions) {
      const { steps } = explain(policy, program, decision)
      const args = [0x3d0f00n, 1n, 2n, 3n, 4n, 5n]
      const real = simulate(program, { audit, number: decision.number, args }, endian).steps
      expect(real, decision.name).to.be.within(steps.least, steps.most)
      if (decision.rules.length === 0) expect(steps.least).to.equal(steps.most)
    }
  })

  it('finds the rule by which the program decides', async () => {
    const { policy, program } = await defaultOf('amd64')
    const { architecture } = policy
    const values = [0n, 1n, 2n, 10n, 15n, 0x5401n, 0x3d0f00n, 0x100000001n, 0xffffffffffffffffn]
    for (const decision of policy.decisions.filter(({ rules }) => rules.length > 0)) {
      for (const a of values) {
        for (const b of values) {
          const args = [a, b, 0n]
          const verdict = ruleFor(architecture, decision, args)?.verdict ?? decision.otherwise
          const call = { audit: architecture.audit, number: decision.number, args }
          const { value } = simulate(program, call, architecture.endian)
          expect(value, `${decision.name} ${args}`).to.equal(
            returnValue(verdict, architecture.errno),
          )
        }
      }
    }
  })

  const WRONG: readonly (readonly [word: string, message: string])[] = [
    ['opnat', 'unknown system call for amd64: opnat (did you mean "openat"?)'],
    ['constructor', 'unknown system call for amd64: constructor'],
    ['0x100000000', '4294967296 is too large: a system call number has 32 bits'],
  ]
  for (const [word, message] of WRONG) {
    it(`${word}: ${message}`, async () => {
      const architecture = await loadArchitecture('amd64')
      expect(() => findCall(architecture, word)).to.throw(RangeError, message)
    })
  }
})
