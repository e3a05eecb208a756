import { deepStrictEqual, strictEqual } from 'node:assert'
import { createSocket, type Socket } from 'node:dgram'
import { ADDRCONFIG } from 'node:dns'
import * as dns from 'node:dns/promises'
import { once } from 'node:events'
import { createServer, type Server } from 'node:net'
import { type Phase, tolerate } from './phase.ts'

/** Both ways of name resolution: libc's getaddrinfo on the pool, and c-ares on the event loop. */
export const names: Phase = {
  name: 'names',
  async run() {
    await throughLibc()
    await throughAres()
  },
}

const UNRESOLVED = ['ENOTFOUND', 'EAI_AGAIN', 'ENODATA', 'ECONNREFUSED', 'ETIMEOUT', 'ESERVFAIL']

async function throughLibc(): Promise<void> {
  await dns.lookup('localhost', { all: true })
  await dns.lookup('localhost', { family: 4, hints: ADDRCONFIG })
  await tolerate(UNRESOLVED, () => dns.lookup('localhost', { family: 6 }))
  // Queries the name servers of resolv.conf, whether they answer or not.
  await tolerate(UNRESOLVED, () => dns.lookup('sealbeat.invalid'))
  await tolerate(UNRESOLVED, () => dns.lookup('sealbeat.invalid', { hints: ADDRCONFIG }))
  await tolerate(UNRESOLVED, () => dns.lookupService('127.0.0.1', 80))
}

async function throughAres(): Promise<void> {
  const { udp, tcp, port } = await nameServer()
  answerDatagrams(udp)
  answerStreams(tcp)
  const resolver = new dns.Resolver({ timeout: 2000, tries: 2 })
  resolver.setServers([`127.0.0.1:${port}`])
  deepStrictEqual(await resolver.resolve4('short.test'), ['192.0.2.1'])
  deepStrictEqual(await resolver.resolve4('long.test'), ['192.0.2.1'])
  strictEqual(resolver.getServers().length, 1)
  resolver.cancel()
  udp.close()
  tcp.close()
  dns.getServers()
}

/** A name server has the same port for UDP and TCP, but a port free for one may be taken for the other. */
async function nameServer() {
  for (let tries = 1; ; tries++) {
    const udp = createSocket('udp4')
    udp.bind(0, '127.0.0.1')
    await once(udp, 'listening')
    const { port } = udp.address()
    const tcp = createServer().listen(port, '127.0.0.1')
    try {
      await once(tcp, 'listening')
      return { udp, tcp, port }
    } catch (error) {
      udp.close()
      if (tries === 20) throw error
    }
  }
}

/** Answers queries; names that begin with `long` get the truncation bit, so the client retries over TCP. */
function answerDatagrams(socket: Socket): void {
  socket.on('message', (query, { port, address }) => {
    socket.send(answer(query, query.includes('long')), port, address)
  })
}

function answerStreams(server: Server): void {
  server.on('connection', connection => {
    connection.once('data', query => {
      const reply = answer(query.subarray(2), false)
      const length = Buffer.alloc(2)
      length.writeUInt16BE(reply.length)
      connection.end(Buffer.concat([length, reply]))
    })
    connection.on('error', () => {})
  })
}

/** RFC 1035: the query's header and question, and one address record or the truncation bit. */
function answer(query: Buffer, truncated: boolean): Buffer {
  const end = query.indexOf(0, 12) + 5
  const header = Buffer.from(query.subarray(0, 12))
  header.writeUInt16BE(truncated ? 0x8380 : 0x8180, 2)
  header.writeUInt16BE(truncated ? 0 : 1, 6)
  header.writeUInt16BE(0, 10)
  const record = Buffer.from([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 192, 0, 2, 1])
  const parts = [header, query.subarray(12, end), ...(truncated ? [] : [record])]
  return Buffer.concat(parts)
}
