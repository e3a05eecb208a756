import output from '../../../lib/outputs/syslog/syslog.ts'
import { checkOutput } from '../../../lib/testing/index.ts'
import { RelpServer } from './relp-server.ts'
import { DatagramServer, StreamServer } from './unconfirmed-servers.ts'

const module = new URL('../../../lib/outputs/syslog/syslog.js', import.meta.url)

describe('output.syslog keeps the contract of outputs', function () {
  this.timeout(120_000)

  it('over RELP', async () => {
    const server = new RelpServer()
    server.answer = message => (message.includes('"refused"') ? '500 no' : '200 OK')
    await server.listen()
    await checkOutput(output, {
      timeoutMs: 2000,
      peer: {
        port: server.port,
        config: port => ({ hosts: [`127.0.0.1:${port}`] }),
        answersEach: true,
        received: () => server.messages.join('\n'),
        refuses: {
          retry: [{ message: 'refused' }],
          reject: [{ message: 'long', text: 'x'.repeat(9_000) }],
        },
      },
      module,
    })
    await server.close()
  })

  // Without a peer, as nothing is known of one: a message is confirmed when the kernel has it.
  it('over TCP', async () => {
    const server = new StreamServer()
    const config = { protocol: 'tcp', hosts: [`127.0.0.1:${await server.listen()}`] }
    await checkOutput(output, { config, module })
    await server.close()
  })

  it('over UDP', async () => {
    const server = new DatagramServer()
    const config = { protocol: 'udp', hosts: [`127.0.0.1:${await server.listen()}`] }
    await checkOutput(output, { config, module })
    await server.close()
  })
})
