import { readdirSync, readFileSync } from 'node:fs'
import { expect } from 'chai'
import { messagesOf, type Running, Workplace } from '../workplace.ts'

/** Refuses every third event for good, unless the environment says otherwise; writes the others to a file. */
const OUTPUT = `import { appendFileSync } from 'node:fs'
import { defineOutput, text } from 'sealbeat'
export default defineOutput({
  name: 'picky',
  schema: {
    to: { doc: 'A file.', format: text, default: null },
    refuses: { doc: 'Whether it refuses some.', format: Boolean, default: true },
  },
  async open({ settings: { to, refuses } }) {
    return {
      async write({ lines }) {
        const isBad = line => refuses && JSON.parse(line).n % 3 === 0
        appendFileSync(to, lines.filter(line => !isBad(line)).map(line => line + '\\n').join(''))
        const reject = lines.flatMap((line, index) =>
          isBad(line) ? [{ index, reason: 'no mapping', status: 400 }] : [])
        return { retry: [], reject }
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
  schema: { events: { doc: 'How many.', format: Number, default: 30 }, stays: { doc: 'Whether it goes on.', format: Boolean, default: false } },
  async run({ publish, log, signal, settings: { events, stays } }) {
    const receipt = await publish(Array.from({ length: events }, (_, n) => ({ n })))
    log.info({ counts: await receipt.confirmed }, 'Settled')
    if (stays && !signal.aborted) await once(signal, 'abort')
  },
})
`

describe('events that the output refuses for good', function () {
  this.timeout(60_000)
  let place: Workplace
  beforeEach(() => {
    place = new Workplace({ 'beat.js': BEAT, 'out.js': OUTPUT })
  })
  afterEach(() => place.remove())

  function configure(output: string, beat = '', ...more: readonly string[]): void {
    const to = place.path('data/arrived.ndjson')
    const lines = [
      `beats: [{ type: ./beat.js${beat} }]`,
      `output.main: { type: ./out.js, to: "${to}"${output} }`,
      ...more,
    ]
    place.write({ 'beat.yml': `${lines.join('\n')}\n` })
  }
  const start = (): Running => place.start('run')
  const arrived = () =>
    readFileSync(place.path('data/arrived.ndjson'), 'utf8')
      .split('\n')
      .slice(0, -1)
      .map(line => JSON.parse(line).n)
  const command = async (...words: readonly string[]) => {
    const result = await place.run('dead-letter', ...words)
    expect(result.code, result.stderr).to.equal(0)
    return result.stdout
  }
  const third = Array.from({ length: 10 }, (_, at) => at * 3)
  const sorted = (list: readonly number[]) => [...list].sort((a, b) => a - b)

  it('are kept with the reason, and sent again by the next start', async () => {
    configure('')
    const { code, log } = await start().ended()
    expect(code).to.equal(0)
    const settled = log.find(({ message }) => message === 'Settled')
    expect(settled?.['counts']).to.deep.include({ confirmed: 20, rejected: 10 })
    const stopped = log.find(({ message }) => message === 'Stopped')
    expect(stopped?.['events']).to.include({ rejected: 10, dead_lettered: 10, acked: 20 })
    expect(await command('list')).to.match(/^ +10 {2}main: no mapping \(400\), 2/)
    const entries = (await command('list', '--json'))
      .trim()
      .split('\n')
      .map(line => JSON.parse(line))
    expect(entries.map(({ event }) => event.n)).to.deep.equal(third)
    expect(entries[0]).to.include({
      output: 'main',
      reason: 'no mapping',
      status: 400,
      attempts: 1,
    })
    expect(entries[0].event.event.module).to.equal('counting')

    expect(await command('replay', '--output', 'main')).to.match(/^1 file to send again/)
    expect(await command('list')).to.equal('The dead letter is empty\n')
    configure(', refuses: false', ', events: 0, stays: true')
    const next = start()
    await next.logged('Events of the dead letter have been sent again')
    next.child.kill('SIGTERM')
    await next.ended()
    expect(sorted(arrived())).to.deep.equal(Array.from({ length: 30 }, (_, n) => n))
    expect(readdirSync(place.path('data/dead-letter/main/replay'))).to.deep.equal([])
  })

  it('are sent again by the running agent, and are dead once more if refused once more', async () => {
    configure('', ', stays: true')
    const agent = start()
    await agent.logged('Settled')
    await command('replay')
    await agent.logged('Events of the dead letter have been sent again')
    agent.child.kill('SIGTERM')
    const { log } = await agent.ended()
    const stopped = log.find(({ message }) => message === 'Stopped')
    expect(stopped?.['events']).to.include({ published: 40, rejected: 20, dead_lettered: 20 })
    const entries = (await command('list', '--json'))
      .trim()
      .split('\n')
      .map(line => JSON.parse(line))
    expect(entries.map(({ event }) => event.n)).to.deep.equal(third)
  })

  it('are removed only on demand', async () => {
    configure('')
    await start().ended()
    const refused = await place.run('dead-letter', 'drop')
    expect(refused.code).to.equal(64)
    expect(refused.stderr).to.include('--yes')
    expect(await command('drop', '--yes')).to.match(/^Removed 1 files/)
    expect(await command('list')).to.equal('The dead letter is empty\n')
    const other = await place.run('dead-letter', 'list', '--output', 'other')
    expect(other.stderr).to.include('there is no dead letter of an output other')
  })

  it('are dropped, and counted, where it is switched off', async () => {
    configure(', dead_letter: { enabled: false }')
    const result = await start().ended()
    expect(messagesOf(result)).to.include('Events dropped: the output refused them')
    const stopped = result.log.find(({ message }) => message === 'Stopped')
    expect(stopped?.['events']).to.include({ rejected: 10 })
    expect(await command('list')).to.equal('The dead letter is empty\n')
  })

  it('keep the delivery waiting while the dead letter can’t be written, and nothing is lost', async () => {
    configure(', backoff: { init: 10ms, max: 20ms }', '', 'shutdown_timeout: 5s')
    const blocked = place.start('run', '-E', 'output.main.dead_letter.max_bytes=1000000')
    await blocked.logged('Settled')
    await blocked.ended()
    // A folder where the next file would be.
    place.write({ 'data/dead-letter/main/dead-000001.ndjson': '' })
    const { rmSync, mkdirSync } = await import('node:fs')
    rmSync(place.path('data/dead-letter/main/dead-000001.ndjson'))
    mkdirSync(place.path('data/dead-letter/main/dead-000001.ndjson'))
    const agent = start()
    await agent.logged('The dead letter can not be written: delivery waits for it')
    rmSync(place.path('data/dead-letter/main/dead-000001.ndjson'), { recursive: true })
    const line = await agent.logged('Settled')
    expect(line['counts']).to.deep.include({ confirmed: 20, rejected: 10 })
    await agent.ended()
    const entries = (await command('list', '--json')).trim().split('\n')
    expect(entries).to.have.lengthOf(10)
  })
})
