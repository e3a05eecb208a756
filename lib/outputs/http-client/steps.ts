// The first steps of `test output` of an output that speaks HTTP, through a proxy where there is one.

import { connect } from 'node:tls'
import type { OutputTestStep } from '../../output.ts'
import { openTcp } from '../connection/open-socket.ts'
import { connectionSteps, step, tcpSteps, tlsSteps } from '../connection/steps.ts'
import type { Credentials } from '../tls/credentials.ts'
import type { SslSettings } from '../tls/ssl-settings.ts'
import { tunnel } from './connections.ts'
import type { HttpHost } from './hosts.ts'
import { tlsWanted } from './refusal.ts'

interface HttpStepsOptions {
  readonly host: HttpHost
  readonly proxy: HttpHost | undefined
  readonly ssl: SslSettings
  readonly credentials: Credentials
}

/** How long a server without TLS may take to say so. */
const PROBE_MS = 2_000

/** Up to the first request, which is not sent. Returns whether all went well. */
export async function* httpSteps(
  { host, proxy, ...tls }: HttpStepsOptions,
  signal: AbortSignal,
): AsyncGenerator<OutputTestStep, boolean> {
  if (proxy !== undefined) return yield* stepsThrough(proxy, host, tls, signal)
  const socket = yield* connectionSteps(host, host.isSecure ? tls : undefined, signal)
  socket?.destroy()
  if (socket === undefined || host.isSecure) return socket !== undefined
  if (!(await speaksTls(host, signal))) return true
  yield { peer: host.title, step: 'TLS', ...tlsWanted(host) }
  return false
}

async function* stepsThrough(
  proxy: HttpHost,
  host: HttpHost,
  tls: Pick<HttpStepsOptions, 'ssl' | 'credentials'>,
  signal: AbortSignal,
): AsyncGenerator<OutputTestStep, boolean> {
  const way = yield* tcpSteps(proxy, signal)
  way?.destroy()
  // What is plain is for the proxy itself to ask for.
  if (way === undefined || !host.isSecure) return way !== undefined
  const dial = (deadline: AbortSignal) => tunnel(host, proxy, deadline)
  const opened = yield* step(host, 'tunnel', signal, dial, () => `by ${proxy.title}`)
  if (opened === undefined) return false
  const secure = yield* tlsSteps(host, tls, () => dial(signal), signal, opened)
  secure?.destroy()
  return secure !== undefined
}

/** A server that expects TLS may do no more than hang up on a request. It gets no request here. */
async function speaksTls(host: HttpHost, signal: AbortSignal): Promise<boolean> {
  const deadline = AbortSignal.any([signal, AbortSignal.timeout(PROBE_MS)])
  try {
    const socket = await openTcp(host, deadline)
    return await new Promise(resolve => {
      // Nothing is sent over it: whose it is does not matter.
      const secure = connect({ socket, host: host.host, rejectUnauthorized: false })
      const end = (speaks: boolean) => {
        secure.destroy()
        resolve(speaks)
      }
      secure.once('secureConnect', () => end(true))
      secure.on('error', error => end(isAlert(error)))
      secure.once('close', () => end(false))
      deadline.addEventListener('abort', () => end(false), { once: true })
    })
  } catch {
    return false
  }
}

/** Only who speaks TLS refuses something of it, such as its version. */
function isAlert(error: Error): boolean {
  return /^ERR_SSL_.*ALERT_/.test('code' in error ? String(error.code) : '')
}
