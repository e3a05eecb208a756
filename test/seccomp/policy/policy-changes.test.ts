import { expect } from 'chai'
import { loadArchitecture } from '../../../lib/seccomp/architectures/architecture.ts'
import { merge } from '../../../lib/seccomp/policy/merge.ts'
import { policyChanges } from '../../../lib/seccomp/policy/policy-changes.ts'
import { policy } from './policies.ts'

const named = (action: string, ...values: readonly number[]) => ({
  action,
  names_with_args: values.map(value => ({
    name: 'prctl',
    arguments: [
      { argument: 0, operation: 'Equal', value },
      { argument: 1, operation: 'Equal', value },
    ],
  })),
})

describe('what changes from one policy to another', () => {
  const changes = async (before: object, after: object) => {
    const amd64 = await loadArchitecture('amd64')
    return policyChanges(
      merge(amd64, [policy(before, 'old')]),
      merge(amd64, [policy(after, 'new')]),
    )
  }
  const allowing = (...syscalls: readonly object[]) => ({ default_action: 'errno', syscalls })
  const read = { action: 'allow', names: ['read'] }

  it('is nothing, if only the origin is another', async () => {
    const same = allowing(read, named('allow', 1, 2))
    expect(await changes(same, same)).to.deep.equal([])
  })

  it('is each call that gets another answer, by number, with the origin of the new one', async () => {
    const after = allowing({ action: 'trap', names: ['ptrace', 'write'] })
    expect(await changes(allowing(read), after)).to.deep.equal(
      ['read', 'write', 'ptrace'].map(name => ({ name, origin: 'new' })),
    )
  })

  it('is a call that gets the same answers under other conditions', async () => {
    const changed = [{ name: 'prctl', origin: 'new' }]
    const of = (...values: readonly number[]) => allowing(read, named('allow', ...values))
    expect(await changes(of(1), of(2))).to.deep.equal(changed)
    expect(await changes(of(1), of(1, 2))).to.deep.equal(changed)
    expect(await changes(of(1, 2), of(1))).to.deep.equal(changed)
    expect(await changes(of(1), allowing(read, named('trap', 1)))).to.deep.equal(changed)
    const also = allowing(read, named('allow', 1), { action: 'log', names: ['prctl'] })
    expect(await changes(of(1), also)).to.deep.equal(changed)
  })

  it('is the answer to unknown calls as well', async () => {
    const all = await changes(allowing(read), { default_action: 'allow', syscalls: [read] })
    expect(all.at(-1)).to.deep.equal({ name: 'unknown calls', origin: 'new' })
    expect(all.map(({ name }) => name))
      .to.include('mount')
      .and.not.include('read')
    // Both answer unknown calls with ENOSYS.
    const killing = { default_action: 'kill_process', syscalls: [read] }
    expect((await changes(allowing(read), killing)).at(-1)?.name).not.to.equal('unknown calls')
  })

  it('names where the first rule of a call comes from', async () => {
    const amd64 = await loadArchitecture('amd64')
    const [low, high] = [
      policy(allowing({ action: 'allow', names: ['prctl'] }), 'low'),
      policy(allowing(named('trap', 1)), 'high'),
    ]
    const found = policyChanges(merge(amd64, [low]), merge(amd64, [low, high]))
    expect(found.filter(({ name }) => name === 'prctl')).to.deep.equal([
      { name: 'prctl', origin: 'high' },
    ])
  })
})
