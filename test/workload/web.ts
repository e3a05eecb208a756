import { strictEqual } from 'node:assert'
import { once } from 'node:events'
import type * as Http from 'node:http'
import * as http2 from 'node:http2'
import * as https from 'node:https'
import { createRequire } from 'node:module'
import type { AddressInfo, Server } from 'node:net'
import { buffer, text } from 'node:stream/consumers'
import * as tls from 'node:tls'
import type { Phase } from './phase.ts'

/** Required: under --jitless, Node 22 ends with an uncaught error where an ES module imports it. */
export const http: typeof Http = createRequire(import.meta.url)('node:http')

/** HTTP/1.1, TLS and HTTP/2, each as server and client, and fetch. */
export const web: Phase = {
  name: 'web',
  async run() {
    await plain()
    await overTls()
    await secure()
    await multiplexed()
  },
}

async function listening(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return (server.address() as AddressInfo).port
}

async function plain(): Promise<void> {
  const server = http.createServer((request, response) => request.pipe(response))
  const port = await listening(server)
  const agent = new http.Agent({ keepAlive: true, maxSockets: 2 })
  for (let i = 0; i < 5; i++) strictEqual(await post(http.request, { port, agent }), 100_000)
  // Its parser is WebAssembly, which --jitless does without.
  if ('WebAssembly' in globalThis) await fetched(port)
  agent.destroy()
  server.closeAllConnections()
  server.close()
}

async function fetched(port: number): Promise<void> {
  const answer = await fetch(`http://127.0.0.1:${port}/`, { method: 'POST', body: 'fetched' })
  strictEqual(await answer.text(), 'fetched')
}

async function post(request: typeof Http.request, options: https.RequestOptions): Promise<number> {
  const sent = request({ host: '127.0.0.1', method: 'POST', ...options })
  sent.end('x'.repeat(100_000))
  const [response] = (await once(sent, 'response')) as [Http.IncomingMessage]
  return (await buffer(response)).length
}

/** A pre-shared key avoids a certificate; the system calls are the same. */
const psk = Buffer.alloc(32, 7)
const SERVER = { pskCallback: () => psk, ciphers: 'PSK', maxVersion: 'TLSv1.2' } as const
const CLIENT = {
  pskCallback: () => ({ psk, identity: 'workload' }),
  ciphers: 'PSK',
  maxVersion: 'TLSv1.2',
  checkServerIdentity: () => undefined,
} as const

async function overTls(): Promise<void> {
  const server = tls.createServer(SERVER, socket => socket.pipe(socket))
  const port = await listening(server)
  const client = tls.connect({ port, host: '127.0.0.1', ...CLIENT })
  await once(client, 'secureConnect')
  client.end('over TLS')
  strictEqual(await text(client), 'over TLS')
  server.close()
  tls.createSecureContext()
}

async function secure(): Promise<void> {
  const server = https.createServer(SERVER, (request, response) => request.pipe(response))
  const port = await listening(server)
  const agent = new https.Agent({ keepAlive: true })
  const options = { port, agent, ...CLIENT }
  strictEqual(await post(https.request, options), 100_000)
  agent.destroy()
  server.closeAllConnections()
  server.close()
}

async function multiplexed(): Promise<void> {
  const server = http2.createServer((request, response) => request.pipe(response))
  const port = await listening(server)
  const session = http2.connect(`http://127.0.0.1:${port}`)
  const streams = Array.from({ length: 5 }, () => {
    const stream = session.request({ ':method': 'POST', ':path': '/' })
    stream.end('multiplexed')
    return text(stream)
  })
  for (const answer of await Promise.all(streams)) strictEqual(answer, 'multiplexed')
  session.close()
  server.close()
}
