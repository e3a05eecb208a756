import { readFileSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import { expect } from 'chai'
import { ROOT } from '../../docs/page.ts'
import { skip } from '../../live.ts'
import { beatSource, eventsOf, messagesOf, Workplace } from '../workplace.ts'

const CONFIG = `
beats:
- type: ./probe.js
  id: one
output.console: {}
`
/** Works until it is asked to stop. */
const FAITHFUL = `await context.publish({ message: 'x' })
    await sleep(1e6, undefined, { signal: context.signal })`

describe('signals to sealbeat run', () => {
  let place: Workplace
  beforeEach(() => {
    place = new Workplace({ 'beat.yml': CONFIG })
  })
  afterEach(() => place.remove())

  it('are handled before the program imports anything else of its own, SIGUSR1 first', () => {
    const text = readFileSync(`${ROOT}dist/bundle/main.js`, 'utf8')
    const at = (part: string | RegExp) => text.search(part)
    expect(at(/"SIGUSR1", "SIGHUP"/)).to.be.above(0)
    expect(at(/"SIGUSR1", "SIGHUP"/)).to.be.below(at(/import\("\.\//))
    expect(text)
      .not.to.match(/^import .*"\.\//m)
      .and.not.to.match(/^} from "\.\//m)
  })

  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    it(`${signal} stops the beats, drains the queue and ends with 0`, async () => {
      place.write({ 'probe.js': beatSource(FAITHFUL) })
      const agent = place.start('run', '-E', 'queue.mem.flush.timeout=1h')
      await agent.logged('Beat started')
      agent.child.kill(signal)
      const result = await agent.ended()
      expect(result.code).to.equal(0)
      expect(eventsOf(result)).to.have.length(1)
      expect(messagesOf(result)).to.include.members(['Stopping', 'Beat stopped', 'Stopped'])
    })
  }

  it('the second ends it at once, with the code of a death by that signal', async () => {
    place.write({ 'probe.js': beatSource('await sleep(1e6)') })
    const agent = place.start('run', '-E', 'shutdown_timeout=1h')
    await agent.logged('Beat started')
    agent.child.kill('SIGTERM')
    await agent.logged('Stopping')
    agent.child.kill('SIGINT')
    expect((await agent.ended()).code).to.equal(130)
  })

  for (const [how, config] of [
    ['sealed', ''],
    ['without a filter', 'seccomp.enabled: false'],
  ] as const) {
    it(`the second ends it although its event loop is blocked, ${how}`, async function () {
      if (process.platform !== 'linux') skip(this, 'takes the addon')
      const block = "context.log.info('blocking'); await sleep(20); for (;;);"
      place.write({ 'beat.yml': `${CONFIG}${config}\n`, 'probe.js': beatSource(block) })
      const agent = place.start('run')
      await agent.logged('blocking')
      await pause(300)
      agent.child.kill('SIGTERM')
      await pause(300)
      expect(agent.child.exitCode, 'the control: the first one waits for the loop').to.equal(null)
      const sinceMs = performance.now()
      agent.child.kill('SIGTERM')
      const { code } = await agent.ended()
      expect(code).to.equal(143)
      expect(performance.now() - sinceMs).to.be.within(400, 5_000)
    })
  }

  it('are not for a beat to take away', async () => {
    const source = `for (const signal of ['SIGTERM', 'SIGHUP', 'SIGUSR1']) process.removeAllListeners(signal)
    process.kill(process.pid, 'SIGHUP')
    process.kill(process.pid, 'SIGUSR1')
    await sleep(300)
    context.log.info('alive')
    await context.publish({ message: 'x' })
    await sleep(1e6, undefined, { signal: context.signal })`
    place.write({ 'probe.js': beatSource(source) })
    const agent = place.start('run')
    await agent.logged('alive')
    agent.child.kill('SIGTERM')
    const result = await agent.ended()
    expect(result.code).to.equal(0)
    expect(eventsOf(result)).to.have.length(1)
    expect(messagesOf(result)).to.include.members(['Reloading', 'Stopping', 'Stopped'])
    expect(result.stderr).not.to.match(/Debugger listening/)
  })

  it('process.exit by a beat is its failure, and what it has published is delivered', async () => {
    const source = `await context.publish({ message: 'x' })
    process.exit(0)`
    place.write({ 'probe.js': beatSource(source) })
    const agent = place.start('run', '-E', 'queue.mem.flush.timeout=1h')
    const failed = await agent.logged(
      'Beat failed: process.exit(0) is not for a plugin to call: one that is done returns, one that can’t go on throws',
    )
    expect(failed).to.include({ 'log.level': 'error', beat: 'one' })
    agent.child.kill('SIGTERM')
    const result = await agent.ended()
    expect(result.code).to.equal(0)
    expect(eventsOf(result).length).to.be.above(0)
  })

  it('and in a callback that nobody awaits, that of the agent', async () => {
    const source = `await context.publish({ message: 'x' })
    setImmediate(() => process.exit(0))
    await sleep(1e6, undefined, { signal: context.signal })`
    place.write({ 'probe.js': beatSource(source) })
    const result = await place.run('run', '-E', 'queue.mem.flush.timeout=1h')
    expect(result.code).to.equal(1)
    expect(eventsOf(result)).to.have.length(1)
    expect(messagesOf(result).join()).to.match(/Uncaught exception of beat one: process\.exit\(0\)/)
  })

  it('a beat that ignores the stop is named and left behind', async () => {
    place.write({ 'probe.js': beatSource('await sleep(1e6)') })
    const agent = place.start('run', '-E', 'shutdown_timeout=200ms')
    await agent.logged('Beat started')
    agent.child.kill('SIGTERM')
    const result = await agent.ended()
    expect(result.code).to.equal(0)
    const message = 'Beat does not stop: going on without it'
    const warning = result.log.find(line => line.message === message)
    expect(warning).to.include({ 'log.level': 'warn', beat: 'one' })
  })

  it('a beat that waits for nothing but its signal does not end the process', async () => {
    const source = `await new Promise(resolve => context.signal.addEventListener('abort', resolve))`
    place.write({ 'probe.js': beatSource(source) })
    const agent = place.start('run')
    await agent.logged('Beat started')
    agent.child.kill('SIGTERM')
    const result = await agent.ended()
    expect(result.code).to.equal(0)
    expect(messagesOf(result)).to.include('Beat stopped')
  })

  it('a stop while a beat opens leaves the rest unopened and closes what was opened', async () => {
    const close = 'async close() { console.error("closed") },'
    place.write({
      'beat.yml': 'beats: [{ type: ./first.js }, { type: ./slow.js }]\noutput.console: {}',
      'first.js': beatSource('', close),
      'slow.js': beatSource(
        '',
        'async open({ log }) { log.info("opening"); await new Promise(() => {}) },',
      ),
    })
    const agent = place.start('run')
    await agent.logged('opening')
    agent.child.kill('SIGTERM')
    const result = await agent.ended()
    expect(result.code).to.equal(0)
    expect(result.stderr).to.contain('closed')
    expect(messagesOf(result)).not.to.include('Beat started')
  })

  it('those that arrive once it has closed change nothing', async () => {
    const source = `for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) {
    process.on('exit', () => process.kill(process.pid, signal))
  }`
    place.write({ 'probe.js': beatSource(source) })
    const { code, signal } = await place.run('run')
    expect({ code, signal }).to.deep.equal({ code: 0, signal: null })
  })
})
