import { connect, type Socket } from 'node:net'
import { connectTls } from '../tls/connect.ts'
import type { Credentials } from '../tls/credentials.ts'
import type { SslSettings } from '../tls/ssl-settings.ts'

interface Target {
  /** Without brackets. */
  readonly host: string
  readonly port: number
}

/** How a server is verified. */
export interface TlsOptions {
  readonly ssl: SslSettings
  readonly credentials: Credentials
}

/** From which on the kernel asks whether the peer of an idle connection is still there. */
const KEEP_ALIVE_MS = 30_000

/** The longest for one of several addresses of a name. Node's quarter of a second is less than a slow line takes. */
const ADDRESS_MS = 3_000

/**
 * Connects, with TLS if there are options for it; what is written goes out at once.
 *
 * @param signal ends the attempt: there is no other deadline
 */
export async function openSocket(
  target: Target,
  tls: TlsOptions | undefined,
  signal: AbortSignal,
): Promise<Socket> {
  if (tls === undefined) return openTcp(target, signal)
  const dial = () => openTcp(target, signal)
  return connectTls({ ...target, dial, signal }, tls.ssl, tls.credentials)
}

export function openTcp({ host, port }: Target, signal: AbortSignal): Promise<Socket> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason)
    const socket = connect({ host, port, autoSelectFamilyAttemptTimeout: ADDRESS_MS })
    const abort = () => socket.destroy(signal.reason)
    const done = () => {
      signal.removeEventListener('abort', abort)
      socket.off('error', fail)
    }
    const fail = (error: Error) => {
      done()
      reject(error)
    }
    signal.addEventListener('abort', abort, { once: true })
    socket.once('error', fail)
    socket.once('connect', () => {
      done()
      socket.setNoDelay(true)
      socket.setKeepAlive(true, KEEP_ALIVE_MS)
      resolve(socket)
    })
  })
}
