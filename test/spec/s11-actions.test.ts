import { expect } from 'chai'
import { numberOf } from '../answering.ts'
import { openAuditTail } from '../audit/audit-tail.ts'
import { Workplace } from '../cli/workplace.ts'
import { needsIsolation, skip } from '../live.ts'
import { conduct, DEATH_BY_SIGSYS, denying, type Experiment, type Findings } from './lab.ts'
import { compileTracer } from './tracer.ts'

/** Which Node itself calls only when asked for process.ppid. */
const CALL = 'getppid'

describe('S11: what happens when a call is executed', () => {
  const place = new Workplace()
  before(needsIsolation)
  after(() => place.remove())

  const under = (action: string, more: Partial<Experiment> = {}) =>
    conduct(place, {
      beat: 'caller',
      seccomp: denying(action, CALL),
      ...more,
      settings: { calls: ['gettid', CALL], ...more.settings },
    })
  const answer = ({ events }: Findings) => {
    const answers = events[0]?.['answers']
    expect(answers, 'another call').to.have.property('gettid').a('number')
    return Object.entries(answers ?? {}).find(([call]) => call === CALL)?.[1]
  }

  it('S11a: errno returns EPERM to the caller', async () => {
    const found = await under('errno')
    expect(answer(found)).to.equal('EPERM')
    expect(found.code).to.equal(0)
  })

  it('S11b: trace, with no tracer, fails with ENOSYS', async () => {
    const found = await under('trace')
    expect(answer(found)).to.equal('ENOSYS')
    expect(found.code).to.equal(0)
  })

  it("S11b: trace, with a tracer, is the tracer's to answer", async function () {
    const tracer = compileTracer(place.folder)
    if ('why' in tracer) skip(this, `no tracer: ${tracer.why}`)
    const through = [tracer.file, String(await numberOf(CALL)), '424242']
    const found = await under('trace', { through })
    expect(answer(found)).to.equal(424242)
    expect(found.code).to.equal(0)
  })

  for (const by of ['main', 'pthread']) {
    it(`S11c: trap ends the process by SIGSYS, with one line that names the call (${by})`, async () => {
      const { code, events, stderr } = await under('trap', { settings: { by } })
      expect({ code, events }).to.deep.equal({ code: DEATH_BY_SIGSYS, events: [] })
      const lines = stderr.split('\n').filter(line => line.startsWith('sealbeat: seccomp trap'))
      expect(lines).to.have.length(1)
      expect(lines[0]).to.match(/: system call getppid \(\d+\) arch \w+ at 0x[0-9a-f]+ thread \d+$/)
    })
  }

  it('S11d: kill_thread terminates that thread; the others go on', async () => {
    const found = await under('kill_thread', { settings: { by: 'pthread' } })
    expect(answer(found)).to.equal('did not return')
    expect(found.events[0]).to.deep.include({ pthread: 'gone', other: true })
    expect(found.code).to.equal(0)
  })

  for (const by of ['main', 'pthread']) {
    it(`S11e: kill_process terminates the whole process (${by})`, async () => {
      const { code, events, log } = await under('kill_process', { settings: { by } })
      expect({ code, events }).to.deep.equal({ code: DEATH_BY_SIGSYS, events: [] })
      expect(log.at(-1)?.message).to.equal('Beat started')
    })
  }

  it('S11f: log has the kernel log the call, which it executes; the agent says nothing', async function () {
    const tail = (await openAuditTail()) ?? skip(this, 'this user may not read audit records')
    const title = `sbs11f${process.pid}`
    const found = await under('log', { settings: { title } })
    expect(answer(found)).to.be.a('number')
    const record = [`comm="${title}"`, `syscall=${await numberOf(CALL)} `, 'code=0x7ffc0000']
    expect(await tail.find(...record)).to.be.a('string')
    const since = found.stderr.split('Beat started')[1]
    expect(since).to.contain('Stopped').and.not.to.contain(CALL)
  })

  it('S11g: allow lets it execute, under a default that denies', async () => {
    const seccomp = `seccomp:
  default_action: errno
  syscalls:
  - { action: allow, names: [personality] }
`
    const calls = ['gettid', 'personality 4294967295', 'mount']
    const { events } = await conduct(place, { beat: 'caller', settings: { calls }, seccomp })
    expect(events[0]?.['answers']).to.deep.include({ 'personality 4294967295': 0, mount: 'EPERM' })
  })
})
