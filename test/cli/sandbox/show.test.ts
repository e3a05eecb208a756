import { expect } from 'chai'
import { Workplace } from '../workplace.ts'

const SPOOLER = `
export default {
  name: 'spooler',
  schema: {},
  privileges: () => [
    { writes: '/var/spool/web', why: 'keeps what is late' },
    { connects: 443, why: 'asks the web' },
    { executes: '/usr/bin/uptime', why: 'asks how long' },
    { unix: '/run/db.sock', why: 'asks the database' },
    { capability: 'CAP_NET_RAW', why: 'sends pings' },
    { capability: 'CAP_AUDIT_READ', during: 'open', why: 'reads records' },
  ],
  run: async () => {},
}`

const INSIDE = `
export default {
  name: 'inside',
  schema: {},
  privileges: () => [
    { proc: 'inside', why: 'reads open files' },
    { network: 'ip', why: 'asks anybody' },
  ],
  run: async () => {},
}`

const AGENT = `
beats: [{ type: ./spooler.js }]
output.file: { path: events }
landlock: { writes: [/srv/more], listens: [8080] }
`

describe('sandbox show', function () {
  this.timeout(30_000)
  const place = new Workplace({
    'beat.yml': AGENT,
    'spooler.js': SPOOLER,
    'inside.js': INSIDE,
    'package.json': '{ "type": "module" }',
  })
  after(() => place.remove())

  async function shown(...options: readonly string[]) {
    const { code, stdout, stderr } = await place.run('sandbox', 'show', ...options)
    expect(code, stderr).to.equal(0)
    return stdout
  }

  it('has each folder, program, port, socket and capability, with who asks and why', async () => {
    const text = await shown()
    for (const row of [
      /^reads +all that its user may$/m,
      /^writes +\/\S+\/data +agent +its identity and the state of its beats$/m,
      /^writes +\/var\/spool\/web +beat spooler +keeps what is late$/m,
      /^writes +\/srv\/more +landlock\.writes +configured$/m,
      /^executes +\/usr\/bin\/uptime +beat spooler +asks how long$/m,
      /^connects +443 +beat spooler +asks the web$/m,
      /^listens +8080 +landlock\.listens +configured$/m,
      /^unix sockets +\/run\/db\.sock +beat spooler +asks the database$/m,
      /^capabilities +CAP_NET_RAW +beat spooler +sends pings$/m,
      /^user +the one that starts the agent$/m,
      /^Landlock +\S/m,
    ]) {
      expect(text).to.match(row)
    }
    const reach = text.slice(text.indexOf('what the agent reaches'))
    expect(reach, 'gone once it is open').not.to.contain('CAP_AUDIT_READ')
  })

  it('begins with all that seccomp show prints, with the same options', async () => {
    for (const options of [[], ['--all'], ['--arch', 's390x']]) {
      const policy = await place.run('seccomp', 'show', ...options)
      expect((await shown(...options)).startsWith(policy.stdout)).to.equal(true)
    }
    const [all, policy] = [await shown('--json'), await place.run('seccomp', 'show', '--json')]
    expect(JSON.parse(all)).to.deep.include(JSON.parse(policy.stdout))
  })

  it('is JSON for programs', async () => {
    const { reach, landlock, capabilities, user } = JSON.parse(await shown('--json'))
    expect(reach.reads).to.deep.equal({ all: true, asked: [] })
    expect(reach.connects).to.deep.equal({
      all: false,
      asked: [{ what: 443, who: 'beat spooler', why: 'asks the web' }],
    })
    expect([landlock.enabled, landlock.given_up]).to.deep.equal([true, []])
    expect([capabilities, user]).to.deep.equal(['drop', null])
  })

  it('says who gives Landlock up, and who has asked for the whole network', async () => {
    const text = await shown('-E', 'beats=[{type: ./inside.js}]', '-E', 'user=12:34')
    expect(text).to.match(/^Landlock +given up for beat inside \(reads open files\): all files/m)
    expect(text).to.match(/^connects +network ip +beat inside +asks anybody$/m)
    expect(text).to.match(/^user +12:34 \(uid 12, gid 34\), if it is started as root$/m)
  })

  it('says what is off by configuration', async () => {
    const text = await shown('-E', 'landlock.enabled=false', '-E', 'capabilities=keep')
    expect(text).to.match(/^Landlock +disabled by configuration: all files and TCP ports/m)
    expect(text).to.match(/^capabilities +those that it is started with, by configuration$/m)
  })
})
