// Why a server can't be connected to or talked with, in words: for lines of the log and for `test output`.

import { codeOf, messageOf } from '../../errors.ts'

/** What failed, for the words about it. */
export interface FailedPeer {
  /** Without what is secret: `https://search.example:9200`. */
  readonly title: string
  readonly host: string
  readonly port: number
}

interface Words {
  readonly found: string
  /** What to do about it. */
  readonly hint: string
}

/** An error whose message says which server failed and why; the log has `hint` beside it. */
export class ConnectionError extends Error {
  override readonly name = 'ConnectionError'
  readonly found: string
  readonly hint: string
  readonly code: string | undefined

  constructor({ title }: FailedPeer, { found, hint }: Words, cause?: unknown) {
    super(`${title}: ${found}`, cause === undefined ? {} : { cause })
    this.found = found
    this.hint = hint
    this.code = codeOf(cause)
  }
}

/** Of any thrown value. What has its words already is returned as it is. */
export function connectionError(thrown: unknown, peer: FailedPeer): ConnectionError {
  if (thrown instanceof ConnectionError) return thrown
  return new ConnectionError(peer, wordsOf(thrown, peer), thrown)
}

function wordsOf(thrown: unknown, peer: FailedPeer): Words {
  const [code, message] = [codeOf(thrown) ?? '', messageIn(thrown)]
  const isFile = typeof Object(thrown).path === 'string'
  if (isFile || code.startsWith('ERR_OSSL_')) {
    return { found: message, hint: 'check the files of ssl, and who may read them' }
  }
  const words = WORDS.find(([pattern]) => pattern.test(code))?.[1](peer, message)
  return words ?? { found: message, hint: 'the log of the server may say more' }
}

/** Where a name has several addresses, Node puts the errors of all into one without a message. */
function messageIn(thrown: unknown): string {
  return messageOf(thrown instanceof AggregateError ? thrown.errors[0] : thrown)
}

const OWN_CERTIFICATE = 'ssl.certificate and ssl.key are what the agent shows of itself'

const AUTHORITY =
  'name its authority in ssl.certificate_authorities, or its fingerprint in ssl.ca_trusted_fingerprint'

/** By the code of the kernel, of getaddrinfo, of OpenSSL and of Node's parser of HTTP; the first that fits. */
const WORDS: readonly (readonly [RegExp, (peer: FailedPeer, message: string) => Words])[] = [
  [
    /^ECONNREFUSED$/,
    ({ port }) => ({
      found: `nothing listens on port ${port} (ECONNREFUSED)`,
      hint: 'check the port, and whether the server runs',
    }),
  ],
  [
    /^ENOTFOUND$/,
    ({ host }) => ({
      found: `there is no host of the name ${host} (ENOTFOUND)`,
      hint: 'check the name; `getent hosts` shows what this host makes of it',
    }),
  ],
  [
    /^EAI_/,
    ({ host }) => ({
      found: `the name ${host} can not be looked up now`,
      hint: 'check the name servers in /etc/resolv.conf',
    }),
  ],
  [
    /^(ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|EHOSTDOWN|ENETDOWN)$/,
    (_, message) => ({
      found: `the host can not be reached (${message})`,
      hint: 'check the address, the route to it and the firewalls on the way',
    }),
  ],
  [
    /^(EACCES|EPERM)$/,
    ({ port }) => ({
      found: `connecting to port ${port} is not permitted`,
      hint: `the sandbox permits declared ports: add ${port} to landlock.connects; or a firewall of this host refuses it`,
    }),
  ],
  [
    /^CERT_HAS_EXPIRED$/,
    () => ({
      found: 'the certificate of the server has expired',
      hint: 'renew it on the server, and check the clock of this host',
    }),
  ],
  [
    /^CERT_NOT_YET_VALID$/,
    () => ({
      found: 'the certificate of the server is not valid yet',
      hint: 'check the clocks of this host and of the server',
    }),
  ],
  [
    /^ERR_TLS_CERT_ALTNAME_INVALID$/,
    ({ host }, message) => ({
      found: `the certificate of the server is for another name than ${host}${namesIn(message)}`,
      hint: 'write the name that it has, or have the server show one for this name',
    }),
  ],
  [
    /^(SELF_SIGNED_CERT_IN_CHAIN|DEPTH_ZERO_SELF_SIGNED_CERT|UNABLE_TO_(VERIFY|GET)_\w+|CERT_UNTRUSTED|INVALID_CA)$/,
    (_, message) => ({
      found: `who has signed the certificate of the server is not known (${message})`,
      hint: AUTHORITY,
    }),
  ],
  [
    /^ERR_SSL_(WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|HTTP_REQUEST|HTTPS_PROXY_REQUEST)$/,
    ({ port }) => ({
      found: `port ${port} does not speak TLS`,
      hint: 'check the port, or speak to it without TLS (http:// for https://)',
    }),
  ],
  [
    /^ERR_SSL_\w*(UNSUPPORTED_PROTOCOL|PROTOCOL_VERSION)$/,
    () => ({
      found: 'the server speaks none of the versions of TLS that are permitted',
      hint: 'check ssl.supported_protocols',
    }),
  ],
  [
    /^ERR_SSL_\w*ALERT_CERTIFICATE_REQUIRED$/,
    () => ({
      found: 'the server wants a certificate of the agent, and there is none',
      hint: `set it: ${OWN_CERTIFICATE}`,
    }),
  ],
  [
    /^ERR_SSL_.*ALERT_(CERTIFICATE_\w+|BAD_CERTIFICATE|UNSUPPORTED_CERTIFICATE|UNKNOWN_CA|ACCESS_DENIED)$/,
    (_, message) => ({
      found: `the server refuses the certificate of the agent (${alertIn(message)})`,
      hint: `check its dates, and that the server knows its authority; ${OWN_CERTIFICATE}`,
    }),
  ],
  [
    /^ERR_SSL_.*ALERT_HANDSHAKE_FAILURE$/,
    () => ({
      found: 'the server refuses the TLS handshake',
      hint: `it may want a certificate of the agent (${OWN_CERTIFICATE}), or other ssl.cipher_suites`,
    }),
  ],
  [
    /^HPE_/,
    ({ port }) => ({
      found: `what answers on port ${port} does not speak HTTP`,
      hint: 'it may expect TLS (https:// for http://), or be another service: check the scheme and the port',
    }),
  ],
  [
    /^(ECONNRESET|EPIPE)$/,
    () => ({
      found: 'the server has closed the connection without an answer',
      hint: 'it may expect TLS (https:// for http://), or a certificate of the agent, or be another service',
    }),
  ],
]

/** What the message of Node says about the names of a certificate, without the rest. */
function namesIn(message: string): string {
  const [, names = ''] = /cert's altnames: (.*)$/s.exec(message) ?? []
  return names === '' ? '' : ` (it is for ${names.slice(0, 200)})`
}

/** `tlsv1 alert unknown ca` in OpenSSL's own line. */
function alertIn(message: string): string {
  return /alert ([\w ]+)/i.exec(message)?.[1] ?? message
}

/** That a deadline of ours is over. */
export function silentError(peer: FailedPeer, what: string, ms: number): ConnectionError {
  return new ConnectionError(peer, {
    found: `${what} has not ended within ${ms / 1000} s`,
    hint: 'check the address, the firewalls on the way, and whether the server is overloaded',
  })
}
