import { chmodSync, mkdirSync } from 'node:fs'
import { createServer } from 'node:net'
import { expect } from 'chai'
import { landlockSupport } from '../../../lib/sandbox/ruleset.ts'
import { userWords } from '../../../lib/trust/accounts.ts'
import { skip } from '../../live.ts'
import { beatSource, type LogLine, type Result, Workplace } from '../workplace.ts'

/** Tries things one after the other, and logs what each throws. */
const TRY = `
  const attempt = async (what, work) => {
    try { await work(); context.log.info({ what }, 'went') } catch (err) { context.log.error({ err, what }, 'tried') }
  }
  const connect = to => new Promise((resolve, reject) => net.connect(to).on('connect', resolve).on('error', reject))
  const listen = at => new Promise((resolve, reject) => net.createServer().listen(at, resolve).on('error', reject))
  const spawn = (...args) => new Promise((resolve, reject) => {
    childProcess.spawn(...args).on('spawn', resolve).on('error', reject)
  })
`
const IMPORTS = `import fs from 'node:fs'
import net from 'node:net'
import childProcess from 'node:child_process'`

const CONFIG = `
beats: [{ type: ./probe.js }]
output.console: {}
`

describe('an error that the sandbox has caused', function () {
  this.timeout(60_000)
  const place = new Workplace()
  const other = new Workplace()
  after(() => {
    place.remove()
    other.remove()
  })
  const support = landlockSupport()

  before(function () {
    if (!support.available) skip(this, `no Landlock here: ${support.reason}`)
    for (const name of ['elsewhere', 'declared', 'declared/sub']) mkdirSync(place.path(name))
    place.write({ 'elsewhere/old': '', 'declared/old': '', 'elsewhere/readable': '' })
    chmodSync(place.path('elsewhere/readable'), 0o444)
  })

  async function run(body: string, configuration = CONFIG, rest = ''): Promise<Result> {
    const source = beatSource(`${TRY}${body}`, rest, IMPORTS)
    place.write({ 'probe.js': source, 'beat.yml': configuration })
    return place.run('run', '-E', 'logging.level=info')
  }

  /** What was logged of each attempt, by its name. */
  function tried({ log, stderr }: Result): ReadonlyMap<unknown, LogLine> {
    const lines = log.filter(({ message }) => message === 'tried' || message === 'went')
    expect(lines, stderr).not.to.deep.equal([])
    return new Map(lines.map(line => [line.what, line]))
  }

  const DECLARES = `privileges: () => [{ writes: '${place.path('declared')}', why: 'spools' }],`

  it('names Landlock and the folder for writing elsewhere, and for nothing else', async () => {
    const [elsewhere, declared] = [place.path('elsewhere'), place.path('declared')]
    const found = tried(
      await run(
        `
        await attempt('create', () => fs.promises.writeFile('${elsewhere}/new', ''))
        await attempt('change', () => fs.promises.writeFile('${elsewhere}/old', 'x'))
        await attempt('mkdir', () => fs.promises.mkdir('${elsewhere}/folder'))
        await attempt('unlink', () => fs.promises.unlink('${elsewhere}/old'))
        await attempt('rename', () => fs.promises.rename('${declared}/old', '${elsewhere}/moved'))
        await attempt('own', () => fs.promises.writeFile('${declared}/new', ''))
        await attempt('within', () => fs.promises.rename('${declared}/new', '${declared}/sub/new'))
        await attempt('read', () => fs.promises.readFile('${elsewhere}/old'))
        await attempt('missing', () => fs.promises.readFile('${elsewhere}/gone'))`,
        CONFIG,
        DECLARES,
      ),
    )
    for (const what of ['create', 'change', 'mkdir', 'unlink', 'rename']) {
      expect(found.get(what)?.['error.message'], what).to.match(/^(EACCES|EXDEV)/)
      expect(found.get(what)?.hint, what).to.equal(
        `Landlock lets files be written only where it is declared: declare { writes: '${elsewhere}' } in the plugin's privileges, or ${elsewhere} in landlock.writes`,
      )
    }
    for (const what of ['own', 'within', 'read']) expect(found.get(what)?.message).to.equal('went')
    expect(found.get('missing')?.['error.code']).to.equal('ENOENT')
    expect(found.get('missing')).not.to.have.property('hint')
  })

  it('says nothing of a file that its modes keep from being written', async () => {
    const file = place.path('elsewhere/readable')
    const found = tried(
      await run(
        `await attempt('modes', () => fs.promises.writeFile('${file}', ''))`,
        // Capabilities would override the modes.
        `${CONFIG}user: '65534:65534'\npath.data: given\n`,
      ),
    )
    expect(found.get('modes')?.['error.code']).to.equal('EACCES')
    expect(found.get('modes')).not.to.have.property('hint')
  })

  it('names Landlock for reading where reading is restricted', async () => {
    // The agent itself reads the folder of its configuration.
    const folder = other.folder
    other.write({ old: '' })
    const found = tried(
      await run(
        `await attempt('read', () => fs.promises.readFile('${folder}/old'))
        await attempt('list', () => fs.promises.readdir('${folder}'))
        await attempt('allowed', () => fs.promises.readFile('/etc/passwd'))`,
        `${CONFIG}landlock.reads: [${place.path('declared')}]\n`,
      ),
    )
    expect(found.get('read')?.hint).to.contain(`{ reads: '${folder}' }`)
    expect(found.get('list')?.hint).to.contain('landlock.reads')
    expect(found.get('allowed')?.message).to.equal('went')
  })

  it('names the port that is connected to or listened on', async function () {
    if (support.available && support.abi < 4) return skip(this, 'it can’t refuse TCP ports')
    const server = createServer().listen(0, '127.0.0.1')
    await new Promise(resolve => server.once('listening', resolve))
    const { port } = Object(server.address())
    try {
      const found = tried(
        await run(
          `await attempt('connect', () => connect({ host: '127.0.0.1', port: ${port} }))
          await attempt('by name', () => connect({ host: 'localhost', port: ${port} }))
          await attempt('listen', () => listen(34567))
          await attempt('any', () => listen(0))`,
        ),
      )
      for (const what of ['connect', 'by name']) {
        expect(found.get(what)?.hint, what).to.match(
          new RegExp(`{ connects: ${port} }.*landlock\\.connects`),
        )
      }
      expect(found.get('listen')?.hint).to.match(/{ listens: 34567 }.*landlock\.listens/)
      expect(found.get('any')?.hint).to.contain("{ network: 'ip' }")
      const declared = tried(
        await run(
          `await attempt('connect', () => connect({ host: '127.0.0.1', port: ${port} }))
          await attempt('nobody', () => connect({ host: '127.0.0.1', port: 1 }))`,
          `${CONFIG}landlock.connects: [${port}, 1]\n`,
        ),
      )
      expect(declared.get('connect')?.message).to.equal('went')
      expect(declared.get('nobody')?.['error.code']).to.equal('ECONNREFUSED')
      expect(declared.get('nobody')).not.to.have.property('hint')
    } finally {
      server.close()
    }
  })

  it('names the filter for a program, or Landlock where the filter lets it be started', async () => {
    const start = `await attempt('program', () => spawn('/bin/true')); await attempt('found', () => spawn('true'))`
    const filtered = tried(await run(start))
    expect(filtered.get('program')?.['error.message']).to.match(/^spawn.* EPERM$/)
    expect(filtered.get('program')?.hint).to.match(/^the filter lets no program.*executes:/)
    const off = `${CONFIG}seccomp.enabled: false\n`
    const confined = tried(await run(start, off))
    expect(confined.get('program')?.['error.code']).to.equal('EACCES')
    expect(confined.get('program')?.hint).to.contain("declare { executes: '/bin/true' }")
    expect(confined.get('found')?.hint).to.match(/declare { executes: '\/(usr\/)?bin\/true' }/)
  })

  it('names who looks into other processes', async () => {
    const found = tried(
      await run(
        `await attempt('other', () => fs.promises.readFile('/proc/${process.pid}/maps'))
        await attempt('stat', () => fs.promises.readFile('/proc/${process.pid}/stat'))`,
      ),
    )
    expect(found.get('stat')?.message).to.equal('went')
    expect(found.get('other')?.hint).to.contain("{ proc: 'inside' }")
  })

  it('is explained where a beat fails, where a beat is opened again, and where an output fails', async () => {
    const folder = place.path('elsewhere')
    place.write({
      'probe.js': beatSource(`await fs.promises.writeFile('${folder}/new', '')`, '', IMPORTS),
      'late.js': `export default { name: 'late', schema: {},
        async open() { (await import('node:fs')).writeFileSync('${folder}/late', '') },
        run: async () => {} }`,
      'out.js': `import fs from 'node:fs'
        export default { name: 'out', schema: {}, delivery: {}, open: async () => ({
          write: async () => fs.writeFileSync('${folder}/out', ''), close: async () => {} }) }`,
      'source.js': beatSource(
        `await context.publish({ a: 1 }); await sleep(60_000, undefined, { signal: context.signal })`,
      ),
      'beat.yml':
        'beats: [{ type: ./probe.js }, { type: ./source.js }]\noutput.out: { type: ./out.js }\n',
    })
    const agent = place.start('run', '-E', 'shutdown_timeout=1s')
    const failed = await agent.logged(
      `Beat failed: EACCES: permission denied, open '${folder}/new'`,
    )
    expect(failed.hint).to.contain(`{ writes: '${folder}' }`)
    expect((await agent.logged('Output failed')).hint).to.contain(`{ writes: '${folder}' }`)
    place.write({
      'beat.yml':
        'beats: [{ type: ./source.js }, { type: ./late.js }]\noutput.out: { type: ./out.js }\n',
    })
    agent.child.kill('SIGHUP')
    const line = await agent.logged(
      `beat late could not be opened: ${folder}/late may not be opened by ${userWords()}: check its owner and mode, and those of the folders above it`,
    )
    expect(line.hint).to.contain(`{ writes: '${folder}' }`)
    agent.child.kill('SIGTERM')
    await agent.ended()
  })

  it('gets no hint before the agent is confined, nor where nothing confines it', async () => {
    const file = place.path('no-folder/file')
    const early = await run('', CONFIG, `open: () => fs.writeFileSync('${file}', ''),`)
    expect(
      early.log.every(line => line.hint === undefined),
      early.stderr,
    ).to.equal(true)
    const off = `${CONFIG}landlock.enabled: false\n`
    const found = tried(
      await run(`await attempt('gone', () => fs.promises.writeFile('${file}', ''))`, off),
    )
    expect(found.get('gone')).not.to.have.property('hint')
  })
})
