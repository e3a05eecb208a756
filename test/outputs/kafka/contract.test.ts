import { checkOutput } from '../../../lib/testing/index.ts'
import output from '../../../packages/kafka/src/index.ts'
import { Broker } from './broker.ts'
import { needsNewerNode } from './newer-node.ts'

describe('output.kafka keeps the contract of outputs', function () {
  this.timeout(60_000)
  const broker = new Broker()
  const config = { topic: 'events', partition: 'random' }

  before(async function () {
    needsNewerNode.call(this)
    await broker.listen()
  })
  after(() => broker.close())

  it('with a broker that fails, or refuses a message', async () => {
    broker.judge = messages => {
      const wrong = messages.flatMap(({ value }, at) => (value.includes('refused') ? [at] : []))
      return wrong.length > 0 ? { code: 87, wrong } : { code: 0 }
    }
    await checkOutput(output, {
      config,
      timeoutMs: 2000,
      peer: {
        port: broker.port,
        config: port => {
          // Clients are sent to the port by which they came.
          broker.advertised = port
          return { hosts: [`127.0.0.1:${port}`] }
        },
        received: () => broker.values.join('\n'),
        refuses: { reject: [{ message: 'refused' }] },
      },
    })
  })

  it('under the filter', async () => {
    broker.advertised = broker.port
    await checkOutput(output, {
      config: { ...config, hosts: [`127.0.0.1:${broker.port}`] },
      timeoutMs: 2000,
      module: new URL('../../../packages/kafka/src/index.js', import.meta.url),
    })
  })
})
