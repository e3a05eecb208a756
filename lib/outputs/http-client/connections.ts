// The connections of one output to one server: kept alive, verified, by way of a proxy where there is one.

import type * as Http from 'node:http'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { ConnectionError, connectionError, silentError } from '../connection/failures.ts'
import { openSocket } from '../connection/open-socket.ts'
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

/** The longest that connecting may take, TLS and a proxy included. */
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
  const silent = AbortSignal.timeout(CONNECT_MS)
  const signal = AbortSignal.any([closing, silent])
  const tls = { ssl, credentials }
  // Plain requests are sent to the proxy, with the whole URL in the request line: client.ts.
  const straight = host.isSecure ? host : (proxy ?? host)
  try {
    if (!host.isSecure) return await openSocket(straight, undefined, signal)
    if (proxy === undefined) return await openSocket(host, tls, signal)
    const dial = () => tunnel(host, proxy, signal)
    return await connectTls({ host: host.host, port: host.port, dial, signal }, ssl, credentials)
  } catch (error) {
    closing.throwIfAborted()
    throw silent.aborted
      ? silentError(straight, 'connecting', CONNECT_MS)
      : connectionError(error, straight)
  }
}

/** RFC 9110, 9.3.6. */
export async function tunnel(
  host: HttpHost,
  proxy: HttpHost,
  signal: AbortSignal,
): Promise<Socket> {
  const name = host.host.includes(':') ? `[${host.host}]` : host.host
  const authority = `${name}:${host.port}`
  const way = await openSocket(proxy, undefined, signal).catch(error => {
    throw connectionError(error, proxy)
  })
  return new Promise((resolve, reject) => {
    const request = http.request({
      ...{ createConnection: () => way, method: 'CONNECT', path: authority, signal },
      headers: { host: authority, ...proxyAuthorization(proxy) },
    })
    request.once('connect', ({ statusCode = 0 }, socket, head) => {
      // What has come with it is no TLS: it is said by who expects that.
      if (head.length > 0) socket.unshift(head)
      if (statusCode === 200) return resolve(socket as Socket)
      socket.destroy()
      reject(refusal(proxy, authority, statusCode))
    })
    request.once('response', response => {
      response.destroy()
      reject(refusal(proxy, authority, response.statusCode ?? 0))
    })
    request.once('error', error => reject(connectionError(error, proxy)))
    request.end()
  })
}

function refusal(proxy: HttpHost, authority: string, status: number): ConnectionError {
  return new ConnectionError(proxy, {
    found: `the proxy does not connect to ${authority}: HTTP ${status}`,
    hint:
      status === 407
        ? 'it wants a name and a password: http://name:password@… in proxy_url'
        : 'check what the proxy permits, and whether it reaches the server',
  })
}

export function proxyAuthorization({ userInfo }: HttpHost): Record<string, string> {
  if (userInfo === undefined) return {}
  return { 'proxy-authorization': basic(userInfo) }
}
