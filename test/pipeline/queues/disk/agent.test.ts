import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { expect } from 'chai'
import { type LogLine, Workplace } from '../../../cli/workplace.ts'
import { skip } from '../../../live.ts'

const EVENTS = 600

const BEAT = `import { defineBeat } from 'sealbeat'
export default defineBeat({
  name: 'numbers',
  schema: { events: { doc: 'How many.', format: 'nat', default: ${EVENTS} } },
  async run({ publish, signal, log, settings: { events } }) {
    for (let at = 0; at < events; at += 10) {
      const ids = Array.from({ length: 10 }, (_, event) => ({ id: at + event, pad: 'x'.repeat(8000) }))
      await (await publish(ids)).stored
    }
    log.info('All stored')
    if (!signal.aborted) await new Promise(resolve => signal.addEventListener('abort', resolve))
  },
})
`

const DOWN = `import { defineOutput } from 'sealbeat'
export default defineOutput({
  name: 'down',
  schema: {},
  open: async () => ({ write: async () => { throw new Error('down') }, close: async () => {} }),
})
`

/** A configuration with a queue of small segments. */
function configuration(output: string, events = EVENTS, more = ''): string {
  return `beats: [{ type: ./numbers.js, events: ${events} }]
queue.disk: { max_size: 10MB, segment_size: 1MB, path: QUEUE }
logging.metrics.period: 1s
output.${output}
${more}
`
}

const TO_FILE = 'file: { path: events }'
const TO_NOBODY = 'down: { type: ./down.js }'

function find(log: readonly LogLine[], message: string): LogLine {
  const line = log.find(each => each.message === message)
  if (line === undefined) throw new Error(`not logged: ${message}`)
  return line
}

function withoutTrouble(log: readonly LogLine[]): void {
  const words = /Disk queue: |Landlock: |Denied|can not|can't be/
  expect(log.map(({ message }) => message).filter(text => words.test(text))).to.deep.equal([])
}

describe('an agent with a queue on the disk', () => {
  let place: Workplace

  beforeEach(() => {
    place = new Workplace({ 'numbers.js': BEAT, 'down.js': DOWN })
  })

  afterEach(() => place.remove())

  function configure(text: string, queue = 'queue'): void {
    place.write({ 'beat.yml': text.replaceAll('QUEUE', queue) })
  }

  function segments(folder: string): readonly string[] {
    return readdirSync(place.path(folder)).filter(name => name.endsWith('.seg'))
  }

  function idsIn(folder: string): readonly number[] {
    const text = readFileSync(place.path(`${folder}/events.ndjson`), 'utf8')
    return text
      .split('\n')
      .slice(0, -1)
      .map(line => JSON.parse(line).id)
  }

  /** Fills the queue while the output is down, and then delivers it. */
  async function twice(queue: string, folder: string, through: readonly string[] = [], more = '') {
    configure(configuration(TO_NOBODY, EVENTS, more), queue)
    const first = place.startThrough(through, 'run', '--strict.perms=false')
    await first.logged('All stored')
    // More than one: the others were made under the filter.
    expect(segments(folder).length).to.be.above(4)
    first.child.kill('SIGTERM')
    const ended = await first.ended()
    expect(ended.code, ended.stderr).to.equal(0)
    const kept = find(ended.log, 'Events kept in the disk queue for the next start')
    expect(kept).to.include({ kept: EVENTS, path: place.path(folder) })
    withoutTrouble(ended.log.filter(({ message }) => !message.startsWith('Landlock: ')))
    configure(configuration(TO_FILE, 0, more), queue)
    const second = place.startThrough(through, 'run', '--strict.perms=false')
    const all = await second.logged('All stored').then(() => delivered(second))
    return { ended, all }
  }

  async function delivered(running: ReturnType<Workplace['start']>) {
    const file = place.path('data/events/events.ndjson')
    while (!existsSync(file) || idsIn('data/events').length < EVENTS) {
      if (running.child.exitCode !== null) break
      await new Promise(resolve => setTimeout(resolve, 50))
    }
    // One line of metrics more.
    await running.logged('Non-zero metrics in the last 1s', 1)
    running.child.kill('SIGTERM')
    return running.ended()
  }

  it('keeps events over a restart, under the filter and Landlock, and accounts for each', async () => {
    const { all } = await twice('queue', 'data/queue')
    expect(all.code, all.stderr).to.equal(0)
    const ids = Array.from({ length: EVENTS }, (_, at) => at)
    expect(idsIn('data/events')).to.deep.equal(ids)
    const events = Object(find(all.log, 'Stopped')['events'])
    expect(events).to.include({
      restored: EVENTS,
      published: 0,
      acked: EVENTS,
      damaged: 0,
      queued: 0,
    })
    expect(segments('data/queue').length).to.equal(1)
    const lines = all.log.filter(({ message }) => message.startsWith('Non-zero metrics'))
    const metrics = lines.map(line => Object(line['monitoring']).metrics)
    expect(metrics[0].events.restored).to.equal(EVENTS)
    expect(metrics[0].queue).to.include({ max_bytes: 10_000_000 })
    const acked = metrics.reduce((sum, { events = {} }) => sum + (events.acked ?? 0), 0)
    const { queued = 0, sending = 0 } = metrics.at(-1).events
    // Until the first line begins, nothing has been delivered: the sum has every event.
    expect(acked + queued + sending).to.equal(EVENTS)
  })

  it('has its folder elsewhere, with a lock of its own', async () => {
    mkdirSync(place.path('elsewhere'))
    await twice(place.path('elsewhere'), 'elsewhere')
    expect(idsIn('data/events').length).to.equal(EVENTS)
    configure(configuration(TO_NOBODY, 0), place.path('elsewhere'))
    const first = place.start('run', '--strict.perms=false')
    await first.logged('All stored')
    const other = await place.run('run', '--strict.perms=false', '--path.data', place.path('other'))
    expect(other.code).to.equal(1)
    expect(other.stderr).to.match(
      /sharing the same queue path \(queue\.disk\.path\).* is held by process/,
    )
    first.child.kill('SIGTERM')
    await first.ended()
  })

  it('becomes another user, who has the queue that root began', async function () {
    if (process.getuid?.() !== 0) skip(this, 'only root becomes another user')
    chmodSync(place.folder, 0o755)
    configure(configuration(TO_NOBODY))
    const asRoot = place.start('run', '--strict.perms=false')
    await asRoot.logged('All stored')
    asRoot.child.kill('SIGTERM')
    await asRoot.ended()
    configure(configuration(TO_FILE, 0, "user: '65534:65534'"))
    const second = place.start('run', '--strict.perms=false')
    await second.logged('All stored')
    const all = await delivered(second)
    expect(all.code, all.stderr).to.equal(0)
    expect(idsIn('data/events').length).to.equal(EVENTS)
    expect(statSync(place.path('data/queue/position')).uid).to.equal(65534)
  })
})
