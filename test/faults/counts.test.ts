import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect } from 'chai'
import { type Result, Workplace } from '../cli/workplace.ts'
import { ROOT } from '../docs/page.ts'
import { needsLinux } from '../live.ts'
import { type EventCounts, metricsIn, sumsOf, unaccounted } from './metrics-lines.ts'

const RELOADS = 12

describe('the counts of an agent', function () {
  this.timeout(60_000)
  let place: Workplace
  let result: Result
  let stopped: EventCounts
  let lines: readonly EventCounts[]

  const plugin = (name: string) => `${ROOT}dist/test/faults/${name}.js`
  /** The configuration after so many reloads: beats come, go and change, and so does the period. */
  function configure(reloads: number, quiet = false): void {
    const taken = place.path('taken.txt')
    const ids = reloads % 3 === 0 ? ['a', 'b'] : ['a', 'b', 'c']
    const beats = ids.map((id, at) => {
      const tags = id === 'b' ? `, tags: [t${reloads}]` : ''
      return `- { type: ${plugin('noisy')}, id: ${id}, taken: ${taken}, seed: ${at}, quiet: ${quiet}${tags} }`
    })
    place.write({
      'beat.yml': `beats:
${beats.join('\n')}
processors: [{ dropping: { type: ${plugin('dropping')} } }]
queue.mem: { events: 100, flush: { min_events: 10, timeout: 5ms } }
logging.metrics.period: ${1 + (reloads % 2)}s
output.moody:
  type: ${plugin('moody-output')}
  fates: ${place.path('fates.json')}
  seed: 7
  workers: 3
  bulk_max_size: 20
  timeout: 100ms
  backoff: { init: 5ms, max: 20ms }
`,
    })
  }

  before(async function () {
    needsLinux.call(this)
    place = new Workplace({ 'taken.txt': '' })
    configure(0)
    const agent = place.start('run', '--strict.perms=false')
    await agent.logged('Running')
    for (let reloads = 1; reloads <= RELOADS; reloads++) {
      await sleep(300)
      configure(reloads, reloads === RELOADS)
      agent.child.kill('SIGHUP')
      await agent.logged('Reloaded', reloads)
    }
    // Long enough for everything to have its fate, and for a line after that.
    await sleep(3000)
    agent.child.kill('SIGTERM')
    result = await agent.ended()
    lines = metricsIn(result.log)
    stopped = Object(result.log.find(({ message }) => message === 'Stopped')).events
  })
  after(() => place?.remove())

  it('had much to count: refusals, failures, retries, dropped events, and aborts', () => {
    expect(result.code, result.stderr.slice(-2000)).to.equal(0)
    expect(lines.length).to.be.above(RELOADS)
    for (const key of [
      'acked',
      'rejected',
      'filtered',
      'unencodable',
      'retried',
      'failed_writes',
    ]) {
      expect(stopped[key], key).to.be.above(20)
    }
    // Of events that wait and of those that are being sent: which of the two depends on the machine.
    const underWay = lines.filter(({ queued = 0, sending = 0 }) => queued + sending > 0)
    expect(underWay.length).to.be.above(RELOADS / 2)
    const failures = result.log.map(line => String(line['error.message']))
    for (const reason of [/bad mood/, /not answered within 100 ms/, /refused event/]) {
      expect(
        failures.some(failure => reason.test(failure)),
        String(reason),
      ).to.equal(true)
    }
  })

  it('account for every event in every line, and at the end', () => {
    expect(sumsOf(lines).map(unaccounted)).to.deep.equal(lines.map(() => 0))
    expect(unaccounted(stopped)).to.equal(0)
  })

  it('are in the sum of all lines those of the end', () => {
    const { queued, sending, ...sum } = sumsOf(lines).at(-1) ?? {}
    expect({ queued, sending }).to.deep.equal({ queued: 0, sending: 0 })
    expect(stopped).to.deep.include(sum)
  })

  it('are what the beats have published and what the output has answered', () => {
    const taken: Record<string, number> = { sent: 0, filtered: 0, unencodable: 0 }
    for (const entry of readFileSync(place.path('taken.txt'), 'utf8').trim().split('\n')) {
      const [kind = '', count] = entry.split(' ')
      taken[kind] = (taken[kind] ?? 0) + Number(count)
    }
    const { sent = 0, filtered = 0, unencodable = 0 } = taken
    const { acked, rejected, again } = JSON.parse(readFileSync(place.path('fates.json'), 'utf8'))
    expect(again).to.equal(0)
    expect(stopped).to.deep.include({ filtered, unencodable, acked, rejected })
    expect(stopped['published']).to.equal(sent + filtered + unencodable)
    expect(sent).to.equal(acked + rejected)
  })

  it('are found out if a line does not count something', () => {
    const at = lines.findIndex(({ filtered = 0 }) => filtered > 0)
    const changed = lines.map((line, index) => (index === at ? { ...line, filtered: 0 } : line))
    expect(sumsOf(changed).map(unaccounted).slice(at)).not.to.include(0)
  })
})
