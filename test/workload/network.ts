import { strictEqual } from 'node:assert'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import {
  type AddressInfo,
  BlockList,
  connect,
  createServer,
  type Server,
  type Socket,
} from 'node:net'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { type Phase, tolerate } from './phase.ts'

/** Streams over TCP and over sockets in the file system. */
export const network: Phase = {
  name: 'network',
  async run(folder) {
    await conversation({ host: '127.0.0.1', port: 0 })
    await tolerate(['EADDRNOTAVAIL', 'EAFNOSUPPORT'], () => conversation({ host: '::1', port: 0 }))
    await conversation({ host: '::', port: 0, ipv6Only: true }).catch(() => {})
    await conversation({ path: join(folder, 'socket') })
    // A name of its own: abstract names belong to the network namespace, and other agents work there too.
    await conversation({ path: `\0sealbeat-workload-${randomUUID()}` })
    await refusals()
    await reset()
    await manyAtOnce()
  },
}

interface Place {
  readonly host?: string
  readonly port?: number
  readonly path?: string
  readonly ipv6Only?: boolean
}

async function listen(place: Place, serve: (socket: Socket) => void): Promise<Server> {
  const server = createServer({ allowHalfOpen: true, noDelay: true, keepAlive: true }, serve)
  server.listen({ ...place, backlog: 128 })
  await once(server, 'listening')
  return server
}

function addressOf(server: Server): { host: string; port: number } | { path: string } {
  const address = server.address() as AddressInfo | string
  if (typeof address === 'string') return { path: address }
  return { host: address.address, port: address.port }
}

async function conversation(place: Place): Promise<void> {
  const server = await listen(place, socket => socket.pipe(socket))
  const client = connect({ ...addressOf(server), allowHalfOpen: true })
  await once(client, 'connect')
  client.setNoDelay(true)
  client.setKeepAlive(true, 1000)
  client.setTimeout(5000)
  client.write('hello ')
  client.cork()
  client.write('wor')
  client.end('ld')
  strictEqual(await text(client), 'hello world')
  await new Promise(resolve => server.getConnections(resolve))
  server.close()
  await once(server, 'close')
}

async function refusals(): Promise<void> {
  const server = await listen({ host: '127.0.0.1', port: 0 }, () => {})
  const address = addressOf(server)
  server.close()
  await once(server, 'close')
  const refused = connect(address)
  strictEqual(((await once(refused, 'error'))[0] as NodeJS.ErrnoException).code, 'ECONNREFUSED')
  // Tries one address family after the other.
  const either = connect({ host: 'localhost', port: 1, autoSelectFamily: true })
  await once(either, 'error')
  const blocked = new BlockList()
  blocked.addAddress('192.0.2.1')
}

async function reset(): Promise<void> {
  const server = await listen({ host: '127.0.0.1', port: 0 }, socket =>
    socket.on('error', () => {}),
  )
  const client = connect({ ...addressOf(server), localAddress: '127.0.0.1' })
  await once(client, 'connect')
  client.resetAndDestroy()
  await once(client, 'close')
  server.close()
}

async function manyAtOnce(): Promise<void> {
  const server = await listen({ host: '127.0.0.1', port: 0 }, socket => {
    socket.resume().end('x'.repeat(1e6))
  })
  const address = addressOf(server)
  const all = Array.from({ length: 40 }, () => text(connect(address)))
  for (const received of await Promise.all(all)) strictEqual(received.length, 1e6)
  server.close()
}
