// One TLS handshake as a section `ssl` wants it.

import { createHash, X509Certificate } from 'node:crypto'
import type { Socket } from 'node:net'
import {
  type ConnectionOptions,
  checkServerIdentity,
  connect,
  type DetailedPeerCertificate,
  type PeerCertificate,
  type TLSSocket,
} from 'node:tls'
import type { Credentials } from './credentials.ts'
import type { SslSettings } from './ssl-settings.ts'

interface TlsTarget {
  /** The name that the server's certificate has to have. */
  readonly host: string
  readonly port: number
  /** Opens a connection to it: through a proxy, for example. Left out: straight. */
  readonly dial?: () => Promise<Socket>
  readonly signal?: AbortSignal
}

/**
 * Resolves with a connection whose other end has been verified.
 *
 * @throws Error with the reason in words, the code of OpenSSL or of the system in `code`
 */
export async function connectTls(
  target: TlsTarget,
  settings: SslSettings,
  credentials: Credentials,
): Promise<TLSSocket> {
  const isNamed = settings.ca_trusted_fingerprint !== '' && settings.verification_mode !== 'none'
  try {
    return await handshake(target, settings, credentials)
  } catch (error) {
    if (!isNamed || !isUntrusted(error)) throw error
    const authority = await namedAuthority(target, settings, credentials)
    if (authority === undefined) throw error
    // The chain is verified against it, as if it stood in certificate_authorities.
    credentials.trust(authority)
    return handshake(target, settings, credentials)
  }
}

async function handshake(
  { host, port, dial, signal }: TlsTarget,
  settings: SslSettings,
  credentials: Credentials,
  unverified = false,
): Promise<TLSSocket> {
  const isVerified = settings.verification_mode !== 'none' && !unverified
  // Before there is a connection that would be left behind: a file may be missing.
  const secureContext = credentials.context
  const socket = await dial?.()
  const options: ConnectionOptions = {
    secureContext,
    rejectUnauthorized: isVerified,
    checkServerIdentity: (name, certificate) => identityError(name, certificate, settings),
    // An address is no name to ask for: RFC 6066, 3.
    ...(/^[\d.]+$|:/.test(host) ? {} : { servername: host }),
    // Also beside a socket: Node would take the name `localhost` instead.
    ...{ host, port, ...(socket && { socket }) },
  }
  return new Promise((resolve, reject) => {
    const connection = connect(options)
    const abort = () => connection.destroy(signal?.reason)
    if (signal?.aborted) abort()
    signal?.addEventListener('abort', abort, { once: true })
    const done = () => signal?.removeEventListener('abort', abort)
    connection.once('error', error => {
      done()
      reject(error)
    })
    connection.once('close', () => {
      done()
      reject(new Error('the connection ended during the TLS handshake'))
    })
    connection.once('secureConnect', () => {
      done()
      const wrong = isVerified ? pinError(connection, settings) : undefined
      if (wrong === undefined) return resolve(connection)
      connection.destroy()
      reject(wrong)
    })
  })
}

/** OpenSSL runs through the chain by itself; names are up to us. */
function identityError(
  name: string,
  certificate: PeerCertificate,
  { verification_mode: mode }: SslSettings,
): Error | undefined {
  if (mode === 'certificate' || mode === 'none') return undefined
  if (mode === 'strict' && certificate.subjectaltname === undefined) {
    return new Error('the certificate of the server has no subject alternative name')
  }
  return checkServerIdentity(name, certificate)
}

function pinError(connection: TLSSocket, { ca_sha256: pins }: SslSettings): Error | undefined {
  if (pins.length === 0) return undefined
  const hasPin = chainOf(connection).some(({ raw }) => pins.includes(pinOf(raw)))
  return hasPin ? undefined : new Error('no certificate of the chain has a key of ssl.ca_sha256')
}

function pinOf(raw: Buffer): string {
  const key = new X509Certificate(raw).publicKey.export({ type: 'spki', format: 'der' })
  return createHash('sha256').update(key).digest('base64')
}

/** The chain as it was verified, or as it was sent. */
function chainOf(connection: TLSSocket): readonly DetailedPeerCertificate[] {
  const chain: DetailedPeerCertificate[] = []
  let each: DetailedPeerCertificate | undefined = connection.getPeerCertificate(true)
  // The last one is its own issuer.
  while (each?.raw !== undefined && !chain.includes(each)) {
    chain.push(each)
    each = each.issuerCertificate
  }
  return chain
}

function isUntrusted(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  return /^(SELF_SIGNED_CERT_IN_CHAIN|DEPTH_ZERO_SELF_SIGNED_CERT|UNABLE_TO_)/.test(code)
}

/** The authority among what the server sends that the fingerprint names. Nothing is sent to the server. */
async function namedAuthority(
  target: TlsTarget,
  settings: SslSettings,
  credentials: Credentials,
): Promise<string | undefined> {
  const connection = await handshake(target, settings, credentials, true)
  const wanted = settings.ca_trusted_fingerprint.replaceAll(':', '').toLowerCase()
  const found = chainOf(connection)
    .map(({ raw }) => new X509Certificate(raw))
    .find(each => each.fingerprint256.replaceAll(':', '').toLowerCase() === wanted)
  connection.destroy()
  return found?.ca ? found.toString() : undefined
}
