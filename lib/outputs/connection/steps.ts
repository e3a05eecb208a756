// The first steps of `test output`, as far as they are the same for every protocol: an address, a connection, TLS.

import { lookup } from 'node:dns/promises'
import { isIP, type Socket } from 'node:net'
import type { TLSSocket } from 'node:tls'
import type { OutputTestStep } from '../../output.ts'
import { connectTls } from '../tls/connect.ts'
import { ConnectionError, connectionError, type FailedPeer, silentError } from './failures.ts'
import { openTcp, type TlsOptions } from './open-socket.ts'

/** The longest that one step may take. */
const STEP_MS = 10_000

type Peer = FailedPeer

/**
 * Yields `resolve` (where the host is a name), `connect` and, with TLS, `TLS`.
 *
 * @returns the connection, for further steps and to be destroyed by them; undefined after a step that has failed
 */
export async function* connectionSteps(
  peer: Peer,
  tls: TlsOptions | undefined,
  signal: AbortSignal,
): AsyncGenerator<OutputTestStep, Socket | undefined> {
  const socket = yield* tcpSteps(peer, signal)
  if (socket === undefined || tls === undefined) return socket
  return yield* tlsSteps(peer, tls, () => openTcp(peer, signal), signal, socket)
}

/** `resolve` and `connect`. */
export async function* tcpSteps(
  peer: Peer,
  signal: AbortSignal,
): AsyncGenerator<OutputTestStep, Socket | undefined> {
  const { host } = peer
  if (isIP(host) === 0) {
    const resolve = async () => (await lookup(host, { all: true })).map(({ address }) => address)
    const addresses = yield* step(peer, 'resolve', signal, resolve, all => all.join(', '))
    if (addresses === undefined) return undefined
  }
  const connect = (deadline: AbortSignal) => openTcp(peer, deadline)
  return yield* step(peer, 'connect', signal, connect, remoteOf)
}

/** @param dial opens a connection to the same peer: the first one is `opened` */
export async function* tlsSteps(
  peer: Peer,
  { ssl, credentials }: TlsOptions,
  dial: () => Promise<Socket>,
  signal: AbortSignal,
  opened: Socket,
): AsyncGenerator<OutputTestStep, Socket | undefined> {
  const left = [opened]
  const next = async () => left.shift() ?? dial()
  const handshake = (deadline: AbortSignal) =>
    connectTls({ ...peer, dial: next, signal: deadline }, ssl, credentials)
  const isVerified = ssl.verification_mode !== 'none'
  const secure = yield* step(peer, 'TLS', signal, handshake, socket => tlsOf(socket, isVerified))
  if (secure === undefined) opened.destroy()
  return secure
}

/**
 * One step with its deadline, whatever `act` does meanwhile.
 *
 * @returns what `act` resolves with; undefined if it has failed, which is yielded in words
 */
export async function* step<T>(
  peer: Peer,
  name: string,
  signal: AbortSignal,
  act: (deadline: AbortSignal) => Promise<T>,
  say: (result: T) => string,
): AsyncGenerator<OutputTestStep, T | undefined> {
  const tried = await attempt(peer, name, signal, act)
  if (tried instanceof ConnectionError) {
    const { found, hint } = tried
    yield { peer: peer.title, step: name, found, hint }
    return undefined
  }
  yield { peer: peer.title, step: name, found: say(tried.result) }
  return tried.result
}

/**
 * What a step does, without its line. `name`: of the step, for an error about the deadline.
 *
 * @throws the reason of the signal once it has aborted
 */
export async function attempt<T>(
  peer: Peer,
  name: string,
  signal: AbortSignal,
  act: (deadline: AbortSignal) => Promise<T>,
): Promise<{ readonly result: T } | ConnectionError> {
  const silent = AbortSignal.timeout(STEP_MS)
  try {
    return { result: await before(AbortSignal.any([signal, silent]), act) }
  } catch (thrown) {
    signal.throwIfAborted()
    if (silent.aborted && !(thrown instanceof ConnectionError)) {
      return silentError(peer, name, STEP_MS)
    }
    return connectionError(thrown, peer)
  }
}

/** getaddrinfo knows no signal. */
function before<T>(deadline: AbortSignal, act: (deadline: AbortSignal) => Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(deadline.reason)
    deadline.addEventListener('abort', abort, { once: true })
    const done = () => deadline.removeEventListener('abort', abort)
    act(deadline).then(resolve, reject).finally(done)
  })
}

function remoteOf({ remoteAddress = '', remotePort }: Socket): string {
  return `${remoteAddress.includes(':') ? `[${remoteAddress}]` : remoteAddress}:${remotePort}`
}

/** `TLSv1.3, certificate of search.example, valid until 2027-01-31`. */
function tlsOf(socket: TLSSocket, isVerified: boolean): string {
  const { subject, valid_to } = socket.getPeerCertificate()
  const name = subject?.CN ?? subject?.O ?? 'no name'
  const until = new Date(valid_to).toISOString().slice(0, 10)
  const note = isVerified ? '' : ', not verified'
  return `${socket.getProtocol()}, certificate of ${name}, valid until ${until}${note}`
}
