import { join } from 'node:path'
import { checkOutput } from '../../lib/testing/index.ts'
import { temporaryFolder } from '../agent/temporary.ts'
import { BulkServer } from './bulk-server.ts'
import output from './output.ts'

describe('an output that speaks _bulk', () => {
  const folder = temporaryFolder()

  it('keeps the contract', async function () {
    this.timeout(120_000)
    const server = new BulkServer(join(folder.path, 'received.txt'))
    await server.listen()
    await checkOutput(output, {
      timeoutMs: 2000,
      peer: {
        port: server.port,
        config: port => ({ port }),
        received: () => [...server.ids].join('\n'),
        refuses: {
          retry: [{ id: 'busy:1', busy: true }],
          reject: [{ id: 'bad:1', bad: true }],
        },
      },
      module: new URL('./output.js', import.meta.url),
    })
    await server.close()
  })
})
