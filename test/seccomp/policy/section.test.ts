import { expect } from 'chai'
import fc from 'fast-check'
import { BLACKLIST, parsed, policy, section } from './policies.ts'

const GROUP = { action: 'errno', names: ['ptrace'] }

describe('seccomp section', () => {
  it('S7: is enabled by default', () => {
    expect(section(undefined)).to.deep.equal({
      enabled: true,
      required: false,
      log: true,
      diagnose: false,
      late_libraries: 'allow',
      mode: 'extend',
      policy: undefined,
    })
    expect(section({ enabled: false }).enabled).to.equal(false)
  })

  it('S6: reads the example blacklist, each rule with its origin', () => {
    const { defaultAction, rules } = policy(BLACKLIST, 'beat.yml:3')
    expect(defaultAction).to.equal('allow')
    expect(rules.map(({ name }) => name)).to.deep.equal(['execve', 'execveat', 'fork', 'vfork'])
    for (const { verdict, origin, conditions } of rules) {
      expect({ verdict, origin, conditions }).to.deep.equal({
        verdict: { action: 'errno', errno: 'EPERM' },
        origin: 'beat.yml:3',
        conditions: [],
      })
    }
  })

  it('reads an error by name and by number', () => {
    for (const errno of ['ENOSYS', 38]) {
      const [rule] = policy({ default_action: 'allow', syscalls: [{ ...GROUP, errno }] }).rules
      expect(rule?.verdict).to.deep.equal({ action: 'errno', errno: 'ENOSYS' })
    }
  })

  it('reads conditions, and numbers of 64 bits in quotes', () => {
    const arguments_ = [
      { argument: 0, operation: 'BitsSet', value: 0x10000 },
      { argument: 1, operation: 'MaskedEqual', value: '0x1', mask: '0xffffffffffffffff' },
    ]
    const named = { action: 'allow', names_with_args: [{ name: 'clone', arguments: arguments_ }] }
    const [rule] = policy({ default_action: 'errno', syscalls: [named] }).rules
    expect(rule?.conditions).to.deep.equal([
      { argument: 0, operation: 'BitsSet', value: 0x10000n },
      { argument: 1, operation: 'MaskedEqual', value: 1n, mask: 0xffffffffffffffffn },
    ])
  })

  const named = (test: unknown) => ({
    default_action: 'errno',
    syscalls: [{ action: 'allow', names_with_args: [{ name: 'clone', arguments: [test] }] }],
  })
  type Test = readonly [argument: number, operation: string, value: number]
  const errors = (...tests: readonly Test[]) => ({
    default_action: 'allow',
    syscalls: tests.map(([argument, operation, value], at) => ({
      action: 'errno',
      errno: ['EIO', 'ENXIO'][at],
      names_with_args: [{ name: 'prctl', arguments: [{ argument, operation, value }] }],
    })),
  })

  it('takes several errors for one name, if their conditions exclude each other', () => {
    const apart: readonly (readonly [Test, Test])[] = [
      [
        [0, 'Equal', 1],
        [0, 'Equal', 2],
      ],
      [
        [0, 'LessThan', 2],
        [0, 'GreaterOrEqual', 2],
      ],
      [
        [1, 'BitsSet', 4],
        [1, 'BitsNotSet', 6],
      ],
      [
        [2, 'Equal', 7],
        [2, 'NotEqual', 7],
      ],
    ]
    for (const tests of apart) {
      expect(parsed(errors(...tests)).problems, String(tests)).to.deep.equal([])
    }
  })

  it('takes several errors for one name, if their order is said to decide', () => {
    const written = { ...errors([0, 'Equal', 1], [1, 'Equal', 2]), precedence: 'first' }
    const found = policy(written)
    expect(found.precedence).to.equal('first')
    expect(found.rules.map(rule => rule.verdict.errno)).to.deep.equal(['EIO', 'ENXIO'])
  })

  const first = 'seccomp.syscalls[0]'
  const test = `${first}.names_with_args[0].arguments[0]`
  const wrong: readonly (readonly [what: string, value: unknown, ...problems: string[]])[] = [
    ['no map', [], 'seccomp: must be a map, not a list'],
    ['an unknown key', { enabed: false }, 'seccomp.enabed: unknown key (did you mean "enabled"?)'],
    ['no boolean', { enabled: 'no' }, 'seccomp.enabled: must be true or false, not "no"'],
    [
      'S8: no default action',
      { syscalls: [GROUP] },
      'seccomp.default_action: is required: one of ',
    ],
    [
      'an unknown default action',
      { default_action: 'alow' },
      'seccomp.default_action: unknown action "alow" (did you mean "allow"?): one of ',
    ],
    [
      'an unknown word about libraries',
      { late_libraries: 'refused' },
      'seccomp.late_libraries: unknown late_libraries "refused" (did you mean "refuse"?): one of ',
    ],
    [
      'S9: no items',
      { default_action: 'allow', syscalls: [] },
      'seccomp.syscalls: must have at least one item',
    ],
    [
      'nothing to replace by',
      { mode: 'replace', default_action: 'allow' },
      'seccomp.syscalls: is required with mode: replace',
    ],
    [
      'S11: no action',
      { default_action: 'allow', syscalls: [{ names: ['ptrace'] }] },
      `${first}.action: is required: one of `,
    ],
    [
      'S11: an unknown action',
      { default_action: 'allow', syscalls: [{ ...GROUP, action: 'erno' }] },
      `${first}.action: unknown action "erno" (did you mean "errno"?): one of `,
    ],
    [
      'S10: no names',
      { default_action: 'allow', syscalls: [{ action: 'errno' }] },
      `${first}: needs names or names_with_args: `,
    ],
    [
      'S10: an empty list of names',
      { default_action: 'allow', syscalls: [{ action: 'errno', names: [] }] },
      `${first}.names: must have at least one item`,
    ],
    [
      'a name that is none',
      { default_action: 'allow', syscalls: [{ action: 'errno', names: [7] }] },
      `${first}.names[0]: must be a name, not 7`,
    ],
    [
      'an unknown error',
      { default_action: 'allow', syscalls: [{ ...GROUP, errno: 'ENOSY' }] },
      `${first}.errno: unknown error "ENOSY" (did you mean "ENOSYS"?)`,
    ],
    [
      'an error where none is returned',
      { default_action: 'allow', syscalls: [{ ...GROUP, action: 'trap', errno: 'ENOSYS' }] },
      `${first}.errno: is only valid with action: errno, not with trap`,
    ],
    [
      'no boolean about names that exist',
      { default_action: 'allow', syscalls: [{ ...GROUP, must_exist: 'no' }] },
      `${first}.must_exist: must be true or false, not "no"`,
    ],
    [
      'two actions for one name',
      { default_action: 'allow', syscalls: [GROUP, { ...GROUP, action: 'trap' }] },
      'seccomp.syscalls[1].names[0]: ptrace has two actions: errno(EPERM) in test, trap here',
    ],
    [
      'an unknown precedence',
      { default_action: 'allow', precedence: 'last', syscalls: [GROUP] },
      'seccomp.precedence: unknown precedence "last": one of strictest, first',
    ],
    ['a precedence of nothing', { precedence: 'first' }, 'seccomp.default_action: is required'],
    [
      'two errors under conditions that may hold together',
      errors([0, 'Equal', 1], [1, 'Equal', 2]),
      'seccomp.syscalls[1].names_with_args[0].name: prctl has two actions: errno(EIO) in test, errno(ENXIO) here, and both may hold: with precedence: first, ',
    ],
    [
      'two errors under the same conditions, in whatever order',
      { ...errors([0, 'Equal', 1], [0, 'Equal', 1]), precedence: 'first' },
      'seccomp.syscalls[1].names_with_args[0].name: prctl has two actions: errno(EIO) in test, errno(ENXIO) here',
    ],
    [
      'a seventh argument',
      named({ argument: 6, operation: 'Equal', value: 1 }),
      `${test}.argument: must be a whole number from 0 to 5, not 6`,
    ],
    [
      'an unknown operation',
      named({ argument: 0, operation: 'Equals', value: 1 }),
      `${test}.operation: unknown operation "Equals" (did you mean "Equal"?): one of `,
    ],
    [
      'an inexact value',
      named({ argument: 0, operation: 'Equal', value: 2 ** 60 }),
      `${test}.value: must be a whole number from 0 to 18446744073709551615, not 1152921504606847000: write it in quotes`,
    ],
    [
      'no mask',
      named({ argument: 0, operation: 'MaskedEqual', value: 1 }),
      `${test}.mask: is required with MaskedEqual`,
    ],
    [
      'many things, all at once',
      { enabled: 1, default_action: 'deny', syscalls: [{ actoin: 'errno', names: [''] }, 3] },
      'seccomp.enabled: ',
      'seccomp.default_action: ',
      `${first}.actoin: unknown key (did you mean "action"?)`,
      `${first}.action: `,
      `${first}.names[0]: `,
      'seccomp.syscalls[1]: must be a map, not 3',
    ],
  ]
  for (const [what, value, ...expected] of wrong) {
    it(`refuses ${what}`, () => {
      const { problems } = parsed(value)
      expect(problems).to.have.length(expected.length)
      for (const start of expected) {
        expect(
          problems.some(problem => problem.startsWith(start)),
          problems.join('\n'),
        ).to.equal(true)
      }
    })
  }

  it('reads any value whatever without throwing', () => {
    fc.assert(
      fc.property(fc.anything({ withNullPrototype: true, withBigInt: true }), value => {
        parsed(value)
      }),
      { numRuns: 2000 },
    )
  })
})
