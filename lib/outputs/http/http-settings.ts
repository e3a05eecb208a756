import type { Schema } from 'convict'
import { defineFormat, type Format, integer, listOf, oneOf } from '../../config/schema/formats.ts'
import { anyText } from '../../config/schema/plain-formats.ts'
import { headersFormat } from '../http-client/access.ts'
import { parseHost, proxySchema } from '../http-client/hosts.ts'
import { type SslSettings, sslSchema } from '../tls/ssl-settings.ts'

export interface HttpSettings {
  readonly url: string
  readonly method: 'POST' | 'PUT'
  readonly headers: Readonly<Record<string, string>>
  readonly username: string
  readonly password: string
  readonly format: 'ndjson' | 'array'
  readonly compression_level: number
  readonly success: readonly number[]
  readonly ssl: SslSettings
  readonly proxy_url: string
}

const url: Format<string> = defineFormat({
  expected: 'must be the URL of a server, such as https://logs.example/events',
  parse: written => {
    if (typeof written !== 'string' || !/^https?:\/\//i.test(written)) return undefined
    return parseHost(withoutQuery(written), { port: 1 }) ? written : undefined
  },
})

export function withoutQuery(written: string): string {
  return written.replace(/\?.*$/s, '')
}

export const httpSchema: Schema<HttpSettings> = {
  url: { doc: 'Where to send events. Required.', format: url, default: null },
  method: { doc: 'The method of requests.', format: oneOf(['POST', 'PUT']), default: 'POST' },
  headers: {
    doc: 'Further headers of each request.',
    format: headersFormat,
    default: {},
    sensitive: true,
  },
  username: { doc: 'For basic authentication.', format: anyText, default: '' },
  password: {
    doc: 'For basic authentication.',
    format: anyText,
    default: '',
    sensitive: true,
  },
  format: {
    doc: 'The form of a body. ndjson: one JSON object per line. array: a JSON array of them.',
    format: oneOf(['ndjson', 'array']),
    default: 'ndjson',
  },
  compression_level: {
    doc: 'Level of gzip, from 1 (fast) to 9 (small). 0: none.',
    format: integer(0, 9),
    default: 0,
  },
  success: {
    doc: 'Statuses that confirm events. By default all from 200 to 299.',
    format: listOf(integer(200, 599)),
    default: [],
  },
  ssl: sslSchema,
  proxy_url: proxySchema,
} as Schema<HttpSettings>
