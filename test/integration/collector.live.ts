import { collector } from '../../tools/integration/collector/collector.ts'
import { deliverySuite } from './delivery-suite.ts'
import { startedServer } from './started.ts'

describe('output.otlp and an OpenTelemetry Collector', () => {
  const server = startedServer(collector)

  deliverySuite({
    ...{ what: 'OTLP', server, inFlight: 2 },
    output: ({ port }) => ['type: otlp', `endpoint: http://127.0.0.1:${port}`, 'workers: 2'],
  })
})
