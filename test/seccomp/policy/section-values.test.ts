import { expect } from 'chai'
import { show } from '../../../lib/seccomp/policy/read.ts'
import { parsed, policy, section } from './policies.ts'

const TEST = { argument: 0, operation: 'Equal', value: 1 }
const withTests = (written: unknown) => ({
  default_action: 'errno',
  syscalls: [{ action: 'allow', names_with_args: [{ name: 'clone', arguments: written }] }],
})
const NAMED = 'seccomp.syscalls[0].names_with_args'
const TESTS = `${NAMED}[0].arguments`

describe('values of the seccomp section', () => {
  it('are all read', () => {
    const written = {
      ...{ enabled: false, required: true, log: false, diagnose: true },
      ...{ late_libraries: 'refuse', mode: 'replace', default_action: 'kill_process' },
      syscalls: [{ action: 'allow', names: ['read'], must_exist: false }],
    }
    const { policy: found, ...others } = section(written)
    expect(others).to.deep.equal({
      ...{ enabled: false, required: true, log: false, diagnose: true },
      ...{ late_libraries: 'refuse', mode: 'replace' },
    })
    expect(found).to.deep.include({ defaultAction: 'kill_process' })
    expect(found).not.to.have.property('precedence')
    expect(found?.rules.map(({ mustExist }) => mustExist)).to.deep.equal([false])
  })

  it('may be those that it has without them', () => {
    const { policy: written, ...others } = section({ mode: 'extend', late_libraries: 'allow' })
    expect([written, others]).to.deep.equal([
      undefined,
      (({ policy: _, ...rest }) => rest)(section({})),
    ])
    const [rule] = policy({
      default_action: 'errno',
      syscalls: [{ action: 'log', names: ['read'], must_exist: true }],
    }).rules
    expect(rule).to.deep.equal({
      ...{ name: 'read', conditions: [], verdict: { action: 'log' }, origin: 'test' },
    })
  })

  it('are left out one by one where they can not be read', () => {
    const good = { ...TEST, value: 7 }
    const bad = [
      { ...TEST, argument: 6 },
      { ...TEST, operation: 'Is' },
      { ...TEST, value: -1 },
    ]
    const calls = ['clone', 7, { arguments: [TEST] }, { name: 'dup', arguments: [...bad, good] }]
    const named = [...calls, { name: 'dup2', arguments: 7 }]
    const syscalls = [
      { action: 'allow', names: ['read', 7, ''], names_with_args: named.slice(1) },
      { action: 'zzzzzzzz', names: ['write'] },
      { action: 'errno', errno: 'zzzzzzzz', names: ['write'] },
      { action: 'trap', names: ['write'] },
    ]
    const { config, problems } = parsed({ default_action: 'errno', syscalls })
    expect(
      config.policy?.rules.map(({ name, conditions }) => [name, conditions.map(c => c.value)]),
    ).to.deep.equal([
      ['read', []],
      ['dup', [7n]],
      ['write', []],
    ])
    expect(problems, 'one of each').to.have.lengthOf(10)
    expect(parsed({ syscalls: syscalls.slice(3) }).config.policy).to.equal(undefined)
  })

  const WORDS: readonly (readonly [written: unknown, value: bigint])[] = [
    [0, 0n],
    ['0', 0n],
    ['0xfF', 255n],
    ['0X10', 16n],
    [7n, 7n],
    [Number.MAX_SAFE_INTEGER, 2n ** 53n - 1n],
    ['18446744073709551615', 2n ** 64n - 1n],
    [2n ** 64n - 1n, 2n ** 64n - 1n],
  ]
  for (const [written, value] of WORDS) {
    it(`takes ${show(written)} as the word ${value}`, () => {
      const masked = { ...TEST, operation: 'MaskedEqual', value: written, mask: written }
      const [rule] = policy(withTests([{ ...TEST, value: written }, masked])).rules
      expect(rule?.conditions).to.deep.equal([
        { ...TEST, value },
        { ...masked, value, mask: value },
      ])
    })
  }

  const NOT_WORDS: readonly (readonly [written: unknown, shown: string])[] = [
    [-1, '-1'],
    [1.5, '1.5'],
    [2n ** 64n, '18446744073709551616'],
    ['18446744073709551616', '"18446744073709551616"'],
    [2 ** 53, '9007199254740992: write it in quotes'],
    ['x1', '"x1"'],
    ['1x', '"1x"'],
    ['0xfg', '"0xfg"'],
    ['y0x1', '"y0x1"'],
    ['0x', '"0x"'],
    ['', '""'],
    ['-1', '"-1"'],
    [true, 'true'],
    [null, 'nothing'],
    [[], 'a list'],
    [{}, 'a map'],
  ]
  for (const [written, shown] of NOT_WORDS) {
    it(`refuse ${show(written)} as a word`, () => {
      const { problems } = parsed(withTests([{ ...TEST, value: written }]))
      expect(problems).to.deep.equal([
        `${TESTS}[0].value: must be a whole number from 0 to 18446744073709551615, not ${shown}`,
      ])
    })
  }

  const WRONG: readonly (readonly [what: string, written: unknown, ...problems: string[]])[] = [
    [
      'a mask without MaskedEqual',
      withTests([{ ...TEST, mask: 1 }]),
      `${TESTS}[0].mask: is only valid with MaskedEqual`,
    ],
    [
      'a mask that is no word',
      withTests([{ ...TEST, operation: 'MaskedEqual', mask: 'x' }]),
      `${TESTS}[0].mask: must be a whole number from 0 to 18446744073709551615, not "x"`,
    ],
    ['conditions that are no list', withTests('x'), `${TESTS}: must be a list, not "x"`],
    ['no conditions', withTests([]), `${TESTS}: must have at least one item`],
    [
      'a condition that is no map, and one with a key that there is not',
      withTests([7, { ...TEST, zzzzzzzz: 1 }]),
      `${TESTS}[0]: must be a map, not 7`,
      `${TESTS}[1].zzzzzzzz: unknown key: one of argument, operation, value, mask`,
    ],
    [
      'a call with conditions that has no name',
      {
        ...withTests([]),
        syscalls: [{ action: 'allow', names_with_args: [{ arguments: [TEST] }, 7] }],
      },
      `${NAMED}[0].name: must be a name, not nothing`,
      `${NAMED}[1]: must be a map, not 7`,
    ],
    [
      'calls with conditions that are no list',
      { ...withTests([]), syscalls: [{ action: 'allow', names_with_args: 'clone' }] },
      `${NAMED}: must be a list, not "clone"`,
    ],
    [
      'an error number that there is not',
      { default_action: 'allow', syscalls: [{ action: 'errno', errno: 9999, names: ['read'] }] },
      'seccomp.syscalls[0].errno: unknown error 9999: use a name such as EPERM or ENOSYS, see errno(3)',
    ],
    [
      'an error of an action that is wrong itself, which is told once',
      {
        default_action: 'allow',
        syscalls: [{ action: 'zzzzzzzz', errno: 'EIO', names: ['read'] }],
      },
      'seccomp.syscalls[0].action: unknown action "zzzzzzzz": one of kill_process, kill_thread, trap, errno, trace, log, allow',
    ],
    [
      'words that are no text',
      { mode: 7, late_libraries: null, default_action: true },
      'seccomp.mode: unknown mode 7: one of extend, replace',
      'seccomp.late_libraries: unknown late_libraries nothing: one of allow, refuse',
      'seccomp.default_action: unknown action true: one of kill_process, kill_thread, trap, errno, trace, log, allow',
    ],
    [
      'rules that are no list',
      { default_action: 'allow', syscalls: 'x' },
      'seccomp.syscalls: must be a list, not "x"',
    ],
    [
      'rules that are no maps',
      { default_action: 'allow', syscalls: [null, []] },
      'seccomp.syscalls[0]: must be a map, not nothing',
      'seccomp.syscalls[1]: must be a map, not a list',
    ],
    [
      'names that are no list',
      { default_action: 'allow', syscalls: [{ action: 'errno', names: 'read' }] },
      'seccomp.syscalls[0].names: must be a list, not "read"',
    ],
    [
      'names that are no list, of no action',
      { default_action: 'allow', syscalls: [{ names: 'read' }] },
      'seccomp.syscalls[0].action: is required: one of kill_process, kill_thread, trap, errno, trace, log, allow',
      'seccomp.syscalls[0].names: must be a list, not "read"',
    ],
    [
      'an argument that is exact, but too large',
      withTests([{ ...TEST, argument: Number.MAX_SAFE_INTEGER }]),
      `${TESTS}[0].argument: must be a whole number from 0 to 5, not 9007199254740991`,
    ],
    [
      'a wrong action beside another one for the same call, which is told once',
      {
        default_action: 'allow',
        syscalls: [
          { action: 'erno', names: ['ptrace'] },
          { action: 'trap', names: ['ptrace'] },
        ],
      },
      'seccomp.syscalls[0].action: unknown action "erno" (did you mean "errno"?): one of kill_process, kill_thread, trap, errno, trace, log, allow',
    ],
    [
      'a policy that replaces nothing by nothing',
      { mode: 'replace' },
      'seccomp.default_action: is required: one of kill_process, kill_thread, trap, errno, trace, log, allow',
      'seccomp.syscalls: is required with mode: replace',
    ],
  ]
  for (const [what, written, ...expected] of WRONG) {
    it(`refuse ${what}`, () => {
      expect(parsed(written).problems).to.deep.equal(expected)
    })
  }

  it('are shown with up to 60 characters', () => {
    expect(show('x'.repeat(58))).to.equal(`"${'x'.repeat(58)}"`)
    expect(show('x'.repeat(59))).to.equal(`"${'x'.repeat(58)}…`)
    expect([show(undefined), show([]), show({})]).to.deep.equal(['nothing', 'a list', 'a map'])
  })
})
