import { expect } from 'chai'
import { Workplace } from '../cli/workplace.ts'
import { needsIsolation, programFile } from '../live.ts'
import { conduct, denying, type Experiment, stageLines } from './lab.ts'

/** Runs the agent behind an outer filter that hides seccomp(2), or answers it with success. */
const behind = (how: 'hidden' | 'answered') => [process.execPath, programFile('outer/behind'), how]

/** What stands in docs/seccomp.md: what can be had on this machine, in the order in which it is logged. */
const ROWS: Readonly<
  Record<string, readonly [Partial<Experiment>, ...(readonly [string, string])[]]>
> = {
  'enabled: false': [
    { seccomp: 'seccomp.enabled: false' },
    ['info', 'Syscall filter is disabled by configuration'],
  ],
  'before loading, and done': [
    {},
    ['debug', 'Loading syscall filter'],
    ['info', 'Syscall filter successfully installed'],
  ],
  'failed, for a name': [
    { seccomp: denying('errno', 'no_such_call') },
    ['error', 'Syscall filter could not be installed'],
  ],
  'failed, refused by a filter that was there before': [
    { through: behind('hidden') },
    ['debug', 'Loading syscall filter'],
    ['error', 'Syscall filter could not be installed'],
  ],
  'failed, answered by a filter that was there before, with success': [
    { through: behind('answered') },
    ['debug', 'Loading syscall filter'],
    ['error', 'Syscall filter could not be installed'],
  ],
}

describe('the log of the seccomp stage', () => {
  const place = new Workplace()
  before(needsIsolation)
  after(() => place.remove())

  const lines = async (experiment: Partial<Experiment>) => {
    const found = await conduct(place, { beat: 'caller', ...experiment })
    expect(found.code).to.equal(0)
    return stageLines(found)
  }

  for (const [condition, [experiment, ...said]] of Object.entries(ROWS)) {
    it(`${condition}: ${said.map(row => row.join(' ')).join('; ')}`, async () => {
      const logged = await lines(experiment)
      expect(logged.map(line => [line['log.level'], line.message])).to.deep.equal(said)
    })
  }

  it('loading: with the effective policy', async () => {
    const [loading] = await lines({ seccomp: denying('errno', 'execve') })
    expect(loading?.['policy']).to.deep.include({
      default_action: 'allow',
      syscalls: [{ action: 'errno', errno: 'EPERM', names: ['execve'] }],
    })
  })

  it('done: with mode, instructions, threads and digest', async () => {
    const installed = (await lines({})).at(-1)?.['seccomp']
    expect(installed).to.deep.include({ mode: 'extend', log: true })
    expect(installed).to.have.property('instructions').greaterThan(10)
    expect(installed).to.have.property('threads').greaterThan(6)
    expect(installed)
      .to.have.property('digest')
      .matches(/^sha256:[0-9a-f]{16}$/)
  })

  it('failed: with error.code, error.message and a hint, on one line', async () => {
    const failed = (await lines({ through: behind('hidden') })).at(-1)
    expect(failed?.['error']).to.have.keys('code', 'message')
    expect(failed).to.have.property('hint').a('string')
  })

  it('failed: by a filter that pretends, under a code of its own, and 77 where it is required', async () => {
    const through = behind('answered')
    const failed = (await lines({ through })).at(-1)
    expect(failed?.['error']).to.deep.equal({
      code: 'PRETENDED',
      message: 'seccomp(2) has answered with success, but no thread has the filter',
    })
    const required = { beat: 'caller', through, seccomp: 'seccomp.required: true' } as const
    expect((await conduct(place, required)).code).to.equal(77)
    const control = await conduct(place, { ...required, through: [] })
    expect(control.code).to.equal(0)
  })
})
