import { redis } from '../../tools/integration/debian/redis.ts'
import { deliverySuite } from './delivery-suite.ts'
import { startedServer } from './started.ts'

describe('output.redis and Redis', () => {
  const server = startedServer(redis)

  deliverySuite({
    ...{ what: 'lists', server, inFlight: 2 },
    output: ({ port }) => ['type: redis', `hosts: ['127.0.0.1:${port}']`, 'workers: 2'],
  })
})
