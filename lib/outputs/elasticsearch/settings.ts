import type { Schema } from 'convict'
import {
  defineFormat,
  type Format,
  integer,
  listOf,
  oneOf,
  text,
} from '../../config/schema/formats.ts'
import { anyText } from '../../config/schema/plain-formats.ts'
import { headersFormat } from '../http-client/access.ts'
import { hostFormat, proxySchema } from '../http-client/hosts.ts'
import { type SslSettings, sslSchema } from '../tls/ssl-settings.ts'

type Texts = Readonly<Record<string, string>>

export interface ElasticsearchSettings {
  readonly hosts: readonly string[]
  readonly protocol: 'http' | 'https'
  readonly path: string
  readonly username: string
  readonly password: string
  readonly api_key: string
  readonly headers: Texts
  readonly parameters: Texts
  readonly index: string
  readonly indices: readonly unknown[]
  readonly pipeline: string
  readonly pipelines: readonly unknown[]
  readonly loadbalance: boolean
  readonly compression_level: number
  readonly ssl: SslSettings
  readonly proxy_url: string
}

/** A URL without a query. */
const way: Format<string> = defineFormat({
  expected: 'must be a path such as /search',
  parse: written =>
    typeof written === 'string' && /^[^?#\s]*$/.test(written) ? written : undefined,
})

const texts: Format<Texts> = defineFormat({
  expected: 'must be a map of texts, such as { a: b }',
  parse: written => {
    if (typeof written !== 'object' || written === null || Array.isArray(written)) return undefined
    return Object.values(written).every(value => typeof value === 'string')
      ? (written as Texts)
      : undefined
  },
})

/** In base64, or with what has to be encoded. */
const apiKey: Format<string> = defineFormat({
  expected: 'must be an API key: id:key, or both encoded in base64',
  parse: written =>
    typeof written === 'string' && /^[^:]+:.|^[\w+/-]*=*$/.test(written) ? written : undefined,
})

const rules: Format<readonly unknown[]> = defineFormat({
  expected: 'must be a list of rules, each a map',
  parse: written => (Array.isArray(written) ? written : undefined),
})

export const elasticsearchSchema: Schema<ElasticsearchSettings> = {
  hosts: {
    doc: 'Addresses of the servers: URLs, names, or names with a port; 9200 by default. Required.',
    format: listOf(hostFormat),
    default: null,
  },
  protocol: {
    doc: 'Of addresses that name none.',
    format: oneOf(['http', 'https']),
    default: 'http',
  },
  path: { doc: 'Of addresses that have none.', format: way, default: '' },
  username: { doc: 'For basic authentication.', format: anyText, default: '' },
  password: { doc: 'For basic authentication.', format: anyText, default: '', sensitive: true },
  api_key: {
    doc: 'An API key in its place: id:key, or both encoded in base64.',
    format: apiKey,
    default: '',
    sensitive: true,
  },
  headers: {
    doc: 'Further headers of each request.',
    format: headersFormat,
    default: {},
    sensitive: true,
  },
  parameters: { doc: 'Parameters of the URL of each request.', format: texts, default: {} },
  index: {
    doc: 'The index or data stream of an event. %{[field]} and %{+yyyy.MM.dd} stand for its fields and its time.',
    format: text,
    default: 'sealbeat-%{[agent.version]}',
  },
  indices: {
    doc: 'Rules with index, when, mappings and default. The first that holds comes before index.',
    format: rules,
    default: [],
  },
  pipeline: {
    doc: 'The ingest pipeline of an event, written as index is. Empty: none.',
    format: anyText,
    default: '',
  },
  pipelines: {
    doc: 'Rules with pipeline, when, mappings and default. The first that holds comes before pipeline.',
    format: rules,
    default: [],
  },
  loadbalance: {
    doc: 'Whether all hosts are used. true: workers to each. false: to one of them, and to the next one when it fails.',
    format: Boolean,
    default: true,
  },
  compression_level: {
    doc: 'Level of gzip, from 1 (fast) to 9 (small). 0: none.',
    format: integer(0, 9),
    default: 1,
  },
  ssl: sslSchema,
  proxy_url: proxySchema,
} as Schema<ElasticsearchSettings>
