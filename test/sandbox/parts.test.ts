import { expect } from 'chai'
import { Workplace } from '../cli/workplace.ts'
import { needsIsolation, programFile } from '../live.ts'
import { conduct, type Experiment, linesOf, saidOf, valuesOf } from './agents.ts'
import { needsLandlock } from './kernel.ts'

const OUTPUT = 'output.console: {}\n'
const NONE = ['0000000000000000']
const ENTERED = 'info: Landlock domain entered'
const DROPPED = 'info: Capabilities dropped'

describe('sandbox: each part stands alone', function () {
  this.timeout(60_000)
  let place: Workplace
  before(function () {
    needsIsolation.call(this)
    needsLandlock.call(this)
  })
  beforeEach(() => {
    place = new Workplace()
  })
  afterEach(() => place.remove())

  const run = (config: string, experiment: Experiment = {}) =>
    conduct(place, { ...experiment, config: `${OUTPUT}logging.level: debug\n${config}` })

  const UNKNOWN =
    'seccomp: { default_action: errno, syscalls: [{ action: allow, names: [no_such_call] }] }'
  const FILTERLESS: readonly (readonly [title: string, config: string, line: string])[] = [
    ['S7', 'seccomp.enabled: false', 'info: Syscall filter is disabled by configuration'],
    ['S10', UNKNOWN, 'error: Syscall filter could not be installed'],
  ]
  for (const [title, config, line] of FILTERLESS) {
    it(`${title}: without the filter, the domain and the drop are in force on every thread`, async () => {
      const found = await run(config)
      expect(found.code, found.stderr).to.equal(0)
      expect(saidOf(found, /filter|seccomp/i)).to.deep.equal([line])
      expect(saidOf(found, /Landlock|Capabilities/)).to.deep.equal([ENTERED, DROPPED])
      expect(found.event?.outside).to.equal('EACCES')
      expect(valuesOf(found.event, 'permitted')).to.deep.equal(NONE)
      expect(valuesOf(found.event, 'noNewPrivs')).to.deep.equal(['1'])
    })
  }

  it('without Landlock, the filter and the drop are', async () => {
    const found = await run('landlock.enabled: false')
    expect(saidOf(found, /Landlock/)).to.deep.equal(['info: Landlock is disabled by configuration'])
    expect(saidOf(found, /^Capabilities|^Syscall/)).to.deep.equal([
      DROPPED,
      'info: Syscall filter successfully installed',
    ])
    expect(found.event?.outside, 'the control').to.equal('done')
    expect(valuesOf(found.event, 'permitted')).to.deep.equal(NONE)
  })

  it('with capabilities: keep, the domain and the filter are', async () => {
    const found = await run('capabilities: keep')
    expect(saidOf(found, /Landlock|Capabilities/)).to.deep.equal([
      ENTERED,
      'info: Capabilities are kept by configuration',
    ])
    expect(found.event?.outside).to.equal('EACCES')
    if (process.getuid?.() === 0) {
      expect(valuesOf(found.event, 'permitted'), 'the control').not.to.deep.equal(NONE)
    }
  })

  it('who looks inside other processes switches Landlock off: in one line, and nothing else', async () => {
    const found = await run('', { privileges: "[{ proc: 'inside', why: 'dumps them' }]" })
    expect(saidOf(found, /Landlock/)).to.deep.equal([
      'warn: Landlock is off: beat probe looks inside other processes',
    ])
    expect(saidOf(found, /^Capabilities|^Syscall/)).to.have.lengthOf(2)
    expect(found.event?.outside, 'the control').to.equal('done')
    expect(valuesOf(found.event, 'permitted')).to.deep.equal(NONE)
  })

  it('who looks at their state only does not', async () => {
    const found = await run('', { privileges: "[{ proc: 'processes', why: 'lists them' }]" })
    expect(saidOf(found, /Landlock/)).to.deep.equal([ENTERED])
  })

  it('a folder that is declared or configured is writable, and nothing beside it', async () => {
    place.write({ 'declared/file': '', 'configured/file': '', 'other/file': '' })
    const [declared, configured] = [place.path('declared'), place.path('configured')]
    const found = await run(`landlock.writes: [${JSON.stringify(configured)}]\n`, {
      privileges: `[{ writes: ${JSON.stringify(declared)}, why: 'its own' }]`,
      run: `for (const name of ['declared', 'configured', 'other']) found[name] = attempt(name + '/file')`,
    })
    expect(found.event).to.include({ declared: 'done', configured: 'done', other: 'EACCES' })
  })

  for (const folder of ['/', '/proc', '/proc/self', '/proc/self/task']) {
    it(`${folder} is not granted, as nothing would be left to prove the domain with`, async () => {
      const found = await run(`landlock.writes: ['${folder}']\n`)
      expect(saidOf(found, /Landlock/)).to.deep.equal([
        ENTERED,
        `warn: Landlock: ${folder} holds /proc/thread-self, which proves the domain: not granted`,
      ])
      expect(found.event?.outside).to.equal('EACCES')
    })
  }

  it('a folder that does not exist, and a file, are said and not granted by what is above them', async () => {
    const [none, file] = [place.path('above/none'), place.path('above/file')]
    place.write({ 'above/file': '' })
    const found = await run(`landlock.writes: ['${none}', '${file}']\n`, {
      run: `for (const make of [() => fs.mkdirSync('above/none'), () => fs.writeFileSync('above/file', '')]) {
        try { make(); found.made = true } catch (error) { found.code = error.code }
      }`,
    })
    expect(saidOf(found, /not granted/)).to.deep.equal([
      `warn: Landlock: ${none} does not exist: not granted, create it before the start`,
      `warn: Landlock: ${file} is no folder: not granted, name the folder that it is in`,
    ])
    expect(found.event).to.include({ code: 'EACCES' }).and.not.to.have.property('made')
  })

  it('without /proc nothing can be proven, which is said of both, and the agent goes on', async () => {
    // Nor can it be known there whether the owner of `/` is one that the user namespace does not have.
    const through = [
      ...['env', 'BEAT_STRICT_PERMS=false', 'unshare', '--mount'],
      ...['sh', '-c', 'mount -t tmpfs none /proc && exec "$@"', 'sh'],
    ]
    const found = await run('', { through, run: 'found.ran = true' })
    expect(linesOf(found, /Landlock domain could/)[0]?.['error']).to.include({ code: 'NOT_PROVEN' })
    expect(linesOf(found, /Capabilities could/)[0]?.['error']).to.include({ code: 'NOT_PROVEN' })
    expect(saidOf(found, /^Beat started/)).to.have.lengthOf(1)
  })

  describe('inside another domain, which takes away what would prove its own', () => {
    const inside = () => [
      process.execPath,
      programFile('../sandbox/programs/domain'),
      place.path('.'),
    ]

    it('the domain is entered all the same, and the log says that nothing proves it', async () => {
      const found = await run('', { through: inside() })
      expect(saidOf(found, /Landlock/)).to.deep.equal([
        'warn: Landlock domain entered, but nothing can prove it',
      ])
      expect(saidOf(found, /^Capabilities/)).to.deep.equal(['info: Capabilities dropped'])
      expect(found.event?.outside).to.equal('EACCES')
      expect(found.code, found.stderr).to.equal(0)
    })

    it('the control: the outer one would have let it write', async () => {
      const found = await run('landlock.enabled: false\n', { through: inside() })
      expect(found.event?.outside).to.equal('done')
    })

    it('what is required is not had', async () => {
      const { code } = await run('landlock.required: true\n', { through: inside() })
      expect(code).to.equal(77)
    })
  })
})
