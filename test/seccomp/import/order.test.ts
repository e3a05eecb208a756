import { expect } from 'chai'
import { asOrdered } from '../../../lib/seccomp/import/order.ts'
import type { Condition, Operation } from '../../../lib/seccomp/policy/policy.ts'

type Test = readonly [argument: number, operation: Operation, value: bigint, mask?: bigint]

/** The rules in their order, each by its place in the given list. */
function orderOf(...rules: readonly (readonly Test[])[]): readonly number[] {
  const written = rules.map((tests, at) => ({
    name: 'mmap',
    conditions: tests.map(([argument, operation, value, mask]): Condition => {
      return { argument, operation, value, ...(mask !== undefined && { mask }) }
    }),
    verdict: { action: 'errno', errno: 'EIO' } as const,
    origin: String(at),
  }))
  return asOrdered(written).map(({ origin }) => Number(origin))
}

const HIGH = 2n ** 32n

describe('the order in which libseccomp tests rules', () => {
  const first: readonly (readonly [what: string, one: readonly Test[], other: readonly Test[]])[] =
    [
      ['of a higher argument', [[2, 'GreaterThan', 1n]], [[1, 'Equal', 1n]]],
      ['that is equal', [[0, 'Equal', 1n]], [[0, 'LessThan', 9n]]],
      ['that is not equal', [[0, 'NotEqual', 1n]], [[0, 'LessOrEqual', 9n]]],
      ['with a mask', [[0, 'MaskedEqual', 1n, 1n]], [[0, 'GreaterOrEqual', 9n]]],
      ['that is smaller', [[0, 'LessThan', 9n]], [[0, 'GreaterOrEqual', 1n]]],
      ['with the higher value', [[0, 'NotEqual', 2n]], [[0, 'NotEqual', 1n]]],
      ['with the narrower bound below', [[0, 'LessOrEqual', 2n]], [[0, 'LessThan', 5n]]],
      ['with the narrower bound above', [[0, 'GreaterThan', 5n]], [[0, 'GreaterOrEqual', 2n]]],
      ['with the higher upper half', [[0, 'NotEqual', HIGH]], [[0, 'NotEqual', 7n]]],
      ['with the narrower upper half', [[0, 'LessThan', 7n]], [[0, 'LessThan', HIGH]]],
      [
        'of the same upper half, and the higher lower one',
        [[0, 'NotEqual', HIGH + 2n]],
        [[0, 'NotEqual', HIGH + 1n]],
      ],
      [
        'that goes on where the other one ends',
        [
          [0, 'Equal', 1n],
          [1, 'Equal', 1n],
        ],
        [[0, 'Equal', 1n]],
      ],
      [
        'by its lowest argument, in whatever order it is written',
        [
          [3, 'Equal', 1n],
          [1, 'Equal', 1n],
        ],
        [
          [4, 'Equal', 1n],
          [0, 'Equal', 1n],
        ],
      ],
      [
        'by the second condition, if the first one is the same',
        [
          [0, 'MaskedEqual', 1n, 3n],
          [2, 'Equal', 1n],
        ],
        [
          [0, 'MaskedEqual', 1n, 3n],
          [1, 'Equal', 1n],
        ],
      ],
    ]
  for (const [what, one, other] of first) {
    it(`begins with that ${what}`, () => {
      expect(orderOf(one, other)).to.deep.equal([0, 1])
      expect(orderOf(other, one)).to.deep.equal([1, 0])
    })
  }

  const alike: typeof first = [
    ['bounds at the same value', [[0, 'LessThan', 5n]], [[0, 'LessOrEqual', 5n]]],
    ['masks for the lower half', [[0, 'MaskedEqual', 1n, 1n]], [[0, 'MaskedEqual', 1n, 3n]]],
    [
      'a mask and all bits, of the same upper half, whatever the lower ones',
      [[0, 'MaskedEqual', 1n, 7n]],
      [[0, 'Equal', 5n]],
    ],
  ]
  for (const [what, one, other] of alike) {
    it(`is that of the profile for ${what}`, () => {
      expect(orderOf(one, other)).to.deep.equal([0, 1])
      expect(orderOf(other, one)).to.deep.equal([0, 1])
    })
  }

  it('is the same one, in whatever order a profile has the rules', () => {
    const rules: readonly (readonly Test[])[] = [
      [
        [0, 'Equal', 1n],
        [1, 'Equal', 1n],
        [2, 'Equal', 1n],
      ],
      [
        [0, 'Equal', 1n],
        [1, 'Equal', 1n],
      ],
      [[0, 'Equal', 1n]],
      [[0, 'LessThan', 9n]],
    ]
    const turns = rules.map((_, at) => [...rules.slice(at), ...rules.slice(0, at)])
    for (const turned of [...turns, rules.toReversed()]) {
      const found = orderOf(...turned).map(at => rules.indexOf(turned[at] ?? []))
      expect(found).to.deep.equal([0, 1, 2, 3])
    }
  })

  it('joins tests of the same upper half, which come where the first of them is written', () => {
    const masked: readonly Test[] = [[0, 'MaskedEqual', 1n, 5n]]
    const [eight, one]: readonly (readonly Test[])[] = [[[0, 'Equal', 8n]], [[0, 'Equal', 1n]]]
    expect(orderOf(eight ?? [], masked, one ?? [])).to.deep.equal([0, 2, 1])
    expect(orderOf(masked, eight ?? [], one ?? [])).to.deep.equal([0, 1, 2])
  })

  it('holds for several rules at once', () => {
    const rules: readonly Test[] = [
      [0, 'GreaterThan', 1n],
      [0, 'LessThan', 9n],
      [0, 'Equal', 3n],
      [1, 'GreaterThan', 7n],
      [0, 'Equal', 4n],
    ]
    expect(orderOf(...rules.map(each => [each]))).to.deep.equal([3, 4, 2, 1, 0])
  })
})
