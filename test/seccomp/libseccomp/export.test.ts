import { expect } from 'chai'
import {
  type ArchitectureName,
  loadArchitecture,
} from '../../../lib/seccomp/architectures/architecture.ts'
import { compile } from '../../../lib/seccomp/compiler/compile.ts'
import { returnValue } from '../../../lib/seccomp/compiler/ranges.ts'
import { simulate } from '../../../lib/seccomp/compiler/simulate.ts'
import { type OciProfile, toOci } from '../../../lib/seccomp/export/oci.ts'
import type { OciArgument } from '../../../lib/seccomp/export/oci-arguments.ts'
import { loadPolicy } from '../../../lib/seccomp/policy/layers.ts'
import { type EffectivePolicy, merge } from '../../../lib/seccomp/policy/merge.ts'
import { ACTIONS, type Condition, type Operation } from '../../../lib/seccomp/policy/policy.ts'
import { SCMP_ACTIONS } from '../../../lib/seccomp/policy/scmp.ts'
import { skip } from '../../live.ts'
import { policy } from '../policy/policies.ts'
import { referenceProblem, referencePrograms, type SharedPolicy } from './reference.ts'

const OPERATIONS: Readonly<Record<string, Operation>> = {
  SCMP_CMP_EQ: 'Equal',
  SCMP_CMP_NE: 'NotEqual',
  SCMP_CMP_GT: 'GreaterThan',
  SCMP_CMP_GE: 'GreaterOrEqual',
  SCMP_CMP_LT: 'LessThan',
  SCMP_CMP_LE: 'LessOrEqual',
}

function conditionOf({ index: argument, op, value, valueTwo = 0n }: OciArgument): Condition {
  const operation = OPERATIONS[op]
  if (operation) return { argument, operation, value }
  return { argument, operation: 'MaskedEqual', value: valueTwo, mask: value }
}

/** The rules that a container runtime passes to libseccomp for a profile. */
function asked({ defaultAction, defaultErrnoRet = 0, syscalls }: OciProfile, known: object) {
  const answerOf = (action: string, errno: number) => {
    const name = Object.entries(SCMP_ACTIONS).find(([each]) => each === action)?.[1] ?? 'allow'
    const plain = name === 'errno' ? 0x50000 : returnValue({ action: name }, {} as never)
    return plain + errno
  }
  const rules = syscalls.flatMap(({ names, action, errnoRet = 0, args = [] }) =>
    names
      .filter(name => Object.hasOwn(known, name))
      .map(name => {
        return { name, value: answerOf(action, errnoRet), conditions: args.map(conditionOf) }
      }),
  )
  return { otherwise: answerOf(defaultAction, defaultErrnoRet), rules } satisfies SharedPolicy
}

/** The rank of an action in the kernel's order, the strictest first. */
function rank(value: number): number {
  const action = (value & 0xffff0000) >>> 0
  return ACTIONS.findIndex(
    each => (returnValue({ action: each }, {} as never) & 0xffff0000) >>> 0 === action,
  )
}

describe('seccomp export --format oci: what libseccomp makes of it', () => {
  before(function () {
    const problem = referenceProblem()
    if (problem) skip(this, problem)
  })

  async function isNeverLooser(name: ArchitectureName, effective: EffectivePolicy) {
    const program = compile(effective)
    const { table, audit, endian } = effective.architecture
    const { profile } = toOci(effective, program)
    const [theirs] = referencePrograms(effective.architecture, [asked(profile, table.numbers)])
    if (!theirs) throw new RangeError('no program')
    for (const [call, number] of Object.entries(table.numbers)) {
      for (let first = 0n; first < 26n; first++) {
        const flags = first % 2n === 0n ? 0n : 0x20000000n | 0o4100n
        const made = { audit, number, args: [first, 1n, flags, flags, 0n, 0n] }
        const [ours, found] = [program, theirs.linear].map(
          each => simulate(each, made, endian).value,
        )
        expect(rank(found ?? 0), `${name}: ${call}(${first})`).to.be.at.most(rank(ours ?? 0))
      }
    }
  }

  for (const name of ['amd64', '386', 'arm64', 'ppc64le'] as const) {
    it(`${name}: the default policy gets no looser`, async () => {
      const found = await loadPolicy(name, { mode: 'extend', policy: undefined }, { needs: [] })
      if (!found) throw new Error('no default policy')
      await isNeverLooser(name, found)
    })

    it(`${name}: nor does that of an agent without sockets, and of one that connects`, async () => {
      const without = { families: {}, connect: undefined, bind: undefined, listen: undefined }
      const client = { ...without, families: { AF_INET: 'a' }, connect: 'a', bind: 'a' }
      for (const sockets of [without, client]) {
        const declared = { needs: [], sockets }
        const found = await loadPolicy(name, { mode: 'extend', policy: undefined }, declared)
        if (!found) throw new Error('no default policy')
        await isNeverLooser(name, found)
      }
    })
  }

  it('386: socketcall stays shut where socket is open', async () => {
    const written = { default_action: 'errno', syscalls: [{ action: 'allow', names: ['socket'] }] }
    const effective = merge(await loadArchitecture('386'), [policy(written)])
    await isNeverLooser('386', effective)
    expect(toOci(effective, compile(effective)).stricter.join()).to.match(/^socketcall: /)
  })
})
