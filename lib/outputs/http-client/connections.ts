// The connections of one output to one server: kept alive, verified, by way of a proxy where there is one.

import type * as Http from 'node:http'
import { connect as connectTcp, type Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { connectTls } from '../tls/connect.ts'
import type { Credentials } from '../tls/credentials.ts'
import type { SslSettings } from '../tls/ssl-settings.ts'
import { basic } from './access.ts'
import type { HttpHost } from './hosts.ts'
import { http } from './node-http.ts'

interface ConnectionsOptions {
  readonly host: HttpHost
  readonly ssl: SslSettings
  readonly credentials: Credentials
  /** Undefined: straight. */
  readonly proxy: HttpHost | undefined
}

/** How long an idle connection is kept. Servers close theirs after a minute or later. */
const KEEP_ALIVE_MS = 30_000

/** The longest that a proxy may take to connect. */
const CONNECT_MS = 30_000

type Done = (error: Error | null, socket?: Duplex) => void

/** An agent of node:http for one server. After `closing` it connects no more. */
export function connectionsTo(options: ConnectionsOptions, closing: AbortSignal): Http.Agent {
  const agent = new http.Agent({ keepAlive: true, timeout: KEEP_ALIVE_MS, scheduling: 'lifo' })
  agent.createConnection = (_: unknown, done?: unknown) => {
    const settle = done as Done
    open(options, closing).then(
      socket => settle(null, socket),
      (error: Error) => settle(error),
    )
    // The connection comes by the callback.
    return undefined as never
  }
  return agent
}

async function open(
  { host, ssl, credentials, proxy }: ConnectionsOptions,
  closing: AbortSignal,
): Promise<Duplex> {
  closing.throwIfAborted()
  const signal = AbortSignal.any([closing, AbortSignal.timeout(CONNECT_MS)])
  const target = { host: host.host, port: host.port, signal }
  // Plain requests are sent to the proxy, with the whole URL in the request line: request.ts.
  if (!host.isSecure) return tcp(proxy ?? host, signal)
  if (proxy === undefined) return connectTls(target, ssl, credentials)
  return connectTls({ ...target, socket: await tunnel(host, proxy, signal) }, ssl, credentials)
}

function tcp(
  { host, port }: Pick<HttpHost, 'host' | 'port'>,
  signal: AbortSignal,
): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connectTcp({ host, port })
    const abort = () => socket.destroy(signal.reason)
    signal.addEventListener('abort', abort, { once: true })
    socket.once('error', reject)
    socket.once('connect', () => {
      signal.removeEventListener('abort', abort)
      socket.off('error', reject)
      socket.setNoDelay(true)
      socket.setKeepAlive(true, KEEP_ALIVE_MS)
      resolve(socket)
    })
  })
}

/** RFC 9110, 9.3.6. */
function tunnel(host: HttpHost, proxy: HttpHost, signal: AbortSignal): Promise<Socket> {
  const name = host.host.includes(':') ? `[${host.host}]` : host.host
  const authority = `${name}:${host.port}`
  return new Promise((resolve, reject) => {
    const request = http.request({
      ...{ host: proxy.host, port: proxy.port, method: 'CONNECT', path: authority, signal },
      headers: { host: authority, ...proxyAuthorization(proxy) },
    })
    request.once('connect', ({ statusCode = 0 }, socket) => {
      if (statusCode === 200) return resolve(socket as Socket)
      socket.destroy()
      reject(new Error(`the proxy ${proxy.title} refuses to connect: HTTP ${statusCode}`))
    })
    request.once('response', response => {
      response.destroy()
      reject(new Error(`the proxy ${proxy.title} answers HTTP ${response.statusCode} to CONNECT`))
    })
    request.once('error', reject)
    request.end()
  })
}

export function proxyAuthorization({ userInfo }: HttpHost): Record<string, string> {
  if (userInfo === undefined) return {}
  return { 'proxy-authorization': basic(userInfo) }
}
