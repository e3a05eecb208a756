import { chmodSync, chownSync, mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { Workplace } from '../cli/workplace.ts'
import { needsIsolation, skip } from '../live.ts'
import { behind, conduct, type Experiment, linesOf, saidOf, valuesOf } from './agents.ts'

const OUTPUT = 'output.console: {}\n'
const NONE = ['0000000000000000']
const ids = (id: number) => [`${id}\t${id}\t${id}\t${id}`]

describe('sandbox: user', function () {
  this.timeout(60_000)
  let place: Workplace
  before(function () {
    needsIsolation.call(this)
    if (process.getuid?.() !== 0) skip(this, 'only root becomes another user')
  })
  beforeEach(() => {
    place = new Workplace({
      passwd: 'root:x:0:0::/:\nagent:x:4711:4712::/:\n',
      group: 'root:x:0:\nadm:x:4:agent\njournal:x:190:agent\n',
    })
    chmodSync(place.folder, 0o755) // mkdtemp makes it for root alone
  })
  afterEach(() => place.remove())

  /** A machine with the users above. */
  const through = [
    ...[
      'sh',
      '-c',
      'mount --bind passwd /etc/passwd && mount --bind group /etc/group && exec "$@"',
    ],
    'sh',
  ]
  const run = (config: string, experiment: Experiment = {}) =>
    conduct(place, { through, ...experiment, config })

  function expectAgent(event: Parameters<typeof valuesOf>[0]) {
    expect(event?.threads.length).to.be.greaterThan(4)
    expect(valuesOf(event, 'uid')).to.deep.equal(ids(4711))
    expect(valuesOf(event, 'gid')).to.deep.equal(ids(4712))
    expect(valuesOf(event, 'groups')).to.deep.equal(['4 190'])
    expect(valuesOf(event, 'noNewPrivs')).to.deep.equal(['1'])
  }

  it('is whom every thread becomes, with its groups; without capabilities, in the domain', async () => {
    const found = await run(`${OUTPUT}user: agent\n`)
    expect(found.code, found.stderr).to.equal(0)
    expectAgent(found.event)
    expect(valuesOf(found.event, 'permitted')).to.deep.equal(NONE)
    expect(saidOf(found, /^User|Landlock|Capabilities|filter/)).to.deep.equal([
      'info: User changed',
      'info: Landlock domain entered',
      'info: Capabilities dropped',
      'info: Syscall filter successfully installed',
    ])
    expect(linesOf(found, /^User/)[0]?.['user']).to.deep.include({ uid: 4711, groups: [4, 190] })
  })

  it('is root without it, with a warning', async () => {
    const found = await run(OUTPUT)
    expect(valuesOf(found.event, 'uid')).to.deep.equal(ids(0))
    expect(saidOf(found, /^Running as root/)).to.have.lengthOf(1)
  })

  it('is warned of, in one line, where it may change the next start and no domain keeps it from that', async () => {
    const CHANGES = /may write .*: code in the agent can change the next start/
    const outside = `${OUTPUT}landlock.enabled: false\nuser: agent\n`
    expect(saidOf(await run(outside), CHANGES), 'all is root’s').to.deep.equal([])
    const modules = place.path('node_modules')
    chownSync(modules, 4711, 4712)
    expect(saidOf(await run(`${OUTPUT}user: agent\n`), CHANGES), 'in a domain').to.deep.equal([])
    const [line, ...more] = saidOf(await run(outside), CHANGES)
    expect(line).to.equal(
      `warn: The agent's user (uid 4711) may write ${modules}: code in the agent can change the next start, ` +
        'as no domain confines it; let root own them and their folders, and nobody else write them',
    )
    expect(more).to.deep.equal([])
  })

  it('would keep root from changing the next start', async () => {
    const [line] = saidOf(await run(`${OUTPUT}landlock.enabled: false\n`), /may write/)
    expect(line)
      .to.contain(`(uid 0) may write ${place.path('beat.yml')}, ${place.path('probe.js')}, `)
      .and.match(/; set `user`, so that it does not stay root$/)
  })

  it('owns what is in path.data, and goes on to write there', async () => {
    const found = await run(
      `path.data: data
logging: { to_files: true, to_stderr: true }
output.file: { path: events, filename: out, rotate_every_kb: 16, number_of_files: 4 }
user: agent\n`,
      {
        run: `for (let at = 0; at < 60; ++at) {
          await context.publish({ at, text: 'x'.repeat(1000) })
          if (at % 10 === 9) await sleep(50)
        }`,
      },
    )
    expect(found.code, found.stderr).to.equal(0)
    const files = readdirSync(place.path('data'), { recursive: true, withFileTypes: true })
    const owners = files.map(({ parentPath, name }) => statSync(join(parentPath, name)).uid)
    expect([...new Set(owners)]).to.deep.equal([4711])
    const rotated = readdirSync(place.path('data/events')).filter(name => name.startsWith('out'))
    expect(rotated, 'it has rotated as that user').to.have.lengthOf(4)
    const last = readFileSync(place.path('data/events/out'), 'utf8').trimEnd().split('\n').at(-1)
    expect(Object.keys(JSON.parse(last ?? ''))).to.include('threads')
    expect(saidOf(found, /rotat|fail/i)).to.deep.equal([])
  })

  it('keeps a capability that is declared for the run, effective on every thread, and no other', async () => {
    const found = await run(`${OUTPUT}user: agent\n`, {
      privileges: `[{ capability: 'CAP_NET_RAW', during: 'run', why: 'pings' },
        { capability: 'CAP_NET_BIND_SERVICE', during: 'open', why: 'binds' }]`,
    })
    expectAgent(found.event)
    const [NET_RAW] = [(1n << 13n).toString(16).padStart(16, '0')]
    expect(valuesOf(found.event, 'effective')).to.deep.equal([NET_RAW])
    expect(valuesOf(found.event, 'permitted')).to.deep.equal([NET_RAW])
    const [line] = linesOf(found, /^Capabilities dropped/)
    expect(line?.['capabilities']).to.deep.include({ kept: ['CAP_NET_RAW'] })
  })

  it('that nobody knows: 78, with its place, before anything is touched', async () => {
    const found = await run(`${OUTPUT}user: agend\n`)
    expect(found.code).to.equal(78)
    expect(found.stderr)
      .to.contain('beat.yml:3:1')
      .and.contain('there is no user agend in /etc/passwd')
    expect(readdirSync(place.folder)).not.to.include('data')
  })

  const output = () =>
    `output.file: { path: ${place.path('events')}, filename: out }\nuser: agent\n`

  it('that may not write a folder of the operator: the start ends, with the command', async () => {
    mkdirSync(place.path('events'))
    const found = await run(output())
    expect(found.code).to.equal(1)
    expect(found.stderr).to.contain(
      `user agent: ${place.path('events')} can't be written by agent: chown 4711:4712 ${place.path('events')}`,
    )
  })

  it('that can not be had, as an outer filter refuses setuid: the start ends', async () => {
    const found = await run(`${OUTPUT}user: agent\n`, {
      through: [...through, ...behind('setuid', 'EPERM')],
    })
    expect(found.code).to.equal(1)
    expect(found.stderr).to.match(/^Exiting: .*user agent: .*EPERM/m)
    expect(found.event).to.equal(undefined)
  })

  it('that may: the file that root has opened there is its own', async () => {
    mkdirSync(place.path('events'))
    chownSync(place.path('events'), 4711, 4712)
    const found = await run(output())
    expect(found.code, found.stderr).to.equal(0)
    expect(statSync(place.path('events/out'))).to.include({ uid: 4711, gid: 4712 })
    expect(statSync(place.path('events/out')).size).to.be.greaterThan(0)
  })

  it('that somebody else than root can not become ends the start; its own name does not', async () => {
    chownSync(place.folder, 4711, 4712)
    const as = [...through, 'setpriv', '--reuid', '4711', '--regid', '4712', '--clear-groups']
    const other = await run(`${OUTPUT}user: '1:1'\n`, { through: as })
    expect(other.code).to.equal(1)
    expect(other.stderr).to.contain('only root can become another user, and this is uid 4711')
    expect((await run(`${OUTPUT}user: agent\n`, { through: as })).code).to.equal(0)
  })
})
