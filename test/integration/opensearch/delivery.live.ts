import { openSearch } from '../../../tools/integration/opensearch/opensearch.ts'
import { deliverySuite } from '../delivery-suite.ts'
import { startedServer } from '../started.ts'

describe('output.elasticsearch and OpenSearch', () => {
  const server = startedServer(openSearch)
  const output = ({ port }: { readonly port: number }) => [
    ...['type: elasticsearch', `hosts: ['127.0.0.1:${port}']`, 'workers: 2'],
  ]

  deliverySuite({ what: 'without ids', server, output, inFlight: 2 })

  deliverySuite({
    ...{ what: 'with ids', server, output, inFlight: 2, isExactlyOnce: true },
    more: ['processors: [{ add_id: {} }]'],
  })
})
