import type { Schema } from 'convict'
import { integer, oneOf, text } from '../../config/schema/formats.ts'
import { anyList, anyText } from '../../config/schema/plain-formats.ts'
import { addressesFormat } from '../connection/addresses.ts'
import { type SslSettings, sslSchema } from '../tls/ssl-settings.ts'

export interface RedisSettings {
  readonly hosts: readonly string[]
  readonly username: string
  readonly password: string
  readonly db: number
  readonly key: string
  readonly keys: readonly unknown[]
  readonly datatype: 'list' | 'channel'
  readonly loadbalance: boolean
  readonly ssl: SslSettings
}

export const redisSchema: Schema<RedisSettings> = {
  hosts: {
    doc: 'Addresses of the servers: names, names with a port, redis:// or, with TLS, rediss://; 6379 by default. Required.',
    format: addressesFormat(['redis', 'rediss'], 'rediss://redis.example:6379'),
    default: null,
  },
  username: { doc: 'For AUTH. Empty: the default user.', format: anyText, default: '' },
  password: { doc: 'For AUTH. Empty: none.', format: anyText, default: '', sensitive: true },
  db: { doc: 'The number of the database.', format: integer(0), default: 0 },
  key: {
    doc: 'The list or channel of an event. %{[field]} and %{+yyyy.MM.dd} stand for its fields and its time.',
    format: text,
    default: 'sealbeat',
  },
  keys: {
    doc: 'Rules with key, when, mappings and default. The first that holds comes before key.',
    format: anyList,
    default: [],
  },
  datatype: {
    doc: 'What events are added to. list: the end of a list (RPUSH). channel: who has subscribed to it (PUBLISH).',
    format: oneOf(['list', 'channel']),
    default: 'list',
  },
  loadbalance: {
    doc: 'Whether all hosts are used. true: workers to each. false: to one of them, and to the next one when it fails.',
    format: Boolean,
    default: true,
  },
  ssl: sslSchema,
} as Schema<RedisSettings>
