import { kafka } from '../../../tools/integration/kafka/kafka.ts'
import { skip } from '../../live.ts'
import { MODULE, NO_NEWER_NODE, newerNode } from '../../outputs/kafka/newer-node.ts'
import { deliverySuite } from '../delivery-suite.ts'
import { startedServer } from '../started.ts'

describe('output.kafka and Kafka', () => {
  const node = newerNode()
  before(function () {
    if (node === undefined) skip(this, NO_NEWER_NODE)
  })
  const server = startedServer(kafka)

  deliverySuite({
    ...{ what: 'topics', server, inFlight: 2, node },
    output: ({ port }) => [
      ...[`type: ${MODULE}`, `hosts: ['127.0.0.1:${port}']`, 'topic: events', 'workers: 2'],
    ],
  })
})
