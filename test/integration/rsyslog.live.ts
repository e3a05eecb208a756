import { rsyslog } from '../../tools/integration/debian/rsyslog.ts'
import { deliverySuite } from './delivery-suite.ts'
import { startedServer } from './started.ts'

describe('output.syslog and rsyslog', () => {
  const server = startedServer(rsyslog)

  deliverySuite({
    ...{ what: 'RELP', server, inFlight: 2 },
    output: ({ port }) => [
      ...['type: syslog', 'protocol: relp', `hosts: ['127.0.0.1:${port}']`, 'workers: 2'],
    ],
  })
})
