import { createReadStream } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { ServerKind } from '../../tools/integration/server.ts'
import { freePort, ServerProcess } from '../../tools/integration/server-process.ts'
import { ROOT } from '../docs/page.ts'
import { deliverySuite } from './delivery-suite.ts'
import { startedServer } from './started.ts'

/** The server of test/bulk. It has an id once for each time that it was sent. */
const bulkServer: ServerKind = {
  name: 'bulk',
  needs: 'nothing',
  get: async () => 'of this repository',
  async start(folder) {
    const port = await freePort()
    const file = join(folder, 'received.txt')
    const command = [process.execPath, `${ROOT}dist/test/bulk/server.js`, file, String(port)]
    const server = await ServerProcess.start({ name: 'bulk', folder, port, command })
    return {
      port,
      restart: how => server.restart(how),
      stop: () => server.stop(),
      events: () => createInterface({ input: createReadStream(file) }),
    }
  },
}

describe('the receivers of `make test`, held by what real servers are held by', () => {
  const server = startedServer(bulkServer)

  deliverySuite({
    ...{ what: 'output.elasticsearch', server, inFlight: 2 },
    output: ({ port }) => [
      ...['type: elasticsearch', `hosts: ['127.0.0.1:${port}']`, 'workers: 2'],
    ],
  })
})
