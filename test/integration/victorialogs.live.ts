import { victoriaLogs } from '../../tools/integration/victorialogs/victorialogs.ts'
import { deliverySuite } from './delivery-suite.ts'
import { startedServer } from './started.ts'

type At = { readonly port: number }

describe('VictoriaLogs', () => {
  const server = startedServer(victoriaLogs)
  const fields = { _msg_field: 'message', _time_field: '@timestamp', _stream_fields: 'host.name' }

  deliverySuite({
    ...{ what: 'output.elasticsearch', server, inFlight: 2, losesByKills: true },
    output: ({ port }: At) => [
      ...['type: elasticsearch', 'workers: 2'],
      `hosts: ['http://127.0.0.1:${port}/insert/elasticsearch']`,
      `parameters: ${JSON.stringify(fields)}`,
    ],
  })

  deliverySuite({
    ...{ what: 'output.http', server, inFlight: 2, losesByKills: true },
    output: ({ port }: At) => [
      ...['type: http', 'workers: 2'],
      `url: http://127.0.0.1:${port}/insert/jsonline?${new URLSearchParams(fields)}`,
    ],
  })
})
