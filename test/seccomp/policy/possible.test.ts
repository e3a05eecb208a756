import { expect } from 'chai'
import fc from 'fast-check'
import { loadArchitecture } from '../../../lib/seccomp/architectures/architecture.ts'
import {
  type Condition,
  formatCondition,
  OPERATIONS,
  type Operation,
} from '../../../lib/seccomp/policy/policy.ts'
import { excludeEachOther, isImpossible } from '../../../lib/seccomp/policy/possible.ts'
import { holds, meets } from '../compiler/oracle.ts'
import { condition, randomArguments } from './random-policy.ts'

const test = (argument: number, operation: Operation, value: bigint, mask?: bigint): Condition => ({
  ...{ argument, operation, value },
  ...(mask !== undefined && { mask }),
})
const rule = (...conditions: readonly Condition[]) => ({ conditions })

describe('rules whose conditions exclude each other', () => {
  for (const [name, call] of [
    ['amd64', 'mmap'],
    ['amd64', 'socket'],
    ['386', 'mmap'],
  ] as const) {
    it(`are never met by one call: ${call} on ${name}`, async () => {
      const architecture = await loadArchitecture(name)
      // On few arguments, so that many of them are about the same one.
      const few = condition.map(each => ({ ...each, argument: each.argument % 2 }))
      const conditions = fc.array(few, { minLength: 1, maxLength: 3 })
      let excluded = 0
      const both = fc.tuple(conditions, conditions).chain(([one, other]) => {
        const rules = [one, other].map(each => ({
          ...{ name: call, origin: 'test', conditions: each },
          verdict: { action: 'allow' } as const,
        }))
        const policy = { defaultAction: 'errno', defaultOrigin: 'test', rules } as const
        const calls = fc.array(randomArguments([policy]), { minLength: 20, maxLength: 20 })
        return fc.tuple(fc.constant(one), fc.constant(other), calls)
      })
      fc.assert(
        fc.property(both, ([one, other, calls]) => {
          if (!excludeEachOther(rule(...one), rule(...other))) return
          excluded++
          for (const args of calls) {
            const isMet = [...one, ...other].every(each => holds(architecture, call, each, args))
            expect(isMet, args.join()).to.equal(false)
          }
        }),
        { numRuns: 1500 },
      )
      expect(excluded).to.be.above(100)
    })
  }

  const pairs: readonly (readonly [one: Condition, other: Condition, excludes: boolean])[] = [
    [test(0, 'Equal', 1n), test(0, 'Equal', 2n), true],
    [test(0, 'Equal', 1n), test(1, 'Equal', 2n), false],
    [test(0, 'Equal', 1n), test(0, 'NotEqual', 1n), true],
    [test(0, 'Equal', 1n), test(0, 'NotEqual', 2n), false],
    [test(0, 'LessThan', 5n), test(0, 'GreaterThan', 4n), true],
    [test(0, 'LessThan', 5n), test(0, 'GreaterThan', 3n), false],
    [test(0, 'LessOrEqual', 5n), test(0, 'GreaterOrEqual', 5n), false],
    [test(0, 'LessOrEqual', 4n), test(0, 'GreaterOrEqual', 5n), true],
    [test(0, 'Equal', 5n), test(0, 'GreaterThan', 5n), true],
    [test(0, 'Equal', 5n), test(0, 'LessOrEqual', 4n), true],
    [test(0, 'MaskedEqual', 1n, 3n), test(0, 'MaskedEqual', 2n, 6n), true],
    [test(0, 'MaskedEqual', 1n, 3n), test(0, 'MaskedEqual', 4n, 6n), false],
    [test(0, 'MaskedEqual', 1n, 3n), test(0, 'Equal', 2n), true],
    [test(0, 'MaskedEqual', 1n, 3n), test(0, 'Equal', 5n), false],
    [test(0, 'BitsSet', 4n), test(0, 'BitsNotSet', 6n), true],
    [test(0, 'BitsSet', 5n), test(0, 'BitsNotSet', 4n), false],
    [test(0, 'BitsSet', 4n), test(0, 'Equal', 3n), true],
    [test(0, 'BitsNotSet', 2n), test(0, 'Equal', 3n), true],
  ]
  for (const [one, other, excludes] of pairs) {
    const said = [one, other].map(({ operation, value }) => `${operation} ${value}`).join(', ')
    it(`${said}: ${excludes}`, () => {
      expect(excludeEachOther(rule(one), rule(other))).to.equal(excludes)
      expect(excludeEachOther(rule(other), rule(one))).to.equal(excludes)
    })
  }

  it('are told exactly, but for a bound beside bits that leaves several values', () => {
    const last = 2n ** 64n - 1n
    const values = [0n, 1n, 2n, 3n, 5n, last - 1n, last]
    const conditions = OPERATIONS.flatMap(operation =>
      operation === 'MaskedEqual'
        ? values.flatMap(value => [0n, 1n, 3n, last].map(mask => test(0, operation, value, mask)))
        : values.map(value => test(0, operation, value)),
    )
    const near = Array.from({ length: 10 }, (_, at) => BigInt(at))
    const calls = [...near, 2n ** 32n, ...near.map(each => last - each)]
    const kindOf = ({ operation }: Condition) =>
      operation.startsWith('Bits') || operation === 'MaskedEqual' ? 'bits' : operation
    const isBound = ({ operation }: Condition) => /Than|Or/.test(operation)
    const wrong: string[] = []
    for (const one of conditions) {
      for (const other of conditions) {
        const met = calls.filter(found => meets(one, found) && meets(other, found))
        const said = excludeEachOther(rule(one), rule(other))
        const kinds = [one, other].map(kindOf)
        const isRough = kinds.includes('bits') && [one, other].some(isBound)
        const bound = [one, other].find(isBound)
        const isOpen = bound !== undefined && calls.filter(each => meets(bound, each)).length > 1
        if (said === (met.length === 0) || (!said && isRough && isOpen)) continue
        wrong.push([one, other].map(formatCondition).join(', '))
      }
    }
    expect(wrong).to.deep.equal([])
  })

  it('are never told of values that meet all of several conditions', () => {
    const SMALL = 8n
    const small = fc.bigInt({ min: 0n, max: SMALL - 1n })
    const given = fc.record({
      operation: fc.constantFrom(...OPERATIONS),
      value: small,
      mask: small,
    })
    const values = Array.from({ length: 4 * Number(SMALL) }, (_, at) => BigInt(at))
    fc.assert(
      fc.property(fc.array(given, { minLength: 1, maxLength: 4 }), written => {
        const conditions = written.map(({ operation, value, mask }) =>
          test(0, operation, value, operation === 'MaskedEqual' ? mask : undefined),
        )
        if (!isImpossible(rule(...conditions))) return
        const met = values.filter(value => conditions.every(each => meets(each, value)))
        expect(met).to.deep.equal([])
      }),
      { numRuns: 3000 },
    )
  })

  it('are all others, if one of them is never met at all', () => {
    const never = rule(test(1, 'MaskedEqual', 4n, 3n))
    expect(isImpossible(never)).to.equal(true)
    expect(excludeEachOther(never, rule(test(0, 'Equal', 1n)))).to.equal(true)
    expect(isImpossible(rule())).to.equal(false)
  })
})
