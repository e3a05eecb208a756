import { strictEqual } from 'node:assert'
import { createSocket, type Socket, type SocketType } from 'node:dgram'
import { once } from 'node:events'
import { type Phase, tolerate } from './phase.ts'

export const datagrams: Phase = {
  name: 'datagrams',
  async run() {
    await exchange('udp4', '127.0.0.1')
    await tolerate(['EADDRNOTAVAIL', 'EAFNOSUPPORT'], () => exchange('udp6', '::1'))
    await options()
  },
}

async function exchange(type: SocketType, address: string): Promise<void> {
  const server = createSocket({ type, reuseAddr: true })
  server.bind(0, address)
  await once(server, 'listening')
  const client = createSocket(type)
  client.connect(server.address().port, address)
  await once(client, 'connect')
  const arrived = once(server, 'message')
  // Several at once: libuv sends them with one call.
  for (let i = 0; i < 5; i++) client.send(['part ', 'and part'])
  strictEqual(String((await arrived)[0]), 'part and part')
  client.remoteAddress()
  client.disconnect()
  await new Promise(resolve => client.send('x', server.address().port, address, resolve))
  client.close()
  server.close()
}

/** These calls need no network, but fail on a machine without one. */
async function options(): Promise<void> {
  const socket = createSocket({ type: 'udp4', reuseAddr: true })
  socket.bind(0)
  await once(socket, 'listening')
  socket.setBroadcast(true)
  socket.setTTL(8)
  socket.setMulticastTTL(2)
  socket.setMulticastLoopback(true)
  socket.setRecvBufferSize(1 << 16)
  socket.setSendBufferSize(1 << 16)
  socket.getRecvBufferSize()
  socket.getSendBufferSize()
  await tolerate(['ENODEV', 'EADDRNOTAVAIL'], async () => multicast(socket))
  socket.close()
  const sixth = createSocket({ type: 'udp6', ipv6Only: true })
  sixth.bind(0)
  const [event] = await Promise.race([
    once(sixth, 'listening').then(() => ['listening']),
    once(sixth, 'error').then(() => ['error']),
  ])
  if (event === 'listening') {
    sixth.setTTL(8)
    sixth.setMulticastTTL(2)
    sixth.setMulticastLoopback(false)
    await tolerate(['ENODEV', 'EADDRNOTAVAIL'], async () =>
      sixth.addMembership('ff02::114', '::%lo'),
    )
  }
  sixth.close()
}

function multicast(socket: Socket): void {
  socket.setMulticastInterface('127.0.0.1')
  socket.addMembership('224.0.0.114', '127.0.0.1')
  socket.dropMembership('224.0.0.114', '127.0.0.1')
  socket.addSourceSpecificMembership('127.0.0.1', '232.1.1.1', '127.0.0.1')
  socket.dropSourceSpecificMembership('127.0.0.1', '232.1.1.1', '127.0.0.1')
}
