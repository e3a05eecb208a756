import { expect } from 'chai'
import fc from 'fast-check'
import {
  type Architecture,
  loadArchitecture,
} from '../../../lib/seccomp/architectures/architecture.ts'
import { compile } from '../../../lib/seccomp/compiler/compile.ts'
import { returnValue } from '../../../lib/seccomp/compiler/ranges.ts'
import { exportPolicy } from '../../../lib/seccomp/export/formats.ts'
import { maskedAlternatives } from '../../../lib/seccomp/export/masked.ts'
import { parseJson } from '../../../lib/seccomp/import/read-profile.ts'
import { loadPolicy } from '../../../lib/seccomp/policy/layers.ts'
import { type EffectivePolicy, merge } from '../../../lib/seccomp/policy/merge.ts'
import { ACTIONS, formatVerdict, OPERATIONS } from '../../../lib/seccomp/policy/policy.ts'
import { plainReading } from '../compiler/oracle.ts'
import { randomArguments, randomPolicy } from '../policy/random-policy.ts'

/** The profile as in its JSON, with integers above 2⁵³ as strings. */
interface RawProfile {
  readonly defaultAction: string
  readonly defaultErrnoRet?: number
  readonly syscalls: readonly RawRule[]
}
interface RawRule {
  readonly names: readonly string[]
  readonly action: string
  readonly errnoRet?: number
  readonly args?: readonly RawArgument[]
}
interface RawArgument {
  readonly index: number
  readonly op: string
  readonly value: number | string
  readonly valueTwo?: number | string
}

const VALUES: Readonly<Record<string, number>> = {
  SCMP_ACT_KILL_PROCESS: 0x80000000,
  SCMP_ACT_KILL_THREAD: 0,
  SCMP_ACT_TRAP: 0x30000,
  SCMP_ACT_ERRNO: 0x50000,
  SCMP_ACT_TRACE: 0x7ff00000,
  SCMP_ACT_LOG: 0x7ffc0000,
  SCMP_ACT_ALLOW: 0x7fff0000,
}

/** Compares all 64 bits, like libseccomp. */
function isMet({ index, op, value, valueTwo = 0 }: RawArgument, args: readonly bigint[]): boolean {
  const [found, asked] = [args[index] ?? 0n, BigInt(value)]
  switch (op) {
    case 'SCMP_CMP_EQ':
      return found === asked
    case 'SCMP_CMP_NE':
      return found !== asked
    case 'SCMP_CMP_LT':
      return found < asked
    case 'SCMP_CMP_LE':
      return found <= asked
    case 'SCMP_CMP_GT':
      return found > asked
    case 'SCMP_CMP_GE':
      return found >= asked
    case 'SCMP_CMP_MASKED_EQ':
      return (found & asked) === BigInt(valueTwo)
    default:
      throw new RangeError(op)
  }
}

function answer(profile: RawProfile, name: string, args: readonly bigint[]): number {
  const named = profile.syscalls.filter(({ names }) => names.includes(name))
  const plain = named.find(({ args: tests = [] }) => tests.length === 0)
  const met = plain ?? named.find(({ args: tests = [] }) => tests.every(test => isMet(test, args)))
  const { defaultAction, defaultErrnoRet } = profile
  const { action, errnoRet = 0 } = met ?? {
    action: defaultAction,
    ...(defaultErrnoRet === undefined ? {} : { errnoRet: defaultErrnoRet }),
  }
  return (VALUES[action] ?? Number.NaN) + errnoRet
}

function exported(policy: EffectivePolicy) {
  const { content, notes } = exportPolicy('oci', policy, compile(policy))
  const profile = parseJson(content.toString()) as RawProfile
  return { profile, stricter: new Set(notes.map(note => /: (\w+): /.exec(note)?.[1])) }
}

/** The rank of an action in the kernel's order, the strictest first. */
function rank(value: number): number {
  const action = (value & 0xffff0000) >>> 0
  return ACTIONS.findIndex(each => VALUES[`SCMP_ACT_${each.toUpperCase()}`] === action)
}

describe('seccomp export --format oci', () => {
  for (const name of ['amd64', '386', 's390x', 'arm64'] as const) {
    it(`${name}: answers as the policy does, stricter where it says so, never looser`, async () => {
      const architecture = await loadArchitecture(name)
      const sample = randomPolicy(architecture).chain(random =>
        fc.tuple(
          fc.constant(random),
          fc.array(randomArguments([random]), { minLength: 20, maxLength: 20 }),
        ),
      )
      fc.assert(
        fc.property(sample, ([random, lists]) => {
          const effective = merge(architecture, [random])
          const { profile, stricter } = exported(effective)
          const read = plainReading(architecture, [random])
          for (const { name: call, number } of effective.decisions) {
            for (const args of argumentsOf(architecture, lists)) {
              const verdict = read({ audit: architecture.audit, number, args })
              const expected = returnValue(verdict, architecture.errno)
              const found = answer(profile, call, args)
              const said = `${call}(${args.join(', ')}): ${formatVerdict(verdict)}`
              if (stricter.has(call)) expect(rank(found), said).to.be.at.most(rank(expected))
              else if (found !== expected) expect(found, said).to.equal(expected)
            }
          }
        }),
        { numRuns: 15 },
      )
    })
  }

  it('says all of the default policy', async () => {
    const policy = await loadPolicy(
      'amd64',
      { mode: 'extend', policy: undefined },
      { needs: [] },
      4321,
    )
    if (!policy) throw new Error('no default policy')
    const { profile, stricter } = exported(policy)
    expect(stricter.size).to.equal(0)
    expect(answer(profile, 'clone3', [])).to.equal(0x50000 + 38)
    expect(answer(profile, 'kill', [4321n, 9n])).to.equal(0x7fff0000)
    expect(answer(profile, 'kill', [4321n, 9n].toReversed())).to.equal(0x50001)
  })

  it('words every operation as masks that hold where it does', () => {
    const value = fc.bigInt({ min: 0n, max: 40n })
    fc.assert(
      fc.property(fc.constantFrom(...OPERATIONS), value, value, (operation, asked, mask) => {
        const condition = {
          argument: 0,
          operation,
          value: asked,
          ...(operation === 'MaskedEqual' ? { mask } : {}),
        }
        const masks = maskedAlternatives(condition, 32)
        for (let found = 0n; found < 64n; found++) {
          const any = masks.some(each => (found & each.mask) === each.value)
          expect(any, `${found} ${operation} ${asked}`).to.equal(
            holds(operation, found, asked, mask),
          )
        }
      }),
      { numRuns: 500 },
    )
  })
})

function argumentsOf({ bits }: Architecture, lists: readonly (readonly bigint[])[]) {
  return lists.map(list => list.map(value => BigInt.asUintN(bits, value)))
}

function holds(operation: string, found: bigint, asked: bigint, mask: bigint): boolean {
  switch (operation) {
    case 'Equal':
      return found === asked
    case 'NotEqual':
      return found !== asked
    case 'GreaterThan':
      return found > asked
    case 'GreaterOrEqual':
      return found >= asked
    case 'LessThan':
      return found < asked
    case 'LessOrEqual':
      return found <= asked
    case 'BitsSet':
      return (found & asked) !== 0n
    case 'BitsNotSet':
      return (found & asked) === 0n
    default:
      return (found & mask) === asked
  }
}
