import type { Schema } from 'convict'
import { duration } from '../../config/schema/duration.ts'
import { integer, text } from '../../config/schema/formats.ts'
import { addressesFormat } from '../connection/addresses.ts'
import { type SslSettings, sslSchema } from '../tls/ssl-settings.ts'

export const SCHEMES = ['tcp'] as const

export interface LogstashSettings {
  readonly hosts: readonly string[]
  readonly loadbalance: boolean
  readonly pipelining: number
  readonly compression_level: number
  readonly index: string
  readonly slow_start: boolean
  readonly ttl: number
  readonly ssl: SslSettings
}

export const logstashSchema: Schema<LogstashSettings> = {
  hosts: {
    doc: 'Addresses of the servers: names, or names with a port; 5044 by default. Required.',
    format: addressesFormat(SCHEMES, 'logs.example:5044'),
    default: null,
  },
  loadbalance: {
    doc: 'Whether all hosts are used. true: workers to each. false: to one of them, and to the next one when it fails.',
    format: Boolean,
    default: false,
  },
  pipelining: {
    doc: 'How many batches each worker sends over its connection before the first is acknowledged.',
    format: integer(1, 1024),
    default: 2,
  },
  compression_level: {
    doc: 'Level of zlib, from 1 (fast) to 9 (small). 0: none.',
    format: integer(0, 9),
    default: 3,
  },
  index: {
    doc: 'What @metadata.beat of each event says: the begin of the index that Logstash writes to.',
    format: text,
    default: 'sealbeat',
  },
  slow_start: {
    doc: 'Whether a batch is sent in parts that begin small, grow while they are acknowledged, and shrink when a connection fails.',
    format: Boolean,
    default: false,
  },
  ttl: {
    doc: 'How long a connection is used before another one takes its place, so that a load balancer can choose again. 0: for ever.',
    format: duration,
    default: 0,
  },
  ssl: sslSchema,
} as Schema<LogstashSettings>
