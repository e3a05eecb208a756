import fc from 'fast-check'
import type { Architecture } from '../../../lib/seccomp/architectures/architecture.ts'
import {
  ACTIONS,
  type Condition,
  OPERATIONS,
  type Policy,
  PRECEDENCES,
  type Rule,
  type Verdict,
} from '../../../lib/seccomp/policy/policy.ts'

/** Values at which halves, signs and masks change. */
const EDGES = [
  0n,
  1n,
  2n,
  0x10000n,
  0x7fffffffn,
  0x80000000n,
  0xffffffffn,
  0x100000000n,
  0x100000001n,
  0x7fffffffffffffffn,
  0x8000000000000000n,
  0xffffffff00000000n,
  0xffffffffffffffffn,
]

const word = fc.oneof(fc.constantFrom(...EDGES), fc.bigInt({ min: 0n, max: 0xffffffffffffffffn }))

export const condition: fc.Arbitrary<Condition> = fc
  .record({
    argument: fc.nat(5),
    operation: fc.constantFrom(...OPERATIONS),
    value: word,
    mask: word,
  })
  .map(({ mask, ...test }) => (test.operation === 'MaskedEqual' ? { ...test, mask } : test))

/** One error: with two, which of two rules is the stricter one would be open. */
export const verdict: fc.Arbitrary<Verdict> = fc
  .constantFrom(...ACTIONS)
  .map(action => (action === 'errno' ? { action, errno: 'EACCES' as const } : { action }))

/** A policy in which each name has at most one rule without conditions. */
export function randomPolicy(architecture: Architecture): fc.Arbitrary<Policy> {
  const names = Object.keys(architecture.table.numbers)
  const name = fc.oneof(
    fc.constantFrom(...names.slice(0, 12)),
    fc.constantFrom(...names),
    fc.constantFrom('clone', 'socket', 'ioctl', 'prctl', 'mprotect'),
  )
  const narrow = fc.record({
    name,
    conditions: fc.array(condition, { minLength: 1, maxLength: 4 }),
    verdict,
    another: fc.boolean(),
  })
  const plain = fc.uniqueArray(fc.record({ name, verdict }), {
    maxLength: 120,
    selector: rule => rule.name,
  })
  return fc
    .record({
      defaultAction: fc.constantFrom(...ACTIONS),
      precedence: fc.constantFrom(...PRECEDENCES),
      plain,
      narrow: fc.array(narrow, { maxLength: 8 }),
    })
    .map(
      ({ defaultAction, precedence, plain: all, narrow: some }): Policy => ({
        defaultAction,
        defaultOrigin: 'test',
        precedence,
        rules: [
          ...all.map((rule): Rule => ({ ...rule, conditions: [], origin: 'test' })),
          ...some.map(({ another, ...rule }): Rule => {
            const isOther = another && precedence === 'first' && rule.verdict.action === 'errno'
            const given = isOther
              ? { action: 'errno' as const, errno: 'EIO' as const }
              : rule.verdict
            return { ...rule, verdict: given, origin: 'test' }
          }),
        ],
      }),
    )
}

/** Arguments at and beside every value that the policy asks about, and anything else. */
export function randomArguments(policies: readonly Policy[]): fc.Arbitrary<readonly bigint[]> {
  const asked = policies.flatMap(({ rules }) =>
    rules.flatMap(({ conditions }) =>
      conditions.flatMap(({ value, mask = value }) => [value, mask]),
    ),
  )
  const near = asked.flatMap(value => [value - 1n, value, value + 1n, value ^ 0x100000000n])
  const pool = [...EDGES, ...near].map(value => BigInt.asUintN(64, value))
  return fc.array(fc.oneof(fc.constantFrom(...pool), word), { minLength: 6, maxLength: 6 })
}
