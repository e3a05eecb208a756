import { expect } from 'chai'
import {
  type ClusterNode,
  freeNodes,
  kafka,
  messagesOf,
  startNode,
} from '../../../tools/integration/kafka/kafka.ts'
import type { ServerProcess } from '../../../tools/integration/server-process.ts'
import { isWanted } from '../../../tools/integration/servers.ts'
import { skip } from '../../live.ts'
import { temporaryFolder } from '../../outputs/folder.ts'
import { MODULE, NO_NEWER_NODE, newerNode } from '../../outputs/kafka/newer-node.ts'
import { CountingAgent } from '../agent.ts'
import { EVENTS } from '../delivery-suite.ts'

const BATCH = 500
const WORKERS = 2
const COPIES = { 'default.replication.factor': '3', 'min.insync.replicas': '2' }

describe('output.kafka and three brokers, one of which ends', function () {
  this.timeout(300_000)
  const node = newerNode()
  const folder = temporaryFolder()
  let nodes: readonly ClusterNode[] = []
  let brokers: readonly ServerProcess[] = []

  before(async function () {
    if (node === undefined) skip(this, NO_NEWER_NODE)
    if (!isWanted(kafka)) skip(this, 'kafka is not among SERVERS')
    const reason = await kafka.get().then(
      () => undefined,
      ({ message }) => `kafka: ${message}; needs ${kafka.needs}`,
    )
    if (reason !== undefined) skip(this, reason)
    nodes = await freeNodes(3)
    // None of them is ready without a majority.
    brokers = await Promise.all(nodes.map(each => startNode(folder.path, each, nodes, COPIES)))
  })
  after(async () => {
    await Promise.all(brokers.map(broker => broker.stop()))
    folder.remove()
  })

  for (const how of ['killed', 'orderly'] as const) {
    it(`the others have each of ${EVENTS} events at least once (${how})`, async () => {
      const output = [
        ...[`type: ${MODULE}`, `topic: ${how}`, `workers: ${WORKERS}`, `bulk_max_size: ${BATCH}`],
        'backoff: { init: 50ms, max: 1s }',
        // The others are found by the one that ends.
        `hosts: ['127.0.0.1:${nodes[0]?.port}']`,
      ]
      const agent = new CountingAgent({ events: EVENTS, prefix: how, output, node: String(node) })
      try {
        await agent.hasConfirmed(EVENTS * 0.2)
        const isBack = brokers[0]?.restart(how)
        const { code, stderr, log } = await agent.running.ended()
        await isBack
        expect(code, stderr.slice(-3000)).to.equal(0)
        const counts = Object(log.find(({ message }) => message === 'Stopped')?.['events'])
        expect(counts).to.include({ acked: EVENTS, rejected: 0 })
        expect(counts.retried, 'it was under way').to.be.above(0)
        const times = new Map<string, number>()
        for await (const id of messagesOf(nodes[1]?.port ?? 0)) {
          if (id.startsWith(`${how}:`)) times.set(id, (times.get(id) ?? 0) + 1)
        }
        const repeated = [...times.values()].filter(count => count > 1).length
        console.log(`      ${repeated} of ${EVENTS} events twice`)
        expect(times.size).to.equal(EVENTS)
        expect(repeated).to.be.at.most(WORKERS * BATCH)
      } finally {
        agent.remove()
      }
    })
  }
})
