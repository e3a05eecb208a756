import { expect } from 'chai'
import { loadArchitecture } from '../../../lib/seccomp/architectures/architecture.ts'
import { effectivePolicy, loadPolicy, type Need } from '../../../lib/seccomp/policy/layers.ts'
import { needsHere, rulesHere } from '../../../lib/seccomp/policy/needs.ts'
import { PolicyError } from '../../../lib/seccomp/policy/policy-error.ts'
import { BLACKLIST, policy, section } from './policies.ts'

const BUILTIN = policy(
  { default_action: 'errno', syscalls: [{ action: 'allow', names: ['read', 'futex'] }] },
  'default amd64',
)
const NEEDS: readonly Need[] = [{ who: 'beat trace', why: 'looks at processes', names: ['ptrace'] }]

describe('layers of a policy', () => {
  const allowed = async (
    config: unknown,
    needs = NEEDS,
    builtin: typeof BUILTIN | undefined = BUILTIN,
  ) => {
    const amd64 = await loadArchitecture('amd64')
    const effective = effectivePolicy(amd64, { builtin, needs, config: section(config) })
    return effective?.decisions
      .filter(({ otherwise }) => otherwise.action === 'allow')
      .map(({ name, origin }) => `${name}: ${origin}`)
  }

  it('are the default policy and what beats need, where the user says nothing', async () => {
    expect(await allowed({})).to.deep.equal([
      'read: default amd64',
      'ptrace: beat trace: looks at processes',
      'futex: default amd64',
    ])
  })

  it('are the user’s alone in mode: replace', async () => {
    const syscalls = [{ action: 'allow', names: ['write'] }]
    expect(await allowed({ mode: 'replace', default_action: 'errno', syscalls })).to.deep.equal([
      'write: test',
    ])
  })

  it('are the user’s alone where an architecture has no default policy, and none without', async () => {
    const amd64 = await loadArchitecture('amd64')
    const without = { builtin: undefined, needs: [] }
    expect(effectivePolicy(amd64, { ...without, config: section({}) })).to.equal(undefined)
    expect(
      effectivePolicy(amd64, { ...without, config: section(BLACKLIST) })?.defaultAction,
    ).to.equal('allow')
  })

  it('are the user’s alone, for a process as well, where Node does not run', async () => {
    const of = (config: object) => loadPolicy('mips64le', section(config), { needs: [] }, 4321)
    expect(await of({})).to.equal(undefined)
    const syscalls = [{ action: 'errno', names: ['ptrace'] }]
    expect((await of({ default_action: 'allow', syscalls }))?.defaultAction).to.equal('allow')
  })

  it('S10: refuse unknown names, all of them in one error', async () => {
    const syscalls = [{ action: 'allow', names: ['ptrase', 'read', 'nonsense'] }]
    const refusal = await allowed({ default_action: 'errno', syscalls }).catch(error => error)
    expect(refusal).to.be.instanceOf(PolicyError)
    expect(refusal.code).to.equal('UNKNOWN_SYSCALL')
    expect(refusal.names).to.deep.equal([
      { name: 'ptrase', origin: 'test' },
      { name: 'nonsense', origin: 'test' },
    ])
    expect(refusal.message).to.equal(
      'unknown system calls for amd64: ptrase (did you mean "ptrace"?) in test, nonsense in test',
    )
  })

  it('leave out what need not exist, if another architecture has it', async () => {
    const group = { action: 'allow', must_exist: false, names: ['read', 'statfs64', 'mmap2'] }
    const argument = { argument: 0, operation: 'Equal', value: 1 }
    const named = [{ name: 'sigaction', arguments: [argument] }]
    const written = {
      mode: 'replace',
      default_action: 'errno',
      syscalls: [{ ...group, names_with_args: named }],
    }
    const found = await loadPolicy('amd64', section(written), { needs: [] })
    expect(
      found?.decisions.filter(({ origin }) => origin === 'test').map(({ name }) => name),
    ).to.include('read')
    const refusal = async (more: object) => {
      const syscalls = [{ ...group, ...more }]
      return loadPolicy('amd64', section({ ...written, syscalls }), { needs: [] }).then(
        () => 'taken',
        error => error.message,
      )
    }
    expect(await refusal({})).to.equal('taken')
    const unknown = 'unknown system calls for amd64:'
    expect(await refusal({ names: ['read', 'statfs65'] })).to.equal(
      `${unknown} statfs65 (did you mean "statfs"?) in test`,
    )
    for (const must_exist of [true, undefined]) {
      expect(await refusal({ must_exist })).to.match(
        /^unknown system calls for amd64: statfs64 .*, mmap2/,
      )
    }
  })

  it('show fifty unknown names, and how many more there are, none of them at length', async () => {
    const refusal = async (names: readonly string[]) => {
      const syscalls = [{ action: 'allow', names }]
      return allowed({ default_action: 'errno', syscalls }).catch(error => error)
    }
    const many = Array.from({ length: 52 }, (_, at) => `zzzzzzzzzzzz${at}`)
    const found = await refusal(many)
    expect(found.names).to.have.length(52)
    expect(found.message).to.match(/zzzzzzzzzzzz49 in test, and 2 more$/)
    expect((await refusal(many.slice(2))).message).to.match(/zzzzzzzzzzzz51 in test$/)
    expect((await refusal(many.slice(1))).message).to.match(/zzzzzzzzzzzz50 in test, and 1 more$/)
    const exact = await refusal(['z'.repeat(100)])
    expect(exact.message).to.equal(`unknown system calls for amd64: ${'z'.repeat(100)} in test`)
    const long = await refusal(['z'.repeat(1e6)])
    expect(long.message).to.equal(`unknown system calls for amd64: ${'z'.repeat(100)}… in test`)
  })

  it('leave out what a beat needs on other architectures, but not what none has', async () => {
    const amd64 = await loadArchitecture('amd64')
    const names = ['statfs', 'statfs64', 'statsf']
    const [need] = await needsHere(amd64, [{ who: 'beat host', why: 'filesystems', names }])
    expect(need?.names).to.deep.equal(['statfs', 'statsf'])
  })

  it('are as they are where nothing has to be left out', async () => {
    const amd64 = await loadArchitecture('amd64')
    expect(await needsHere(amd64, NEEDS)).to.equal(NEEDS)
    const [here, elsewhere] = [NEEDS[0], { who: 'beat host', why: 'x', names: ['statfs64'] }]
    const found = await needsHere(amd64, [here as Need, elsewhere])
    expect(found.map(({ names }) => names)).to.deep.equal([['ptrace'], []])
    for (const [must_exist, name] of [
      [false, 'read'],
      [true, 'read'],
      [true, 'statfs64'],
    ] as const) {
      const syscalls = [{ action: 'allow', must_exist, names: [name] }]
      const written = policy({ default_action: 'errno', syscalls })
      expect(await rulesHere(amd64, written), `${must_exist} ${name}`).to.equal(written)
    }
  })

  it('keep a rule that has to exist beside one that need not', async () => {
    const syscalls = [
      { action: 'allow', names: ['statfs64'] },
      { action: 'allow', must_exist: false, names: ['mmap2', 'read'] },
    ]
    const written = policy({ default_action: 'errno', syscalls })
    const { rules } = await rulesHere(await loadArchitecture('amd64'), written)
    expect(rules.map(({ name }) => name)).to.deep.equal(['statfs64', 'read'])
  })
})
