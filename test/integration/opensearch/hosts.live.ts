import { expect } from 'chai'
import { openSearch } from '../../../tools/integration/opensearch/opensearch.ts'
import { freePort } from '../../../tools/integration/server-process.ts'
import { CountingAgent } from '../agent.ts'
import { LateProxy } from '../proxy.ts'
import { startedServer } from '../started.ts'
import { SearchApi } from './api.ts'

const EVENTS = 10_000
const BATCH = 200

/** Three addresses of one node: one that nobody listens at, one whose answers are late, one that is in order. */
describe('the hosts of output.elasticsearch and OpenSearch', function () {
  this.timeout(120_000)
  const server = startedServer(openSearch)
  let down: number
  let late: LateProxy
  let prompt: LateProxy
  let agent: CountingAgent | undefined

  beforeEach(async () => {
    down = await freePort()
    late = new LateProxy(server().port)
    prompt = new LateProxy(server().port)
    await late.open()
    await prompt.open()
  })
  afterEach(async () => {
    agent?.remove()
    await late.shut()
    await prompt.shut()
  })

  function start(index: string, ports: readonly number[], loadbalance: boolean): CountingAgent {
    const output = [
      ...['type: elasticsearch', `index: ${index}`, `loadbalance: ${loadbalance}`],
      `hosts: [${ports.map(port => `'127.0.0.1:${port}'`)}]`,
      ...[`bulk_max_size: ${BATCH}`, 'backoff: { init: 50ms, max: 200ms }'],
    ]
    agent = new CountingAgent({ events: EVENTS, prefix: index, output })
    return agent
  }

  async function hasAll(of: CountingAgent, index: string): Promise<readonly string[]> {
    const { code, stderr, log } = await of.running.ended()
    expect(code, stderr.slice(-3000)).to.equal(0)
    expect(await new SearchApi(server().port).count(index)).to.equal(EVENTS)
    return log.map(({ message }) => message)
  }

  it('share the events by how fast they are, and one that is down holds nothing up', async () => {
    late.lateMs = 2_000
    const messages = await hasAll(start('shared', [down, late.port, prompt.port], true), 'shared')
    expect(late.answers).to.be.above(0)
    // Each is asked for as many batches at once. One whose answers take two seconds has few of them meanwhile.
    expect(prompt.answers).to.be.at.least(3 * late.answers)
    // A write goes on to the next host by itself.
    expect(messages).not.to.include('Output failed')
  })

  it('get all events as long as they do not fail, without load balancing; then the next one', async () => {
    late.lateMs = 50
    const running = start('single', [down, prompt.port, late.port], false)
    await running.hasConfirmed(EVENTS / 4)
    expect(late.answers).to.equal(0)
    await prompt.shut()
    await running.hasConfirmed(EVENTS / 2)
    expect(late.answers).to.be.above(0)
    await prompt.open()
    await hasAll(running, 'single').catch(error => {
      // What was cut may have been taken: at most the batches on their way.
      expect(error.actual - EVENTS).to.be.within(0, 2 * BATCH)
    })
  })
})
