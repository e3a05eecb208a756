import { expect } from 'chai'
import type { Server } from '../../tools/integration/server.ts'
import { metricsIn, sumsOf, unaccounted } from '../faults/metrics-lines.ts'
import { CountingAgent } from './agent.ts'

export const EVENTS: number = Number(process.env['EVENTS'] ?? 100_000)
const BATCH = 500

interface Delivery {
  readonly what: string
  /** The started server. */
  server(): Server
  /** The lines of the output's section. */
  output(server: Server): readonly string[]
  /** How many batches are on their way at once, to all servers together. */
  readonly inFlight: number
  /** Further lines of the configuration. */
  readonly more?: readonly string[]
  /** The Node that the agent runs on, if that of this process does not do. */
  readonly node?: string | undefined
  /** Whether a server finds out that it has an event already. */
  readonly isExactlyOnce?: boolean
  /** Whether a kill takes what the server has confirmed. Then it is restarted in an orderly way twice. */
  readonly losesByKills?: boolean
}

/** Sends events while the server is killed once and restarted once. */
export function deliverySuite(delivery: Delivery): void {
  const { what, inFlight, isExactlyOnce = false, losesByKills = false } = delivery
  const most = isExactlyOnce ? 0 : 2 * inFlight * BATCH
  const times = isExactlyOnce ? 'exactly once' : `at least once, at most ${most} of them twice`

  it(`${what}: has each of ${EVENTS} events ${times}, though it is ${losesByKills ? 'restarted twice' : 'killed and restarted'}`, async function () {
    this.timeout(600_000)
    const server = delivery.server()
    const prefix = what.replaceAll(/\W+/g, '-')
    const output = [...delivery.output(server), ...OF_ALL]
    const more = delivery.more ?? []
    const node = delivery.node === undefined ? {} : { node: delivery.node }
    const agent = new CountingAgent({ events: EVENTS, prefix, output, more, ...node })
    try {
      await agent.hasConfirmed(EVENTS * 0.2)
      await server.restart(losesByKills ? 'orderly' : 'killed')
      await agent.hasConfirmed(EVENTS * 0.6)
      expect(agent.confirmed, 'it was under way').to.be.below(EVENTS)
      await server.restart('orderly')
      const { code, stderr, log } = await agent.running.ended()
      expect(code, stderr.slice(-3000)).to.equal(0)
      const counts = Object(log.find(({ message }) => message === 'Stopped')?.['events'])
      expect(counts).to.include({ published: EVENTS, acked: EVENTS })
      expect(sumsOf(metricsIn(log)).filter(sum => unaccounted(sum) !== 0)).to.deep.equal([])
      const { missing, repeated, strange } = await found(server, prefix)
      console.log(`      ${repeated} of ${EVENTS} events twice`)
      expect({ missing, strange }).to.deep.equal({ missing: [], strange: [] })
      expect(repeated).to.be.at.most(most)
    } finally {
      agent.remove()
    }
  })
}

const OF_ALL = [`bulk_max_size: ${BATCH}`, 'backoff: { init: 50ms, max: 1s }']

interface Found {
  readonly missing: readonly number[]
  readonly repeated: number
  readonly strange: readonly string[]
}

async function found(server: Server, prefix: string): Promise<Found> {
  const times = new Uint8Array(EVENTS)
  const strange: string[] = []
  let repeated = 0
  for await (const id of server.events()) {
    const [begin, number] = id.split(':')
    if (begin !== prefix) continue
    const n = Number(number)
    const before = times[n]
    if (before === undefined) strange.push(id)
    else if (before > 0) repeated++
    times[n] = 1
  }
  const missing = [...times.keys()].filter(n => times[n] === 0).slice(0, 20)
  return { missing, repeated, strange }
}
