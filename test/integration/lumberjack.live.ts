import { lumberjack } from '../../tools/integration/lumberjack/lumberjack.ts'
import { deliverySuite } from './delivery-suite.ts'
import { startedServer } from './started.ts'

describe('output.logstash and the server of go-lumber', () => {
  const server = startedServer(lumberjack)

  deliverySuite({
    // Of each worker two batches are on their way (pipelining).
    ...{ what: 'Lumberjack', server, inFlight: 4 },
    output: ({ port }) => ['type: logstash', `hosts: ['127.0.0.1:${port}']`, 'workers: 2'],
  })
})
