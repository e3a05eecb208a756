import { expect } from 'chai'
import { type LogLine, Workplace } from '../../cli/workplace.ts'

/** Refuses every third event for good, takes the next, and never answers for the rest. */
const OUTPUT = `import { defineOutput } from 'sealbeat'
let writes = 0
export default defineOutput({
  name: 'stuck',
  schema: { opens: { doc: 'Whether it opens.', format: Boolean, default: true } },
  delivery: { bulk_max_size: 3 },
  async open({ settings: { opens }, log }) {
    if (!opens) log.info('Opening')
    if (!opens) await new Promise(() => {})
    return {
      write: async () => {
        if (writes++ > 0) await new Promise(() => {})
        return { retry: [], reject: [{ index: 0, reason: 'no' }] }
      },
      close: async () => {},
    }
  },
})
`
const BEAT = `import { once } from 'node:events'
import { defineBeat } from 'sealbeat'
export default defineBeat({
  name: 'counting',
  schema: {},
  async run({ publish, log, signal }) {
    await publish(Array.from({ length: 8 }, (_, n) => ({ n })))
    setTimeout(() => log.info('Waiting'), 100)
    await publish(Array.from({ length: 8 }, (_, n) => ({ n })))
    if (!signal.aborted) await once(signal, 'abort')
  },
})
`

describe('an agent that ends while its output does not answer', function () {
  this.timeout(60_000)
  let place: Workplace
  beforeEach(() => {
    place = new Workplace({ 'beat.js': BEAT, 'out.js': OUTPUT })
  })
  afterEach(() => place.remove())

  async function ended(...settings: readonly string[]): Promise<readonly LogLine[]> {
    const timeout = settings.some(line => /^shutdown_timeout/.test(line))
      ? []
      : ['shutdown_timeout: 500ms']
    const more = [...timeout, ...settings]
    const lines = ['beats: [{ type: ./beat.js }]', ...more]
    place.write({ 'beat.yml': `${lines.join('\n')}\noutput.main: { type: ./out.js }\n` })
    const agent = place.start('run')
    await agent.logged('Waiting')
    agent.child.kill('SIGTERM')
    const { code, log, stderr } = await agent.ended()
    expect(code, stderr).to.equal(0)
    return log
  }

  const lineOf = (log: readonly LogLine[], begin: string) =>
    log.find(({ message }) => message.startsWith(begin))

  it('says how many events are lost, in the dead letter, and were not taken at all', async () => {
    const log = await ended('queue.mem.events: 8')
    expect(lineOf(log, 'Events lost: ')).to.include({ output: 'main', lost: 5, sending: 3 })
    expect(lineOf(log, 'Events of this run are in the dead letter')).to.include({
      output: 'main',
      events: 1,
      path: place.path('data/dead-letter/main'),
    })
    expect(lineOf(log, 'Publishes refused')).to.include({ output: 'main', publishes: 1 })
    const { waiting, blocked_ms } = Object(lineOf(log, 'Stopped')?.['events'])
    expect([waiting, blocked_ms]).to.deep.equal([0, undefined])
  })

  it('says what it waits for, as a person waits too', async () => {
    const log = await ended('shutdown_timeout: 1500ms')
    const waiting = lineOf(log, 'Waiting for the output')
    expect(waiting).to.include({ events: 13, timeout_s: 1.5 })
    expect(waiting?.['hint']).to.include('a second signal ends the agent at once')
  })

  it('says how many events are kept in the queue on the disk, and where', async () => {
    const log = await ended('queue.disk: { max_size: 10MB }')
    expect(lineOf(log, 'Events lost: ')).to.equal(undefined)
    expect(lineOf(log, 'Events kept in the disk queue')).to.include({
      output: 'main',
      kept: 13,
      path: place.path('data/queue'),
    })
    expect(lineOf(log, 'Publishes refused')).to.equal(undefined)
  })

  it('does not wait for an output that does not open', async () => {
    place.write({
      'beat.yml': 'beats: [{ type: ./beat.js }]\noutput.main: { type: ./out.js, opens: false }\n',
    })
    const agent = place.start('run')
    await agent.logged('Opening')
    agent.child.kill('SIGTERM')
    const { code, stderr } = await agent.ended()
    expect(code, stderr).to.equal(1)
    expect(stderr).to.include('stopped meanwhile')
  })
})
