import output from '../../../lib/outputs/logstash/logstash.ts'
import { checkOutput } from '../../../lib/testing/index.ts'
import { LumberjackServer } from './lumberjack-server.ts'

describe('output.logstash', () => {
  for (const written of [{}, { slow_start: true, compression_level: 0, pipelining: 1 }]) {
    it(`keeps the contract of outputs, with ${JSON.stringify(written)}`, async function () {
      this.timeout(120_000)
      const server = new LumberjackServer()
      await server.listen()
      await checkOutput(output, {
        config: written,
        timeoutMs: 2000,
        peer: {
          port: server.port,
          config: port => ({ hosts: [`127.0.0.1:${port}`] }),
          received: () => server.events.join('\n'),
        },
        module: new URL('../../../lib/outputs/logstash/logstash.js', import.meta.url),
      })
      await server.close()
    })
  }
})
