import { expect } from 'chai'
import { needsLinux } from '../../live.ts'
import { beatSource, eventsOf, messagesOf, type Result, Workplace } from '../workplace.ts'

const ENDLESS = 'throw new Error("run was called")'

/** A beat whose round is this. */
function roundSource(round: string): string {
  return beatSource(ENDLESS, `async once(context) { ${round} },`)
}

const PUBLISHES = 'await context.publish([{ n: 1 }, { n: 2 }])'

/** Takes events, refuses them, or fails, as `mode` says. */
const OUTPUT = `import { defineOutput, oneOf } from 'sealbeat'
export default defineOutput({
  name: 'moody',
  schema: { mode: { doc: 'Its mode.', format: oneOf(['take', 'reject', 'fail']), default: 'take' } },
  async open({ settings: { mode } }) {
    return {
      async write({ count, lines }) {
        if (mode === 'fail') throw new Error('not today')
        if (mode === 'take') for (const line of lines) console.log(line)
        const all = Array.from({ length: count }, (_, index) => ({ index, reason: 'never' }))
        return { retry: [], reject: mode === 'reject' ? all : [] }
      },
      async close() {},
    }
  },
})
`

describe('sealbeat run --once', () => {
  let place: Workplace
  beforeEach(() => {
    place = new Workplace({
      'round.js': roundSource(PUBLISHES),
      'broken.js': roundSource('throw new Error("no luck")'),
      'out.js': OUTPUT,
    })
  })
  afterEach(() => place.remove())

  const once = (beats: string, mode = 'take', ...more: readonly string[]): Promise<Result> => {
    place.write({
      'beat.yml': `beats: [${beats}]\noutput.main: { type: ./out.js, mode: ${mode} }\n`,
    })
    return place.run('run', '--once', ...more)
  }
  const numbers = (result: Result) => eventsOf(result).flatMap(({ n }) => n ?? [])
  const saysIncomplete = ({ log }: Result) =>
    log.filter(({ message }) => message.startsWith('The round is incomplete'))

  it('ends where a beat waits for room for ever, as the output takes nothing', async () => {
    place.write({
      'many.js': roundSource(
        'for (let at = 0; at < 500; at++) await context.publish(Array.from({ length: 100 }, () => ({ at })))',
      ),
    })
    const result = await once('{ type: ./many.js }', 'fail', '-E', 'shutdown_timeout=1s')
    expect(result.code, result.stderr).to.equal(75)
    expect(messagesOf(result).join('\n')).to.include('Stopping: beats wait for room')
    expect(saysIncomplete(result)).to.have.length(1)
  })

  it('does one round of each beat, delivers what they have published, and ends with 0', async () => {
    const result = await once(
      '{ type: ./round.js, id: a }, { type: ./round.js, id: b }, { type: host, period: 1s, metricsets: [cpu, load] }',
    )
    expect(result.code, result.stderr).to.equal(0)
    expect(numbers(result)).to.have.members([1, 2, 1, 2])
    // The load of CPUs takes two samples.
    expect(eventsOf(result).flatMap(({ event }) => event.dataset ?? [])).to.deep.equal([
      ...['host.cpu', 'host.load'],
    ])
    expect(messagesOf(result).slice(-2)).to.deep.equal(['Every beat is done', 'Stopped'])
    expect(saysIncomplete(result)).to.deep.equal([])
  })

  it('runs behind the filter, as ever', async function () {
    needsLinux.call(this)
    const result = await once('{ type: ./round.js }')
    expect(result.code).to.equal(0)
    expect(messagesOf(result)).to.include('Syscall filter successfully installed')
  })

  it('ends with 75 if a beat has failed, which is not started again; the others are delivered', async () => {
    const result = await once('{ type: ./broken.js }, { type: ./round.js }')
    expect(result.code).to.equal(75)
    expect(numbers(result)).to.deep.equal([1, 2])
    expect(messagesOf(result)).not.to.include('Beat starts again after a pause')
    expect(saysIncomplete(result)).to.have.lengthOf(1)
    expect(saysIncomplete(result)[0]).to.include({
      message: 'The round is incomplete: failed: broken',
      undelivered: 0,
    })
  })

  it('ends with 75 if the output refuses events, or does not take them in time', async () => {
    for (const [mode, more] of [
      ['reject', []],
      ['fail', ['-E', 'shutdown_timeout=1s']],
    ] as const) {
      const result = await once('{ type: ./round.js }', mode, ...more)
      expect(result.code, mode).to.equal(75)
      expect(saysIncomplete(result).map(({ message }) => message)).to.deep.equal([
        'The round is incomplete: events that were not delivered: 2',
      ])
    }
  })

  it('leaves what was not delivered in the queue on the disk, for the next round', async () => {
    const onDisk = ['-E', 'queue.disk.max_size=10MB']
    const hasty = ['-E', 'shutdown_timeout=1s']
    const first = await once('{ type: ./round.js }', 'fail', ...onDisk, ...hasty)
    expect(first.code).to.equal(75)
    const second = await once('{ type: ./round.js }', 'take', ...onDisk)
    expect(second.code, second.stderr).to.equal(0)
    expect(numbers(second)).to.deep.equal([1, 2, 1, 2])
  })

  it('ends with 75 if it is stopped before; SIGHUP does nothing', async () => {
    place.write({
      'round.js': roundSource(
        'await sleep(1e6, undefined, { signal: context.signal }).catch(() => {})',
      ),
      'beat.yml': 'beats: [{ type: ./round.js }]\noutput.main: { type: ./out.js }\n',
    })
    const running = place.start('run', '--once')
    await running.logged('Beat started')
    running.child.kill('SIGHUP')
    running.child.kill('SIGTERM')
    const result = await running.ended()
    expect(result.code).to.equal(75)
    expect(saysIncomplete(result).map(({ message }) => message)).to.deep.equal([
      'The round is incomplete: it was stopped',
    ])
    expect(messagesOf(result).filter(message => /reload/i.test(message))).to.deep.equal([])
  })

  it('refuses beats without rounds, all at once, before anything is opened', async () => {
    place.write({ 'endless.js': beatSource(ENDLESS) })
    const { code, stdout, stderr } = await once(
      '{ type: ./endless.js }, { type: ./round.js }, { type: audit }',
    )
    expect({ code, stdout }).to.deep.equal({ code: 78, stdout: '' })
    const why =
      'has no rounds that --once could run, as its beat defines no "once": it may follow what happens; ' +
      'disable it, or run without --once'
    expect(stderr).to.equal(
      `beat.yml:1:11: beats[0].type: ${why}\nbeat.yml:1:57: beats[2].type: ${why}\n`,
    )
  })
})
