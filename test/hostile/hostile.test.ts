import { setTimeout as pause } from 'node:timers/promises'
import { expect } from 'chai'
import { openAuditLog } from '../../lib/audit/audit-log.ts'
import { Workplace } from '../cli/workplace.ts'
import { page, ROOT, rowsOf } from '../docs/page.ts'
import { isolation, needsIsolation, needsLinux, skip } from '../live.ts'
import { ATTEMPTS } from './attempts.ts'

interface Result {
  readonly call: string
  readonly args: string
  readonly error: string
  readonly got: string
}

type Event = Readonly<Record<string, unknown>>

describe('a hostile plugin under the default policy', function () {
  this.timeout(60_000)
  let place: Workplace
  let events: readonly Event[]
  let said: { readonly results: readonly Result[]; readonly shell: string; readonly open: object }
  let isAudited = false

  before(async function () {
    needsLinux.call(this)
    needsIsolation.call(this)
    isAudited = mayAudit()
    const audit = isAudited ? '- type: audit\n' : ''
    const beats = `beats:\n${audit}- type: ${ROOT}dist/test/hostile/plugin.js\n`
    // The filter alone: the domain refuses what is tried of files and the network (test/hostile/seal/).
    const alone = 'landlock.enabled: false\n'
    place = new Workplace({ 'beat.yml': `${beats}${alone}output.console: {}\n` })
    const agent = place.startThrough(isolation(), 'run', '--strict.perms=false')
    await agent.printed('"hostile":{')
    // Wait for the kernel's records of the last attempts, and for the batch that they are in.
    await pause(3000)
    agent.child.kill('SIGKILL')
    const { stdout } = await agent.ended()
    events = stdout.split('\n').flatMap(line => (line.startsWith('{') ? [parse(line)] : []))
    said = Object(events.find(event => 'hostile' in event)?.['hostile'])
  })
  after(() => place?.remove())

  it('is refused everything that it tries, with the error of the policy', () => {
    expect(said.results.length).to.be.above(50)
    const letThrough = said.results.filter(({ error, got }) => error !== got)
    expect(letThrough).to.deep.equal([])
  })

  it('gets no shell by the means of Node', () => {
    expect(said.shell).to.equal('EPERM')
  })

  it('is reported, each system call once, by the audit beat of the same agent', function () {
    if (!isAudited) skip(this, 'this user may not read audit records')
    const reported = events
      .filter(({ event }) => Object(event).action === 'violated-seccomp-policy')
      // Other agents on this machine may run with another Node meanwhile.
      .filter(({ process: its }) => Object(its).executable === process.execPath)
      .map(({ auditd }) => Object(auditd).data.syscall)
    const tried = new Set(said.results.map(({ call }) => call))
    expect(reported).to.include.members([...tried])
    expect(reported.filter(call => tried.has(call))).to.have.lengthOf(tried.size)
  })

  it('may do what docs/security.md says that no filter stops', () => {
    expect(said.open).to.deep.equal({ files: true, memory: true })
  })

  it('tries every call that the table of docs/security.md names', () => {
    const cells = rowsOf(page('docs/security.md'), 'attempt').map(([, calls = '']) => calls)
    const table = cells.join(' ')
    const named = Array.from(table.matchAll(/`([a-z0-9_]+)`/g), ([, name = '']) => name)
    const tried = new Set(ATTEMPTS.map(({ call }) => call))
    expect(named.length).to.be.above(30)
    expect(named.filter(name => !tried.has(name) && name !== 'no_new_privs')).to.deep.equal([])
  })
})

function mayAudit(): boolean {
  try {
    openAuditLog([1326], 4096).close()
    return process.getuid?.() === 0
  } catch {
    return false
  }
}

/** Parses an event; the last line may be incomplete because of the kill. */
function parse(line: string): Event {
  try {
    return JSON.parse(line)
  } catch {
    return {}
  }
}
