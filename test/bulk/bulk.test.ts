import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect } from 'chai'
import { type LogLine, type Result, type Running, Workplace } from '../cli/workplace.ts'
import { ROOT } from '../docs/page.ts'
import { metricsIn, sumsOf, unaccounted } from '../faults/metrics-lines.ts'
import { needsLinux } from '../live.ts'
import type { Behaviour, Fault } from './behaviours.ts'
import type { Control, Stats } from './bulk-server.ts'

const WORKERS = 3
const BATCH = 50
/** Of the queue on the disk: the most events that are taken beyond the oldest one that is not settled. */
const WINDOW = 65_536

const BLOCK = { error: { type: 'cluster_block_exception' }, status: 403 }

/** Each fault, how often it has to be met, and what else it takes. */
const FAULTS: readonly (readonly [string, Fault, number])[] = [
  ['answers 503 with Retry-After in seconds', { do: 'retryAfter', seconds: 1, asDate: false }, 1],
  ['answers 503 with Retry-After as a date', { do: 'retryAfter', seconds: 3, asDate: true }, 1],
  ['answers 403, as the cluster is blocked', { do: 'refuse', status: 403, body: BLOCK }, 5],
  ['answers 401', { do: 'refuse', status: 401 }, 5],
  ['redirects', { do: 'refuse', status: 307, headers: { location: '/elsewhere' } }, 5],
  ['answers 413 above a size', { do: 'tooLarge', bytes: 6000 }, 10],
  ['hangs', { do: 'hang' }, 3],
  ['answers too late', { do: 'late', ms: 450 }, 3],
  ['answers late, but in time', { do: 'late', ms: 100 }, 5],
  ['promises more bytes than it sends', { do: 'length', by: 10 }, 3],
  ['promises fewer bytes than it sends', { do: 'length', by: -10 }, 5],
  ['answers for fewer items than it was sent', { do: 'items', by: -1 }, 5],
  ['answers for more items than it was sent', { do: 'items', by: 1 }, 5],
  ['answers what is no JSON', { do: 'garbage' }, 5],
]

class Bulk {
  readonly #server: ChildProcess
  readonly #url: string
  readonly port: number

  private constructor(server: ChildProcess, port: number) {
    this.#server = server
    this.port = port
    this.#url = `http://127.0.0.1:${port}`
  }

  static async start(file: string): Promise<Bulk> {
    const server = spawn(process.execPath, [`${ROOT}dist/test/bulk/server.js`, file], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const [port] = server.stdout ? await once(server.stdout, 'data') : []
    return new Bulk(server, Number(port))
  }

  async control(control: Control): Promise<void> {
    await fetch(`${this.#url}/_control`, { method: 'PUT', body: JSON.stringify(control) })
  }

  async stats(): Promise<Stats> {
    return Object(await (await fetch(`${this.#url}/_stats`)).json())
  }

  /** Misbehaves until it has done so often enough. */
  async during(behaviours: readonly Behaviour[], isEnough: (stats: Stats) => boolean) {
    await this.control({ behaviours })
    while (!isEnough(await this.stats())) await sleep(10)
    await this.control({})
  }

  /** Resolves once so many documents more have been taken: the output works again. */
  async takesMore(documents = 4 * BATCH): Promise<void> {
    const before = (await this.stats()).taken
    while ((await this.stats()).taken < before + documents) await sleep(10)
  }

  async stop(): Promise<void> {
    if (this.#server.exitCode !== null) return
    const ended = once(this.#server, 'exit')
    this.#server.kill()
    await ended
  }
}

function rssOf(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) * 1024
}

const IN_MEMORY = 'queue.mem: { events: 1000, flush: { min_events: 50, timeout: 20ms } }'
const ON_THE_DISK = 'queue.disk: { max_size: 50MB }'

const OWN = (port: number) => `type: ${ROOT}dist/test/bulk/output.js
  port: ${port}`
const ELASTICSEARCH = (port: number) => `type: elasticsearch
  hosts: ['127.0.0.1:${port}']`

for (const [name, queue, output] of [
  ["an output of one's own, its queue in memory", IN_MEMORY, OWN],
  ["an output of one's own, its queue on the disk", ON_THE_DISK, OWN],
  ['output.elasticsearch, its queue in memory', IN_MEMORY, ELASTICSEARCH],
] as const) {
  describe(`an agent with ${name}, and a server that`, function () {
    this.timeout(60_000)
    let place: Workplace
    let bulk: Bulk
    let agent: Running
    const results: Result[] = []

    before(async function () {
      needsLinux.call(this)
      place = new Workplace({ 'taken.txt': '' })
      bulk = await Bulk.start(place.path('received.txt'))
      agent = start(false)
      await bulk.takesMore()
    })
    after(async () => {
      place?.remove()
      await bulk?.stop()
    })

    function start(quiet: boolean): Running {
      const plugin = (file: string) => `${ROOT}dist/test/bulk/${file}.js`
      place.write({
        'beat.yml': `beats: [{ type: ${plugin('steady')}, taken: ${place.path('taken.txt')}, quiet: ${quiet} }]
${queue}
logging.metrics.period: 1s
logging.level: debug
seccomp.required: true
shutdown_timeout: 20s
output.main:
  ${output(bulk.port)}
  workers: ${WORKERS}
  bulk_max_size: ${BATCH}
  timeout: 300ms
  backoff: { init: 5ms, max: 20ms }
`,
      })
      return place.start('run', '--strict.perms=false')
    }

    it('refuses a third of the documents once, each of which it is sent again', async () => {
      await bulk.control({ items: { throttlesThirds: true } })
      await bulk.takesMore(10 * BATCH)
      await bulk.control({})
      await bulk.takesMore()
    })

    it('refuses all documents for a while, as the cluster is blocked', async () => {
      await bulk.control({ items: { blocks: 10 } })
      await bulk.takesMore()
    })

    for (const [what, fault, times] of FAULTS) {
      it(what, async () => {
        const before = (await bulk.stats()).faults[fault.do] ?? 0
        await bulk.during([{ fault, share: 0.5, times }], ({ faults }) => {
          return (faults[fault.do] ?? 0) >= before + times
        })
        await bulk.takesMore()
      })
    }

    it('cuts the connection at every byte of an answer', async () => {
      const head = 80
      const fault = { do: 'cut', at: 0 } as const
      await bulk.during([{ fault, times: head + 60 }], ({ faults }) => {
        return (faults['cut'] ?? 0) >= head + 60
      })
      await bulk.during([{ fault: { ...fault, at: 1000 }, times: 20 }], ({ faults }) => {
        return (faults['cut'] ?? 0) >= head + 80
      })
      await bulk.takesMore()
    })

    it('sends an endless answer, without which the agent takes as much memory', async () => {
      const before = rssOf(agent.pid)
      let most = 0
      await bulk.during([{ fault: { do: 'endless' }, times: 60 }], ({ faults }) => {
        most = Math.max(most, rssOf(agent.pid))
        return (faults['endless'] ?? 0) >= 60
      })
      expect((most - before) / 2 ** 20).to.be.below(60)
      await bulk.takesMore()
    })

    it('does all of that at once', async () => {
      const behaviours = FAULTS.filter(([, { do: what }]) => what !== 'retryAfter').map(
        ([, fault]): Behaviour => ({ fault, share: 0.04 }),
      )
      const more: Behaviour[] = [
        { fault: { do: 'cut', at: 0 }, share: 0.04 },
        { fault: { do: 'endless' }, share: 0.02 },
      ]
      await bulk.control({ behaviours: [...behaviours, ...more], items: { throttlesThirds: true } })
      await bulk.takesMore(100 * BATCH)
      await bulk.control({})
      await bulk.takesMore()
    })

    it('has everything in the end, and nothing more often than had to be', async () => {
      agent.child.kill('SIGTERM')
      results.push(await agent.ended())
      // What is kept on the disk is for the next start.
      const taken = Number(readFileSync(place.path('taken.txt'), 'utf8').trim().split('\n').at(-1))
      const expected = Array.from({ length: taken }, (_, n) => n)
      const good = expected.filter(n => n % 50 !== 7)
      if (queue === ON_THE_DISK) {
        const next = start(true)
        await next.logged('Running')
        while (new Set(received()).size < good.length) await sleep(50)
        next.child.kill('SIGTERM')
        results.push(await next.ended())
      }
      expect([...new Set(received())].sort((a, b) => a - b)).to.deep.equal(good)
      const { taken: all, repeated, elsewhere, impatient, faults } = await bulk.stats()
      expect(all - good.length).to.equal(repeated)
      // Of a write that failed the server may have taken everything.
      const failed = results.flatMap(failuresIn)
      expect(Math.max(...failed)).to.be.at.most(BATCH)
      expect(Object.values(faults).reduce((sum, times) => sum + times)).to.be.above(200)
      const doubtful = failed.reduce((sum, events) => sum + events, 0)
      // What was settled behind an event that was not, when the agent ended, was sent again by the next start.
      const again = restored() - kept()
      expect(again).to.be.within(0, WINDOW)
      expect(repeated).to.be.within(1, doubtful + again)
      expect({ elsewhere, impatient }).to.deep.equal({ elsewhere: 0, impatient: 0 })
      const bad = expected.filter(n => n % 50 === 7)
      expect([...dead()].sort((a, b) => a.n - b.n)).to.deep.equal(
        bad.map(n => ({ n, reason: 'mapper_parsing_exception', status: 400 })),
      )
    })

    it('is no reason for an error, for a count that is wrong, or for a line that tells an event', () => {
      for (const { code, stderr, log } of results) {
        expect(code, stderr.slice(-2000)).to.equal(0)
        const lines = metricsIn(log)
        expect(sumsOf(lines).map(unaccounted)).to.deep.equal(lines.map(() => 0))
        expect(stderr).not.to.include('steady:')
        expect(log.filter(({ message }) => message.startsWith('Events lost'))).to.deep.equal([])
      }
      const events: Record<string, number> = Object(lineOf(results[0], 'Stopped')?.['events'])
      expect(events['lost_pauses']).to.be.above(50)
      expect(events['throttled_pauses']).to.be.above(20)
      const [running, stopped] = ['Running', 'Stopped'].map(begin => timeOf(results[0], begin))
      const periods = Math.trunc((Number(stopped) - Number(running)) / 1000)
      expect(metricsIn(results[0]?.log ?? []).length).to.be.within(periods - 1, periods + 2)
      // A queue in memory holds the beat up while the server takes nothing; that on the disk does not.
      const isHeldUp = queue === IN_MEMORY
      expect(blockedMsIn(results[0]?.log ?? []) > 1000).to.equal(isHeldUp)
    })

    const received = () =>
      readFileSync(place.path('received.txt'), 'utf8')
        .trim()
        .split('\n')
        .map(id => Number(id.split(':')[1]))

    const [kept, restored] = [
      () => Number(lineOf(results[0], 'Events kept')?.['kept'] ?? 0),
      () => Number(Object(lineOf(results[1], 'Stopped')?.['events']).restored ?? 0),
    ]

    function dead() {
      const folder = place.path('data/dead-letter/main')
      const files = readdirSync(folder).filter(file => file.endsWith('.ndjson'))
      return files
        .flatMap(file => readFileSync(`${folder}/${file}`, 'utf8').split('\n').slice(0, -1))
        .map(line => {
          const { reason, status, event } = JSON.parse(line)
          return { n: Number(String(event.id).split(':')[1]), reason, status }
        })
    }
  })
}

/** For how long the beat waited for room. */
function blockedMsIn(log: readonly LogLine[]): number {
  const beats = log.map(({ monitoring }) => Object(Object(monitoring).metrics).beats)
  return beats.reduce((sum, beat) => sum + (Object(beat).steady?.blocked_ms ?? 0), 0)
}

/** The events of each write that failed. */
function failuresIn({ log }: Result): readonly number[] {
  return log.flatMap(({ message, events }) => (message === 'Output failed' ? Number(events) : []))
}

function lineOf(result: Result | undefined, begin: string): LogLine | undefined {
  return result?.log.find(({ message }) => message.startsWith(begin))
}

function timeOf(result: Result | undefined, begin: string): number {
  return Date.parse(String(lineOf(result, begin)?.['@timestamp']))
}
