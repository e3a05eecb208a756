// The section `ssl` of every output that connects, with Beats' keys.

import { X509Certificate } from 'node:crypto'
import { getCiphers } from 'node:tls'
import type { Schema } from 'convict'
import { defineFormat, type Format, listOf, oneOf } from '../../config/schema/formats.ts'
import { anyText } from '../../config/schema/plain-formats.ts'
import { sharedSchema } from '../../config/schema/shared-schema.ts'

/** What is verified: chain, times and name; the same, and names only where they belong; chain and times; nothing. */
const VERIFICATION_MODES = ['full', 'strict', 'certificate', 'none'] as const

const PROTOCOLS = ['TLSv1.2', 'TLSv1.3'] as const
const CURVES = ['P-256', 'P-384', 'P-521', 'X25519'] as const

export interface SslSettings {
  readonly enabled: boolean | null
  readonly certificate_authorities: readonly string[]
  readonly certificate: string
  readonly key: string
  readonly key_passphrase: string
  readonly verification_mode: (typeof VERIFICATION_MODES)[number]
  readonly supported_protocols: readonly (typeof PROTOCOLS)[number][]
  readonly cipher_suites: readonly string[]
  readonly curve_types: readonly (typeof CURVES)[number][]
  readonly ca_sha256: readonly string[]
  readonly ca_trusted_fingerprint: string
}

const PEM = /^\s*-----BEGIN /

/** Whether a setting is PEM itself, not the path of a file. */
export function isPem(written: string): boolean {
  return PEM.test(written)
}

const file: Format<string> = defineFormat({
  expected: 'must be the absolute path of a PEM file, or PEM itself',
  parse: written => (typeof written === 'string' && isFileOrPem(written) ? written : undefined),
})

function isFileOrPem(written: string): boolean {
  return written === '' || written.startsWith('/') || isPem(written)
}

const authority: Format<string> = defineFormat({
  expected: 'must be the absolute path of a PEM file, or the certificate in PEM',
  parse: written => {
    if (typeof written !== 'string' || written === '' || !isFileOrPem(written)) return undefined
    return !isPem(written) || isCertificate(written) ? written : undefined
  },
})

function isCertificate(pem: string): boolean {
  try {
    return new X509Certificate(pem).subject !== undefined
  } catch {
    return false
  }
}

/** Beats writes ECDHE-RSA-AES-128-GCM-SHA256, OpenSSL ECDHE-RSA-AES128-GCM-SHA256. */
export function opensslName(cipher: string): string {
  return cipher.replace(/AES-(128|256)/, 'AES$1')
}

const cipher: Format<string> = defineFormat({
  expected: 'must be a cipher suite of OpenSSL, such as ECDHE-RSA-AES128-GCM-SHA256',
  parse: written => {
    if (typeof written !== 'string') return undefined
    return getCiphers().includes(opensslName(written).toLowerCase()) ? written : undefined
  },
})

const pin: Format<string> = defineFormat({
  expected: 'must be a SHA-256 of a public key in base64, of 44 characters',
  parse: written =>
    typeof written === 'string' && /^[A-Za-z0-9+/]{43}=$/.test(written) ? written : undefined,
})

const fingerprint: Format<string> = defineFormat({
  expected: 'must be a SHA-256 in hexadecimal, of 64 digits',
  parse: written =>
    typeof written === 'string' && /^([0-9a-f]{2}:?){31}[0-9a-f]{2}$|^$/i.test(written)
      ? written
      : undefined,
})

const flagOrNot: Format<boolean | null> = defineFormat({
  expected: 'must be true or false',
  parse: written => (written === null || typeof written === 'boolean' ? written : undefined),
})

/** An output that connects with TLS has this as `ssl` of its schema: users find the same keys everywhere. */
export const sslSchema: Schema<SslSettings> = sharedSchema({
  enabled: {
    doc: 'Whether TLS is used. By default where the address says so: https.',
    format: flagOrNot,
    default: null,
  },
  certificate_authorities: {
    doc: 'Who signs the certificates of servers: PEM files, or certificates in PEM. By default those that Node trusts.',
    format: listOf(authority),
    default: [],
  },
  certificate: {
    doc: "The agent's own certificate, with those that lead to its authority: a PEM file, or PEM.",
    format: file,
    default: '',
  },
  key: { doc: 'Its private key.', format: file, default: '', sensitive: true },
  key_passphrase: {
    doc: 'What the private key is encrypted with.',
    format: anyText,
    default: '',
    sensitive: true,
  },
  verification_mode: {
    doc: 'What is verified. full: the chain, the times and the name of the server. strict: the same, and the name must be a subject alternative name. certificate: not the name. none: nothing; only for tests.',
    format: oneOf(VERIFICATION_MODES),
    default: 'full',
  },
  supported_protocols: {
    doc: 'Versions of TLS.',
    format: listOf(oneOf(PROTOCOLS)),
    default: [...PROTOCOLS],
  },
  cipher_suites: {
    doc: "Cipher suites for TLSv1.2, the best first. By default Node's.",
    format: listOf(cipher),
    default: [],
  },
  curve_types: {
    doc: "Curves for ECDHE. By default Node's.",
    format: listOf(oneOf(CURVES)),
    default: [],
  },
  ca_sha256: {
    doc: 'One certificate of the verified chain must have one of these public keys: SHA-256 in base64.',
    format: listOf(pin),
    default: [],
  },
  ca_trusted_fingerprint: {
    doc: 'The SHA-256 of an authority that is trusted when a server sends it in its chain, in hexadecimal.',
    format: fingerprint,
    default: '',
  },
} as Schema<SslSettings>)

/** The folders of files that are read while the agent runs. */
export function sslFolders(settings: SslSettings): readonly string[] {
  const { certificate_authorities, certificate, key } = settings
  const files = [...certificate_authorities, certificate, key].filter(
    each => each !== '' && !isPem(each),
  )
  return [...new Set(files.map(each => each.slice(0, Math.max(1, each.lastIndexOf('/')))))]
}

/** What can't be right together. */
export function sslProblems(settings: SslSettings): readonly string[] {
  const { certificate, key, supported_protocols } = settings
  return [
    ...(certificate !== '' && key === '' ? ['certificate needs its key'] : []),
    ...(key !== '' && certificate === '' ? ['key needs its certificate'] : []),
    ...(supported_protocols.length === 0 ? ['supported_protocols must not be empty'] : []),
  ]
}
