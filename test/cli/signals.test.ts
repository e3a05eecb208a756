import { expect } from 'chai'
import { beatSource, eventsOf, messagesOf, Workplace } from './workplace.ts'

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
