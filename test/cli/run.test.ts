import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { expect } from 'chai'
import { beatSource, eventsOf, messagesOf, Workplace } from './workplace.ts'

const CONFIG = `
beats:
- type: ./probe.js
  id: one
output.console: {}
`
/** Works until it is asked to stop. */
const FAITHFUL = `await context.publish({ message: context.settings.word })
    await sleep(1e6, undefined, { signal: context.signal })`

describe('sealbeat run', () => {
  let place: Workplace
  beforeEach(() => {
    place = new Workplace({ 'beat.yml': CONFIG })
  })
  afterEach(() => place.remove())

  describe('a life', () => {
    it('ends with 0 when every beat is done, all events out', async () => {
      place.write({
        'probe.js': beatSource('for (let n = 0; n < 3; n++) await context.publish({ n })'),
      })
      const result = await place.run('run')
      expect(result.code).to.equal(0)
      expect(eventsOf(result).map(({ n }) => n)).to.deep.equal([0, 1, 2])
      expect(messagesOf(result)).to.include.members(['Starting', 'Running', 'Beat started'])
      expect(messagesOf(result).slice(-2)).to.deep.equal(['Every beat is done', 'Stopped'])
      expect(result.log.at(-1)?.['events']).to.include({ published: 3, acked: 3, queued: 0 })
    })

    it('says who it is in every event, the same at every start', async () => {
      place.write({ 'probe.js': beatSource('await context.publish({ message: "x" })') })
      const [first] = eventsOf(await place.run('run', '-E', 'name=web-1'))
      const [second] = eventsOf(await place.run('run', '-E', 'name=web-1'))
      expect(first.agent).to.include({ name: 'web-1', type: 'sealbeat' })
      expect(first.event.module).to.equal('probe')
      expect(second.agent.id).to.equal(first.agent.id)
      expect(second.agent.ephemeral_id).not.to.equal(first.agent.ephemeral_id)
    })

    it('logs what it did in each period of logging.metrics, and adds up', async () => {
      place.write({
        'probe.js': beatSource(`for (let n = 0; n < 25; n++) {
          await context.publish({ n })
          await sleep(100, undefined, { signal: context.signal })
        }`),
      })
      const { log } = await place.run('run', '-E', 'logging.metrics.period=1s')
      const lines = log.filter(({ message }) => message === 'Non-zero metrics in the last 1s')
      expect(lines.length).to.be.within(2, 3)
      const metrics = lines.map(line => Object(line['monitoring']).metrics)
      expect(metrics[0].beats.one).to.include({ state: 'running', starts: 1 })
      expect(metrics[0].beat).to.include.keys('uptime_ms', 'cpu_ms', 'rss_bytes')
      const sum = (key: string) =>
        metrics.reduce((all, { events }) => all + (events?.[key] ?? 0), 0)
      const { queued = 0, sending = 0 } = metrics.at(-1).events
      expect(sum('published')).to.be.above(10)
      expect(sum('published')).to.equal(sum('acked') + queued + sending)
    })

    it('logs no metrics where logging.metrics.enabled is false', async () => {
      place.write({ 'probe.js': beatSource('await sleep(1500)') })
      const off = ['-E', 'logging.metrics.enabled=false', '-E', 'logging.metrics.period=1s']
      const { log } = await place.run('run', ...off)
      expect(log.filter(({ message }) => String(message).startsWith('Non-zero'))).to.deep.equal([])
    })

    it('names the outcome of the sandbox when it runs', async () => {
      place.write({ 'probe.js': beatSource('') })
      const { log } = await place.run('run', '-E', 'seccomp.enabled=false')
      expect(log.map(({ message }) => message)).to.include(
        'Syscall filter is disabled by configuration',
      )
      expect(log.find(({ message }) => message === 'Running')).to.include({ sandbox: 'disabled' })
    })

    it('keeps what it stores to itself: files 0600 in folders 0700', async () => {
      place.write({ 'probe.js': beatSource('await context.state.set("at", 7)') })
      await place.run('run')
      const modeOf = (name: string) => statSync(place.path(name)).mode & 0o777
      expect(modeOf('data')).to.equal(0o700)
      for (const name of ['meta.json', 'sealbeat.lock', 'state/one.json']) {
        expect(modeOf(`data/${name}`), name).to.equal(0o600)
      }
      expect(readdirSync(place.path('data/state'))).to.deep.equal(['one.json'])
    })

    it("hands a beat its own state back at the next start, and nobody else's", async () => {
      const source = `const { state, publish } = context
    await publish({ seen: state.get('runs') ?? 0 })
    await state.set('runs', (state.get('runs') ?? 0) + 1)`
      place.write({ 'probe.js': beatSource(source) })
      const seen = async (...args: readonly string[]) =>
        eventsOf(await place.run('run', ...args))[0].seen
      expect([
        await seen(),
        await seen(),
        await seen('-E', 'beats=[{type: ./probe.js}]'),
      ]).to.deep.equal([0, 1, 0])
    })
  })

  describe('beats that fail', () => {
    it('one that throws is started again and counted, and the agent stays up', async () => {
      const source = `if (++attempts < 3) throw new Error('no luck')
    await context.publish({ attempts })`
      place.write({ 'probe.js': beatSource(source, '', 'let attempts = 0') })
      const result = await place.run('run')
      expect(result.code).to.equal(0)
      expect(eventsOf(result)[0].attempts).to.equal(3)
      const failed = result.log.filter(({ message }) => message === 'Beat failed: no luck')
      expect(failed.map(line => line['failures'])).to.deep.equal([1, 2])
      expect(failed[0]).to.include({ beat: 'one', 'log.level': 'error' })
    }).timeout(20_000)

    it('one that can not open stops the boot, named, and the others are closed in reverse', async () => {
      const lifeOf = (name: string) =>
        beatSource(
          '',
          `async open() { console.error('open ${name}') },
  async close() { console.error('close ${name}') },`,
        )
      place.write({
        'beat.yml':
          'beats: [{ type: ./a.js }, { type: ./b.js }, { type: ./c.js }]\noutput.console: {}',
        'a.js': lifeOf('a'),
        'b.js': lifeOf('b'),
        'c.js': beatSource('', 'async open() { throw new Error("port 514 is taken") },'),
      })
      const { code, stderr, log } = await place.run('run')
      expect(code).to.equal(1)
      const said = 'beat c could not be opened: port 514 is taken'
      expect(log.map(({ message }) => message)).to.include(said)
      // The log is on the same terminal.
      expect(stderr).not.to.include('Exiting: ')
      const quiet = await place.run('run', '-E', 'logging.level=fatal')
      expect(quiet.stderr).to.match(new RegExp(`^Exiting: ${said}$`, 'm'))
      const elsewhere = await place.run('run', '-E', 'logging={to_stderr: false, to_files: true}')
      expect(elsewhere.stderr).to.match(new RegExp(`^Exiting: ${said}$`, 'm'))
      const steps = stderr.split('\n').filter(line => /^(open|close) /.test(line))
      expect(steps).to.deep.equal(['open a', 'open b', 'close b', 'close a'])
      expect(log.map(({ message }) => message)).not.to.include('Running')
    })

    const STRAYS: readonly (readonly [what: string, code: string, message: string])[] = [
      [
        'exception',
        'setTimeout(() => { throw new Error("stray") }, 1)',
        'Uncaught exception of beat one: stray; stopping',
      ],
      [
        'rejection',
        'Promise.reject(new Error("stray"))',
        'Unhandled rejection of beat one: stray; stopping',
      ],
      [
        'rejection with no error',
        'sleep(1).then(() => { throw "stray" })',
        'Unhandled rejection of beat one: stray; stopping',
      ],
    ]
    for (const [what, code, message] of STRAYS) {
      it(`a stray ${what} is laid at its beat's door and ends the agent with 1`, async () => {
        place.write({ 'probe.js': beatSource(`${code}\n${FAITHFUL}`) })
        const result = await place.run('run')
        expect(result.code).to.equal(1)
        expect(result.log.find(line => line['log.level'] === 'fatal')).to.include({
          beat: 'one',
          message,
        })
        expect(eventsOf(result), 'what was published is drained').to.have.length(1)
      })
    }
  })

  describe('the promises of a beat', () => {
    /** Where Node follows them, each has a number of its own. */
    const NUMBERED = `const { executionAsyncId } = await import('node:async_hooks')
    const ids = new Set()
    for (let n = 0; n < 5; n++) {
      await Promise.resolve()
      ids.add(executionAsyncId())
    }
    await context.publish({ numbers: ids.size })`

    /** Of the first beat. */
    async function numbersOf(beats: string): Promise<unknown> {
      place.write({
        'beat.yml': `beats: ${beats}\noutput.console: {}`,
        'probe.js': beatSource(NUMBERED),
      })
      return eventsOf(await place.run('run'))[0]?.['numbers']
    }

    it('cost nothing more where it is the only one', async () => {
      expect(await numbersOf('[{ type: ./probe.js }]')).to.equal(1)
    })

    // From Node 24 on the context goes without numbers.
    const isOld = Number.parseInt(process.versions.node, 10) < 24
    ;(isOld ? it : it.skip)('are followed where there are two (before Node 24)', async () => {
      const two = '[{ type: ./probe.js }, { type: ./probe.js, id: two }]'
      expect(await numbersOf(two)).to.be.greaterThan(1)
    })
  })

  describe('the data path', () => {
    const LOCKED =
      'data path already locked by another beat. Please make sure that multiple beats are not ' +
      'sharing the same data path (path.data)'

    it('is not shared by two agents, and a dead one locks nobody out', async () => {
      place.write({ 'probe.js': beatSource(FAITHFUL) })
      const first = place.start('run')
      await first.logged('Beat started')
      const second = await place.run('run')
      expect(second.code).to.equal(1)
      expect(second.stderr).to.contain(`Exiting: ${LOCKED}`).and.to.contain(`process ${first.pid}`)
      first.child.kill('SIGKILL')
      await first.ended()
      const third = place.start('run')
      await third.logged('Beat started')
    })

    it('with a damaged file in it stops the start and says what to do', async () => {
      place.write({ 'probe.js': beatSource(FAITHFUL), 'data/state/one.json': '{"at": 1' })
      const { code, log } = await place.run('run')
      expect(code).to.equal(1)
      expect(log.find(line => line['log.level'] === 'error')?.message).to.match(
        /one\.json is damaged .*delete it to start afresh$/,
      )
    })

    it('that can not be had is named', async () => {
      place.write({ 'probe.js': beatSource(FAITHFUL), data: 'a file' })
      const { code, stderr } = await place.run('run')
      expect(code).to.equal(1)
      expect(stderr).to.contain(`Exiting: path.data: ${place.path('data')} is not a folder`)
    })
  })

  it('ends without a stack trace when the reader of its events has left', () => {
    place.write({
      'probe.js': beatSource(
        'for (let n = 0; ; n++) { await context.publish({ n }); await sleep(1) }',
      ),
    })
    const main = place.path('node_modules/sealbeat/dist/lib/cli/main.js')
    const script = `"${process.execPath}" "${main}" run | head -n 1; exit \${PIPESTATUS[0]}`
    const { status, stderr } = spawnSync('bash', ['-c', script], {
      cwd: place.folder,
      encoding: 'utf8',
    })
    expect(status).to.equal(1)
    expect(stderr).not.to.match(/^\s+at /m)
  })

  it('leaves no temporary file behind', async () => {
    place.write({ 'probe.js': beatSource('await context.state.set("a", 1)') })
    await place.run('run')
    expect(existsSync(place.path('data/meta.json.new'))).to.equal(false)
    expect(JSON.parse(readFileSync(place.path('data/state/one.json'), 'utf8'))).to.deep.equal({
      a: 1,
    })
  })
})
