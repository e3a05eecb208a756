// Agents that let no library come late, and what their own start needs of one.
import { mkdirSync } from 'node:fs'
import { expect } from 'chai'
import { addonFile } from '../../../lib/addon.ts'
import { beatSource, eventsOf, type Result, Workplace } from '../../cli/workplace.ts'
import { ROOT } from '../../docs/page.ts'
import { isolation, needsIsolation, skip } from '../../live.ts'
import { CAN_WRITE } from './shared-object.ts'

const REFUSE = 'seccomp.late_libraries: refuse'
const NODE = { jitless: '--jitless', compiling: '--max-old-space-size=2048' } as const
const REQUIRING = `import { createRequire } from 'node:module'
import { readFileSync } from 'node:fs'
import { lookup } from 'node:dns/promises'
import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { loaded } from '${ROOT}dist/test/hostile/native/loaded.js'
const require = createRequire(import.meta.url)`
const LATE = `require('${addonFile('probe')}')`

describe('an agent that lets no native library come late', function () {
  this.timeout(60_000)
  let place: Workplace
  before(needsIsolation)
  beforeEach(() => {
    place = new Workplace()
  })
  afterEach(() => place.remove())

  async function run(
    options: string,
    settings: string,
    body: string,
    more = '',
    through: readonly string[] = [],
  ): Promise<Result> {
    place.write({
      'beat.js': beatSource(body, more, REQUIRING),
      'beat.yml': `beats: [{ type: ./beat.js }]\noutput.console: {}\nlogging.level: debug\n${settings}\n`,
    })
    const command = [...isolation(), ...through, 'env', `NODE_OPTIONS=${options}`]
    return await place.startThrough(command, 'run', '--strict.perms=false').ended()
  }

  for (const [title, options, settings] of [
    ['late_libraries: refuse', NODE.compiling, REFUSE],
    ['--jitless', NODE.jitless, ''],
  ] as const) {
    it(`${title}: says of an addon that comes too late where to import it`, async () => {
      const caught = `try { ${LATE} } catch (err) { context.log.warn({ err }, 'too late') }`
      const { log } = await run(options, settings, caught)
      const failed = log.find(({ message }) => message === 'too late')
      expect(failed?.['error.code']).to.equal('ERR_DLOPEN_FAILED')
      expect(failed?.['hint']).to.contain(
        "import it before the seal, at the top of the beat's module",
      )
    })

    it(`${title}: loads an addon that comes in time`, async () => {
      const opened = `open() { ${LATE} },`
      const { stdout } = await run(
        options,
        settings,
        `await context.publish({ well: true })`,
        opened,
      )
      expect(eventsOf({ stdout } as Result)[0]).to.include({ well: true })
    })

    it(`${title}: looks up names and starts threads, with what was loaded early`, async () => {
      const body = `
        const worker = new Worker('require("node:worker_threads").parentPort.postMessage(7)', { eval: true })
        const [answer] = await once(worker, 'message')
        const { address } = await lookup('localhost')
        await context.publish({ answer, address, maps: readFileSync('/proc/self/maps', 'utf8') })`
      const listens = "privileges: () => [{ network: 'ip', why: 'of the test' }],"
      const result = await run(options, settings, body, listens)
      const [event] = eventsOf(result)
      expect(event).to.include({ answer: 7 })
      expect(event.address).to.match(/^(127\.0\.0\.1|::1)$/)
      const early = result.log.find(({ message }) => message === 'Libraries loaded early')
      expect(early?.['libraries']).to.include('libgcc_s.so.1')
    })
  }

  it('is one by its setting alone: otherwise an addon may come late', async () => {
    const result = await run('', '', `${LATE}; await context.publish({ well: true })`)
    expect(eventsOf(result)[0]).to.include({ well: true })
    const messages = result.log.map(({ message }) => message)
    expect(messages).not.to.include('Libraries loaded early')
  })

  describe('by where it writes', () => {
    before(function () {
      if (process.getuid?.() !== 0) skip(this, 'only root can mount')
      if (!CAN_WRITE) skip(this, `there is no code for ${process.arch}`)
    })

    async function loadedWith(mountOptions: string) {
      mkdirSync(place.path('data'))
      const kinds = ['mapped', 'protected', 'borrowed']
      const body = `const folder = '${place.path('data')}'
        await context.publish({ loaded: ${JSON.stringify(kinds)}.map(kind => loaded(kind, folder)) })`
      const mounted = `mount -t tmpfs -o ${mountOptions} none ${place.path('data')} && exec "$@"`
      const through = ['unshare', '--mount', 'sh', '-c', mounted, 'sh']
      const result = await run('', '', body, '', through)
      const messages = result.log.map(({ message }) => message)
      const isNoted = messages.some(each => each.startsWith('Native code can be loaded'))
      return { loaded: eventsOf(result)[0].loaded, isNoted }
    }

    it('with noexec brings no code of its own; what calls code that is there is loaded', async () => {
      const { loaded, isNoted } = await loadedWith('rw,noexec')
      expect(loaded[0]).to.contain('failed to map segment')
      expect(loaded[1]).to.contain('cannot make segment writable')
      expect(loaded[2]).to.equal('done')
      expect(isNoted).to.equal(false)
    })

    it('without it loads all of them, and the log has said so', async () => {
      const { loaded, isNoted } = await loadedWith('rw')
      expect(loaded).to.deep.equal(['done', 'done', 'done'])
      expect(isNoted).to.equal(true)
    })
  })
})
