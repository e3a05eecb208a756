import { expect } from 'chai'
import {
  type Architecture,
  loadArchitecture,
} from '../../../lib/seccomp/architectures/architecture.ts'
import { merge } from '../../../lib/seccomp/policy/merge.ts'
import { formatVerdict, type Policy } from '../../../lib/seccomp/policy/policy.ts'
import { BLACKLIST, policy } from './policies.ts'

const allow = (names: readonly string[], origin: string, default_action = 'errno') =>
  policy({ default_action, syscalls: [{ action: 'allow', names }] }, origin)

const THREAD = { argument: 0, operation: 'BitsSet', value: 0x10000 }
const NEWUSER = { argument: 0, operation: 'BitsSet', value: 0x10000000 }
const when = (name: string, action: string, ...tests: unknown[]) => ({
  action,
  names_with_args: tests.map(test => ({ name, arguments: [test] })),
})

describe('merge', () => {
  let amd64: Architecture
  const builtin = policy(
    {
      default_action: 'errno',
      syscalls: [
        { action: 'allow', names: ['read', 'write', 'futex'] },
        when('clone', 'allow', THREAD),
      ],
    },
    'default amd64',
  )

  before(async () => {
    amd64 = await loadArchitecture('amd64')
  })

  /** `name → verdict (origin)`, for the names that don't get the default's answer. */
  const outcome = (...layers: readonly [Policy, ...Policy[]]) => {
    const { decisions } = merge(amd64, layers)
    return (name: string) => {
      const found = decisions.find(decision => decision.name === name)
      if (!found) throw new RangeError(`no decision on ${name}`)
      const rules = found.rules.map(
        rule => `${formatVerdict(rule.verdict)} if ${rule.conditions.length}, `,
      )
      return `${rules.join('')}${formatVerdict(found.otherwise)} (${found.origin})`
    }
  }

  it('S6: over the default whitelist, the blacklist denies its four names and nothing else', () => {
    const { decisions, unknown } = merge(amd64, [builtin, policy(BLACKLIST)])
    const denied = decisions.filter(({ otherwise }) => otherwise.action !== 'allow')
    expect(denied.map(({ name }) => name)).to.deep.equal(['fork', 'vfork', 'execve', 'execveat'])
    expect(decisions.every(({ rules }) => rules.length === 0)).to.equal(true)
    expect(unknown).to.deep.equal({ action: 'allow' })
  })

  it('adds an allowance to the whitelist, and says where each comes from', () => {
    const of = outcome(builtin, allow(['ptrace'], 'beat.yml:4'))
    expect(of('ptrace')).to.equal('allow (beat.yml:4)')
    expect(of('read')).to.equal('allow (default amd64)')
    expect(of('mount')).to.equal('errno(EPERM) (beat.yml:4)')
  })

  it('lets the highest layer that names a call win', () => {
    const needs = allow(['ptrace'], 'beat trace: looks at processes')
    const user = policy({
      default_action: 'errno',
      syscalls: [{ action: 'trap', names: ['ptrace', 'read'] }],
    })
    const of = outcome(builtin, needs, user)
    expect(of('ptrace')).to.equal('trap (test)')
    expect(of('read')).to.equal('trap (test)')
    expect(outcome(builtin, needs)('ptrace')).to.equal('allow (beat trace: looks at processes)')
  })

  it('asks the next lower layer where no condition of a higher one holds', () => {
    const user = policy({
      default_action: 'errno',
      syscalls: [when('clone', 'kill_process', NEWUSER)],
    })
    expect(outcome(builtin, user)('clone')).to.equal(
      'kill_process if 1, allow if 1, errno(EPERM) (test)',
    )
  })

  it('lets the first rule decide where that is asked for, a plain one last', () => {
    const user = policy({
      default_action: 'errno',
      precedence: 'first',
      syscalls: [
        { action: 'log', names: ['clone'] },
        when('clone', 'allow', THREAD),
        when('clone', 'kill_process', NEWUSER),
      ],
    })
    expect(outcome(builtin, user)('clone')).to.equal('allow if 1, kill_process if 1, log (test)')
    const strictest = { ...user, precedence: 'strictest' as const }
    expect(outcome(builtin, strictest)('clone')).to.equal(
      'kill_process if 1, allow if 1, log (test)',
    )
  })

  it('takes a rule without conditions as the last word of its layer', () => {
    const user = policy({
      default_action: 'errno',
      syscalls: [when('clone', 'trap', NEWUSER), { action: 'log', names: ['clone'] }],
    })
    expect(outcome(builtin, user)('clone')).to.equal('trap if 1, log (test)')
  })

  it('drops what says the same as what follows', () => {
    const user = policy({
      default_action: 'allow',
      syscalls: [when('clone', 'allow', NEWUSER, THREAD)],
    })
    expect(outcome(user)('clone')).to.equal('allow (test)')
  })

  it('does not depend on the order of rules', () => {
    const groups = [
      when('clone', 'trap', NEWUSER),
      when('clone', 'allow', THREAD),
      when('clone', 'log', { ...THREAD, argument: 1 }),
    ]
    const printed = (syscalls: unknown) =>
      JSON.stringify(
        merge(amd64, [policy({ default_action: 'errno', syscalls })]).decisions,
        (_, v) => (typeof v === 'bigint' ? `${v}` : v),
      )
    expect(printed(groups.toReversed())).to.equal(printed(groups))
  })

  it('has rules that are equally strict in one order, whatever the order they are written in', () => {
    const tests = [1, 2, 3].map(value => when('clone', 'allow', { ...THREAD, value }))
    const values = (...order: readonly number[]) => {
      const syscalls = order.map(at => tests[at])
      const { decisions } = merge(amd64, [policy({ default_action: 'errno', syscalls })])
      const found = decisions.find(({ name }) => name === 'clone')
      return found?.rules.map(({ conditions }) => Number(conditions[0]?.value))
    }
    for (const order of [
      [0, 1, 2],
      [0, 2, 1],
      [1, 0, 2],
      [1, 2, 0],
      [2, 0, 1],
      [2, 1, 0],
    ]) {
      expect(values(...order), order.join()).to.deep.equal([1, 2, 3])
    }
  })

  it('keeps the first of two rules that say the same, and the higher one of the same conditions', () => {
    const narrow = (action: string, origin: string) =>
      policy({ default_action: 'errno', syscalls: [when('clone', action, THREAD)] }, origin)
    const [one, other] = [narrow('allow', 'one'), narrow('allow', 'other')]
    const originsOf = (...layers: readonly [Policy, ...Policy[]]) =>
      merge(amd64, layers)
        .decisions.find(({ name }) => name === 'clone')
        ?.rules.map(({ origin, verdict }) => `${origin} ${verdict.action}`)
    expect(originsOf({ ...one, rules: [...one.rules, ...other.rules] })).to.deep.equal([
      'one allow',
    ])
    expect(originsOf(one, narrow('trap', 'high'))).to.deep.equal(['high trap'])
    const more = { ...one, rules: [...one.rules, ...narrow('log', 'more').rules] }
    expect(originsOf(more)).to.deep.equal(['more log'])
  })

  it('decides by number, in whatever order the table has them', () => {
    const { read, write, open } = amd64.table.numbers as Readonly<Record<string, number>>
    const numbers = { write: write ?? 0, open: open ?? 0, read: read ?? 0 }
    const { decisions } = merge({ ...amd64, table: { ...amd64.table, numbers } }, [builtin])
    expect(decisions.map(({ name }) => name)).to.deep.equal(['read', 'write', 'open'])
  })

  const worded: readonly (readonly [action: string, name: string, verdict: string])[] = [
    ['errno', 'clone3', 'errno(ENOSYS)'],
    ['errno', 'copy_file_range', 'errno(ENOSYS)'],
    ['errno', 'getrandom', 'errno(ENOSYS)'],
    ['errno', 'mount', 'errno(EPERM)'],
    ['kill_process', 'clone3', 'errno(ENOSYS)'],
    ['kill_process', 'mount', 'kill_process'],
    ['trap', 'clone3', 'errno(ENOSYS)'],
    ['kill_process', 'io_uring_setup', 'errno(ENOSYS)'],
    ['errno', 'io_uring_setup', 'errno(ENOSYS)'],
    ['log', 'clone3', 'log'],
    ['allow', 'clone3', 'allow'],
  ]
  for (const [action, name, verdict] of worded) {
    it(`words the default action ${action} for ${name} as ${verdict}`, () => {
      expect(outcome(allow(['read'], 'test', action))(name)).to.equal(`${verdict} (test)`)
    })
  }

  it('takes an explicit rule for clone3 at its word', () => {
    const user = policy({
      default_action: 'errno',
      syscalls: [{ action: 'errno', names: ['clone3'] }],
    })
    expect(outcome(builtin, user)('clone3')).to.equal('errno(EPERM) (test)')
  })

  it('takes a rule for either of two names of one number as a rule for both', async () => {
    const arm = await loadArchitecture('arm')
    const { decisions } = merge(arm, [allow(['sync_file_range2'], 'test')])
    const found = decisions.filter(
      ({ name }) => name.endsWith('sync_file_range') || name === 'sync_file_range2',
    )
    expect(found.map(({ name, otherwise }) => `${name} ${otherwise.action}`)).to.deep.equal([
      'arm_sync_file_range allow',
    ])
  })
})
