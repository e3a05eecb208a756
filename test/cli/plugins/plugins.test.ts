import { chmodSync, mkdirSync, readdirSync } from 'node:fs'
import { expect } from 'chai'
import { version } from '../../../lib/own-package.ts'
import { beatSource, type Result, Workplace } from '../workplace.ts'

const TIDE = `import { defineOutput, text } from 'sealbeat'
export default defineOutput({
  name: 'tide',
  schema: { port: { doc: 'A port.', format: 'port', default: 7 } },
  syscalls: [{ names: ['fanotify_init'], why: 'looks at files' }],
  privileges: ({ port }) => [
    { connects: port, why: 'sends the tide' },
    { capability: 'CAP_NET_RAW', during: 'open', why: 'opens a raw socket' },
  ],
  open: () => Promise.reject(new Error('shut')),
})
// Would keep the process alive.
setInterval(() => {}, 1000)
`

const STEP = `export default { name: 'step', schema: {}, open: () => ({ process: event => event }) }`

describe('sealbeat plugins', () => {
  let place: Workplace
  beforeEach(() => {
    place = new Workplace()
  })
  afterEach(() => place.remove())

  const pack = (name: string, main: string, more: object = {}) =>
    place.write({
      [`node_modules/${name}/package.json`]: JSON.stringify({
        ...{ name, version: '1.2.3', type: 'module', exports: './main.js' },
        ...{ peerDependencies: { sealbeat: '*' }, ...more },
      }),
      [`node_modules/${name}/main.js`]: main,
    })
  const listed = ({ stdout }: Result): readonly Record<string, unknown>[] =>
    JSON.parse(stdout).plugins
  const others = (result: Result) => listed(result).filter(each => each.from !== 'built-in')

  it('lists what comes with the agent, without a beat.yml, with what each declares', async () => {
    const { code, stdout, stderr } = await place.run('plugins')
    expect({ code, stderr }).to.deep.equal({ code: 0, stderr: '' })
    expect(stdout).to.match(
      /^beats:\n {2}audit +\S+ {2}built in\n {6}netlink audit 1 with CAP_AUDIT_READ/,
    )
    expect(stdout)
      .to.include('\n\noutputs:\n  console ')
      .and.to.include('\n\nprocessors:\n  add_fields ')
    expect(stdout.match(/depends on the settings/g), 'once, of all').to.have.length(1)
    expect(stdout).to.match(/\n\nWhat is declared .*: elasticsearch, (\w+, )+syslog\n$/)
    expect(stdout).not.to.include('not loaded')
  })

  it('finds those that files of beat.d name, without a beat.yml', async () => {
    place.write({ 'alone/beat.d/mine.yml': 'beats: [{ type: host }]\n' })
    const { stdout, stderr } = await place.startThrough(['env', '-C', 'alone'], 'plugins').ended()
    expect(stdout, stderr).to.match(/\n {2}host .* built in, used in beat\.d\/mine\.yml:1:11\n/)
  })

  it('says of what nobody has named that its import ends the process, or never ends itself', async () => {
    pack('exits', 'process.exit(0)')
    pack('hangs', 'setInterval(() => {}, 1000); await new Promise(() => {})')
    pack('tide', TIDE)
    const result = await place.run('plugins', '--json')
    expect(result.code, result.stderr).to.equal(1)
    const problems = others(result).map(({ type, problem = '' }) => `${type}: ${problem}`)
    expect(problems).to.have.length(3)
    expect(problems.join('\n'))
      .to.match(/^tide: $/m)
      .and.to.match(/^exits: .*process\.exit\(0\) is not for a plugin to call/m)
      .and.to.match(/^hangs: its import does not end within 5 s$/m)
  })

  it('shows control characters of packages as what they are', async () => {
    pack('loud', 'throw new Error("\\x1b[31mred")', { version: '1\x1b[2J\n9' })
    const { stdout } = await place.run('plugins')
    expect(stdout)
      .to.include('loud')
      .and.to.include('\\x1b[31mred')
      .and.to.include('1\\x1b[2J\\x0a9')
    expect(stdout).not.to.match(/[^\P{Cc}\n]/u)
  })

  it('lists packages that declare themselves, with kind, version, place and what they declare', async () => {
    pack('tide', TIDE)
    pack('@acme/step', STEP)
    pack('plain', 'throw new Error("it ran")', { peerDependencies: {} })
    const { code, stdout, stderr } = await place.run('plugins')
    expect({ code, stderr }).to.deep.equal({ code: 0, stderr: '' })
    expect(stdout).to.match(/\n {2}@acme\/step +1\.2\.3 {2}node_modules\/@acme\/step\n\nWhat is /)
    expect(stdout).to.match(
      /\n {2}tide +1\.2\.3 {2}node_modules\/tide\n {6}connects 7: sends the tide\n {6}capability CAP_NET_RAW during open: opens a raw socket\n {6}system calls fanotify_init: looks at files\n\nprocessors/,
    )
    expect(stdout).not.to.include('plain')
  })

  it('lists what beat.yml names, with where, as JSON too', async () => {
    pack('tide', TIDE)
    place.write({
      'beats/probe.js': beatSource(''),
      'beat.yml': `beats:
  - type: ./beats/probe.js
  - type: host
  - type: host
    id: again
    processors: [{ if: { has_fields: [a] }, then: [{ tide2: { type: ./step.js } }] }]
  - type: ./missing.js
    enabled: false
output.main: { type: tide }
`,
      'step.js': STEP,
    })
    const result = await place.run('plugins', '--json')
    expect(result.code).to.equal(0)
    expect(others(result)).to.deep.equal([
      {
        ...{ type: './beats/probe.js', kind: 'beat', from: 'path' },
        ...{ place: place.path('beats/probe.js'), used: ['beat.yml:2:5'] },
        declares: { privileges: [], syscalls: [] },
      },
      {
        ...{ type: 'tide', kind: 'output', from: 'package', version: '1.2.3' },
        ...{ place: place.path('node_modules/tide'), used: ['beat.yml:9:16'] },
        declares: {
          privileges: [
            { connects: 7, why: 'sends the tide' },
            { capability: 'CAP_NET_RAW', during: 'open', why: 'opens a raw socket' },
          ],
          syscalls: [{ names: ['fanotify_init'], why: 'looks at files' }],
        },
      },
      {
        ...{ type: './step.js', kind: 'processor', from: 'path', place: place.path('step.js') },
        ...{ used: ['beat.yml:6:63'], declares: { privileges: [], syscalls: [] } },
      },
    ])
    const host = listed(result).find(({ type }) => type === 'host')
    expect(host).to.include({ from: 'built-in', version: version() })
    expect(host?.used).to.deep.equal(['beat.yml:3:5', 'beat.yml:4:5'])
    expect((await place.run('plugins')).stdout).to.match(
      /\n {2}host .* used in beat.yml:3:5 and 1 more\n/,
    )
  })

  it('says why one can’t be loaded, and lists the others', async () => {
    pack('tide', TIDE)
    pack('broken', 'throw new Error("no luck")')
    pack('newer', 'throw new Error("it ran")', { peerDependencies: { sealbeat: '^99.0.0' } })
    pack('shapeless', 'export default { name: "x", schema: {}, open: 7 }')
    place.write({ 'beat.yml': 'beats: [{ type: ./gone.js }]\noutput.tide: {}\n' })
    const { code, stdout, stderr } = await place.run('plugins')
    expect({ code, stderr }).to.deep.equal({ code: 1, stderr: '' })
    expect(stdout).to.match(
      /\n {2}\.\/gone\.js .*\n {6}can't be loaded: .*gone\.js does not exist\n/,
    )
    expect(stdout).to.match(/\n {2}tide .*\n {6}connects 7/)
    const [, lost] = stdout.split('\nnot loaded:\n')
    expect(lost?.replaceAll(place.folder, '')).to.equal(
      [
        '  broken                1.2.3  node_modules/broken',
        "      can't be loaded: /node_modules/broken/main.js can't be imported: no luck (line 1)",
        '  newer                 1.2.3  node_modules/newer',
        `      can't be loaded: newer 1.2.3 is made for sealbeat ^99.0.0, but this is sealbeat ${version()}: ` +
          'install a version of newer that is made for it, or a sealbeat that fits',
        '  shapeless             1.2.3  node_modules/shapeless',
        `      can't be loaded: /node_modules/shapeless/main.js is no processor: "open" must be a function, not a number`,
        '',
      ].join('\n'),
    )
  })

  it('does not run what others could have put there, unless told so', async () => {
    pack('tide', TIDE)
    chmodSync(place.path('node_modules/tide/main.js'), 0o666)
    const strict = await place.run('plugins', '--json')
    expect(strict.code).to.equal(1)
    expect(others(strict).map(({ problem }) => problem)[0]).to.match(
      /^plugin file \("tide"\) can only be writable by the owner/,
    )
    chmodSync(place.path('node_modules/tide/main.js'), 0o644)
    chmodSync(place.path('node_modules'), 0o777)
    const above = await place.run('plugins', '--json')
    expect(others(above).map(({ problem }) => problem)[0]).to.match(
      /^folder \(".*\/node_modules"\) can only be writable by the owner/,
    )
    const lenient = await place.run('plugins', '--json', '--strict.perms=false')
    expect(others(lenient).map(({ kind }) => kind)).to.deep.equal(['output'])
  })

  it('looks where the configuration is', async () => {
    pack('tide', TIDE)
    mkdirSync(place.path('deep/er'), { recursive: true })
    place.write({ 'deep/er/web.yml': 'beats: []\n' })
    const result = await place.run('plugins', '--json', '-c', 'deep/er/web.yml')
    expect(others(result).map(({ type }) => type)).to.deep.equal(['tide'])
  })

  it('has stand-ins for credentials, and leaves none behind', async () => {
    pack('tide', TIDE)
    mkdirSync(place.path('tmp'))
    place.write({
      'beat.yml': `beats: [{ type: host }]\noutput.tide: {}\nname: \${credential:x}\n`,
    })
    const through = ['env', `TMPDIR=${place.path('tmp')}`]
    const { code, stderr } = await place.startThrough(through, 'plugins').ended()
    expect({ code, stderr }).to.deep.equal({
      code: 0,
      stderr: 'note: only the service has credentials: using "stand-in" for x\n',
    })
    expect(readdirSync(place.path('tmp'))).to.deep.equal([])
  })

  it('reports a file that was named and is not there', async () => {
    const { code, stderr } = await place.run('plugins', '-c', 'gone.yml')
    expect(code).to.equal(78)
    expect(stderr).to.match(/^gone\.yml: /)
  })
})
