import { expect } from 'chai'
import {
  ARCHITECTURES,
  type ArchitectureName,
  loadArchitecture,
} from '../../../lib/seccomp/architectures/architecture.ts'
import { compile } from '../../../lib/seccomp/compiler/compile.ts'
import { simulate } from '../../../lib/seccomp/compiler/simulate.ts'
import { refusesAllLibraries, refusesLibraries } from '../../../lib/seccomp/kernel/libraries.ts'
import { builtinPolicy } from '../../../lib/seccomp/policy/builtin.ts'
import { filtersMappings } from '../../../lib/seccomp/policy/executable-memory.ts'
import { effectivePolicy } from '../../../lib/seccomp/policy/layers.ts'
import { section } from './policies.ts'

const [READ, WRITE, EXEC] = [1n, 2n, 4n]
const [SHARED, PRIVATE] = [1n, 2n]
const [ALLOW, EPERM] = [0x7fff0000, 0x00050001]

interface Limits {
  readonly jitless?: boolean
  readonly config?: unknown
  readonly needs?: readonly string[]
}

async function filterOf(name: ArchitectureName, { jitless = false, config, needs }: Limits) {
  const architecture = await loadArchitecture(name)
  const sources = {
    builtin: await builtinPolicy(name),
    needs: needs ? [{ who: 'beat web', why: 'maps', names: needs }] : [],
    config: section(config ?? {}),
    jitless,
  }
  const policy = effectivePolicy(architecture, sources)
  return policy ? { policy, program: compile(policy) } : expect.fail(`${name} has no policy`)
}

type Filter = Awaited<ReturnType<typeof filterOf>>

function answer({ policy: { architecture }, program }: Filter, name: string, ...args: bigint[]) {
  const { audit, endian, table } = architecture
  const number = table.numbers[name] ?? expect.fail(`${architecture.name} has no ${name}`)
  return simulate(program, { audit, number, args }, endian).value
}

const mmap = (filter: Filter, protection: bigint, flags: bigint) =>
  answer(filter, 'mmap', 0n, 4096n, protection, flags)

const REFUSE = { late_libraries: 'refuse' }
const ANONYMOUS = PRIVATE | 0x20n

describe('rules against native code', () => {
  it('are none by default', async () => {
    const filter = await filterOf('amd64', {})
    expect(mmap(filter, READ | EXEC, PRIVATE)).to.equal(ALLOW)
    expect(answer(filter, 'mprotect', 0n, 4096n, READ | EXEC)).to.equal(ALLOW)
    expect([refusesLibraries(filter), refusesAllLibraries(filter)]).to.deep.equal([false, false])
  })

  it('late_libraries: refuse: no copy of a file is mapped, nor one as executable, and all else is', async () => {
    const filter = await filterOf('amd64', { config: REFUSE })
    for (const protection of [READ, READ | WRITE, READ | EXEC]) {
      expect(mmap(filter, protection, PRIVATE)).to.equal(EPERM)
      expect(mmap(filter, protection, SHARED)).to.equal(protection & EXEC ? EPERM : ALLOW)
      expect(mmap(filter, protection, ANONYMOUS)).to.equal(ALLOW)
    }
    expect(answer(filter, 'mprotect', 0n, 4096n, READ | EXEC)).to.equal(ALLOW)
    expect([refusesLibraries(filter), refusesAllLibraries(filter)]).to.deep.equal([true, true])
  })

  it('late_libraries: refuse: holds also where the first rule of the section decides', async () => {
    const anything = { name: 'mmap', arguments: [{ argument: 0, operation: 'Equal', value: 0 }] }
    const syscalls = [{ action: 'allow', names: ['mmap'], names_with_args: [anything] }]
    const own = { precedence: 'first', default_action: 'errno', syscalls }
    expect(mmap(await filterOf('amd64', { config: own }), READ, PRIVATE)).to.equal(ALLOW)
    const filter = await filterOf('amd64', { config: { ...own, ...REFUSE } })
    expect(mmap(filter, READ, PRIVATE)).to.equal(EPERM)
    expect(mmap(filter, READ, ANONYMOUS)).to.equal(ALLOW)
  })

  it('--jitless: the same, and nothing becomes executable', async () => {
    const filter = await filterOf('amd64', { jitless: true })
    expect(mmap(filter, READ, PRIVATE)).to.equal(EPERM)
    expect(mmap(filter, READ | WRITE, SHARED)).to.equal(ALLOW)
    expect(mmap(filter, READ | WRITE, ANONYMOUS)).to.equal(ALLOW)
    expect(mmap(filter, READ | EXEC, ANONYMOUS)).to.equal(EPERM)
    for (const name of ['mprotect', 'pkey_mprotect']) {
      expect(answer(filter, name, 0n, 4096n, READ | WRITE), name).to.equal(ALLOW)
      expect(answer(filter, name, 0n, 4096n, READ | EXEC), name).to.equal(EPERM)
    }
    expect([refusesLibraries(filter), refusesAllLibraries(filter)]).to.deep.equal([true, true])
  })

  it('hold whatever plugins declare and the user allows', async () => {
    const names = ['mmap', 'mprotect']
    const config = { default_action: 'errno', syscalls: [{ action: 'allow', names }] }
    const filter = await filterOf('amd64', { jitless: true, config, needs: names })
    expect(refusesAllLibraries(filter)).to.equal(true)
    expect(answer(filter, 'mprotect', 0n, 4096n, READ | EXEC)).to.equal(EPERM)
    const explicit = { config: { ...config, ...REFUSE }, needs: names }
    expect(refusesLibraries(await filterOf('amd64', explicit))).to.equal(true)
  })

  it('under the user’s policy alone, are those that the user has asked for', async () => {
    const policy = { default_action: 'allow', syscalls: [{ action: 'errno', names: ['execve'] }] }
    for (const config of [policy, { ...policy, mode: 'replace' }]) {
      const jitless = await filterOf('amd64', { config, jitless: true })
      expect(refusesLibraries(jitless)).to.equal(false)
      const asked = await filterOf('amd64', { config: { ...config, ...REFUSE } })
      expect(refusesLibraries(asked)).to.equal(true)
    }
  })

  it('name what asks for them', async () => {
    const originsOf = ({ policy }: Filter) =>
      policy.decisions
        .filter(({ name }) => name === 'mmap')
        .flatMap(({ rules }) => rules.map(({ origin }) => origin))
    const origins = new Set(originsOf(await filterOf('amd64', { config: REFUSE })))
    expect([...origins]).to.deep.equal(['seccomp.late_libraries: refuse'])
    const both = new Set(originsOf(await filterOf('amd64', { config: REFUSE, jitless: true })))
    expect([...both]).to.include('node --jitless: nothing is compiled')
  })

  it('refuse the mmap that takes a pointer, which no filter can look behind', async () => {
    const filter = await filterOf('386', { config: REFUSE })
    expect(answer(filter, 'mmap', 0n)).to.equal(EPERM)
    expect(answer(filter, 'mmap2', 0n, 4096n, READ | WRITE, ANONYMOUS)).to.equal(ALLOW)
    expect(answer(filter, 'mmap2', 0n, 4096n, READ, PRIVATE)).to.equal(EPERM)
    expect(answer(await filterOf('386', {}), 'mmap', 0n)).to.equal(ALLOW)
  })

  it('hold on every architecture whose calls a filter can see', async () => {
    const blind: string[] = []
    for (const name of ARCHITECTURES) {
      if ((await builtinPolicy(name)) === undefined) continue
      const filter = await filterOf(name, { jitless: true })
      expect(refusesAllLibraries(filter), name).to.equal(
        filtersMappings(filter.policy.architecture),
      )
      if (!refusesLibraries(filter)) blind.push(name)
      const isSeen = filtersMappings(filter.policy.architecture)
      const protects = answer(filter, 'mprotect', 0n, 4096n, READ | EXEC)
      expect(protects, name).to.equal(isSeen ? EPERM : ALLOW)
    }
    expect(blind).to.deep.equal(['s390x'])
  })
})
