import type { Schema } from 'convict'
import { bytesFrom, duration, integer, oneOf, type SettingProblem, text } from 'sealbeat'
import {
  addressesFormat,
  compileFormat,
  type FailedPeer,
  parseAddress,
  type SslSettings,
  selector,
  sslChoiceProblems,
  sslSchema,
} from 'sealbeat/outputs'

const MECHANISMS = ['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512'] as const
const PARTITIONERS = ['hash', 'random', 'round_robin'] as const
const COMPRESSIONS = ['none', 'gzip', 'snappy', 'lz4', 'zstd'] as const

const SCHEMES = ['kafka'] as const
const PORT = 9092

export interface KafkaSettings {
  readonly hosts: readonly string[]
  readonly topic: string
  readonly topics: readonly unknown[]
  readonly key: string
  readonly partition: (typeof PARTITIONERS)[number]
  readonly required_acks: number
  readonly broker_timeout: number
  readonly compression: (typeof COMPRESSIONS)[number]
  readonly max_message_bytes: number
  readonly client_id: string
  readonly username: string
  readonly password: string
  readonly sasl: { readonly mechanism: (typeof MECHANISMS)[number] }
  readonly ssl: SslSettings
}

export const kafkaSchema: Schema<KafkaSettings> = {
  hosts: {
    doc: 'Addresses of brokers, from which the others are found: names, or names with a port; 9092 by default. Required.',
    format: addressesFormat(SCHEMES, 'kafka.example:9092'),
    default: null,
  },
  topic: {
    doc: 'The topic of an event. %{[field]} and %{+yyyy.MM.dd} stand for its fields and its time. Required.',
    format: text,
    default: null,
  },
  topics: {
    doc: 'Rules with topic, when, mappings and default. The first that holds comes before topic.',
    format: Array,
    default: [],
  },
  key: {
    doc: 'The key of an event, as text with fields in it. Empty, or without one of the fields: none.',
    format: String,
    default: '',
  },
  partition: {
    doc: 'The partition of an event. hash: that of its key, as the clients of Kafka choose it, or without a key as random does. random: one for the events of a batch. round_robin: each the next one.',
    format: oneOf(PARTITIONERS),
    default: 'hash',
  },
  required_acks: {
    doc: 'Who has to have an event before it is confirmed. -1: all replicas that are in sync. 1: the leader of the partition. 0: nobody.',
    format: integer(-1, 1),
    default: -1,
  },
  broker_timeout: {
    doc: 'How long a broker may wait for those replicas.',
    format: duration,
    default: 10_000,
  },
  compression: {
    doc: 'How events are compressed.',
    format: oneOf(COMPRESSIONS),
    default: 'gzip',
  },
  max_message_bytes: {
    doc: 'The most bytes of a message, and of those that are written together, before they are compressed. A larger event goes to the dead letter. No more than message.max.bytes of the brokers.',
    format: bytesFrom(1024),
    default: 1_000_000,
  },
  client_id: {
    doc: 'What the agent calls itself: brokers have it in their logs and quotas.',
    format: text,
    default: 'sealbeat',
  },
  username: { doc: 'For SASL. Empty: nobody.', format: String, default: '' },
  password: { doc: 'For SASL.', format: String, default: '', sensitive: true },
  sasl: {
    mechanism: {
      doc: 'How the password is proved. PLAIN sends it, so it needs TLS.',
      format: oneOf(MECHANISMS),
      default: 'PLAIN',
    },
  },
  ssl: sslSchema,
} as Schema<KafkaSettings>

/** The brokers that the settings name. */
export function bootstrapOf({ hosts, ssl }: KafkaSettings): readonly FailedPeer[] {
  return hosts
    .flatMap(each => parseAddress(each, { port: PORT, schemes: SCHEMES }) ?? [])
    .map(({ host, port, title }) => ({
      ...{ host, port },
      title: ssl.enabled ? title.replace(/^kafka:/, 'kafka+tls:') : title,
    }))
}

/** Where events go: their topics. */
export function topicsOf({ topic, topics }: KafkaSettings) {
  return selector({ key: 'topic', rulesKey: 'topics', single: topic, rules: topics })
}

/** What contradicts itself. */
export function settingProblems(settings: KafkaSettings): readonly SettingProblem[] {
  const { hosts, username, password, sasl, key } = settings
  const hasUserInfo = hosts.some(
    each => parseAddress(each, { port: PORT, schemes: SCHEMES })?.userInfo !== undefined,
  )
  return [
    ...(hosts.length === 0 ? [{ path: ['hosts'], message: 'must name a broker' }] : []),
    ...(hasUserInfo
      ? [{ path: ['hosts'], message: 'must have no name and password: write username, password' }]
      : []),
    ...(username === '' && password !== ''
      ? [{ path: ['password'], message: 'must not be set without a username' }]
      : []),
    ...(username !== '' && password === ''
      ? [{ path: ['username'], message: 'must not be set without a password' }]
      : []),
    ...(username === '' && sasl.mechanism !== 'PLAIN'
      ? [{ path: ['sasl', 'mechanism'], message: 'must not be set without a username' }]
      : []),
    ...topicsOf(settings).problems,
    ...formatProblems(key),
    ...sslChoiceProblems(settings.ssl),
  ]
}

function formatProblems(key: string): readonly SettingProblem[] {
  try {
    compileFormat(key)
    return []
  } catch (error) {
    return [{ path: ['key'], message: error instanceof Error ? error.message : String(error) }]
  }
}
