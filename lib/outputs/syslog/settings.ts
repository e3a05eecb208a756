import type { Schema } from 'convict'
import { bytesFrom } from '../../config/schema/bytes.ts'
import { defineFormat, type Format, oneOf, text } from '../../config/schema/formats.ts'
import { addressesFormat } from '../connection/addresses.ts'
import { type SslSettings, sslSchema } from '../tls/ssl-settings.ts'
import { FACILITIES } from './priority.ts'

const PROTOCOLS = ['relp', 'tcp', 'udp'] as const

/** Of each id its parameters, written as format strings. */
type StructuredData = Readonly<Record<string, Readonly<Record<string, string>>>>

export interface SyslogSettings {
  readonly hosts: readonly string[]
  readonly protocol: (typeof PROTOCOLS)[number]
  readonly loadbalance: boolean
  readonly facility: (typeof FACILITIES)[number]
  readonly severity: string
  readonly hostname: string
  readonly app_name: string
  readonly procid: string
  readonly msgid: string
  readonly structured_data: StructuredData
  readonly format: 'json' | 'message'
  readonly max_message_bytes: number
  readonly ssl: SslSettings
}

/** SD-NAME of RFC 5424, 6.3.2. */
const SD_NAME = /^[\x21\x23-\x3c\x3e-\x5c\x5e-\x7e]{1,32}$/

const structuredData: Format<StructuredData> = defineFormat({
  expected: 'must be a map of maps of texts, such as { origin@32473: { software: sealbeat } }',
  parse: written =>
    isMapOf(written, each => isMapOf(each, text => typeof text === 'string'))
      ? (written as StructuredData)
      : undefined,
})

function isMapOf(written: unknown, isValue: (value: unknown) => boolean): boolean {
  if (typeof written !== 'object' || written === null || Array.isArray(written)) return false
  return Object.entries(written).every(([name, value]) => SD_NAME.test(name) && isValue(value))
}

export const syslogSchema: Schema<SyslogSettings> = {
  hosts: {
    doc: 'Addresses of the servers: names, or names with a port. By default 2514 (relp), 514 (tcp and udp), or 6514 (tcp with TLS). Required.',
    format: addressesFormat(PROTOCOLS, 'logs.example:2514'),
    default: null,
  },
  protocol: {
    doc: 'How messages are sent. relp: the server confirms each. tcp, udp: nothing confirms them, and those on their way are lost with the connection or the network.',
    format: oneOf(PROTOCOLS),
    default: 'relp',
  },
  loadbalance: {
    doc: 'Whether all hosts are used. true: workers to each. false: to one of them, and to the next one when it fails.',
    format: Boolean,
    default: false,
  },
  facility: {
    doc: 'The facility of all messages, such as user, daemon or local0.',
    format: oneOf(FACILITIES),
    default: 'user',
  },
  severity: {
    doc: 'The severity, as text with fields in it. Words and numbers of syslog are known, and those that loggers use. Anything else is info.',
    format: text,
    default: '%{[log.level]:info}',
  },
  hostname: {
    doc: 'HOSTNAME of messages, as text with fields in it.',
    format: text,
    default: '%{[host.name]:-}',
  },
  app_name: {
    doc: 'APP-NAME of messages, as text with fields in it.',
    format: text,
    default: '%{[event.module]:sealbeat}',
  },
  procid: {
    doc: 'PROCID of messages, as text with fields in it.',
    format: text,
    default: '%{[process.pid]:-}',
  },
  msgid: { doc: 'MSGID of messages, as text with fields in it.', format: text, default: '-' },
  structured_data: {
    doc: 'STRUCTURED-DATA of messages: of each id its parameters, as texts with fields in them. A parameter whose fields are missing is left out.',
    format: structuredData,
    default: {},
    sensitive: true,
  },
  format: {
    doc: 'MSG of messages. json: the whole event. message: its field message, or the whole event where it has none.',
    format: oneOf(['json', 'message']),
    default: 'json',
  },
  max_message_bytes: {
    doc: 'The most bytes of a message. What is longer goes to the dead letter: servers cut it off in silence. This is the limit of rsyslog.',
    format: bytesFrom(480),
    default: 8 * 1024,
  },
  ssl: sslSchema,
} as Schema<SyslogSettings>
