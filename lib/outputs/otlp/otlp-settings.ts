import type { Schema } from 'convict'
import { defineFormat, type Format, integer, text } from '../../config/schema/formats.ts'
import { headersFormat } from '../http-client/access.ts'
import { type HttpHost, parseHost, proxySchema } from '../http-client/hosts.ts'
import { type SslSettings, sslSchema } from '../tls/ssl-settings.ts'

export interface OtlpSettings {
  readonly endpoint: string
  readonly headers: Readonly<Record<string, string>>
  readonly service_name: string
  readonly compression_level: number
  readonly ssl: SslSettings
  readonly proxy_url: string
}

const PORT = 4318
const PATH = '/v1/logs'

const endpoint: Format<string> = defineFormat({
  expected: 'must be the address of a server, such as https://otel.example:4318',
  parse: written =>
    typeof written === 'string' && written !== '' && endpointOf(written) ? written : undefined,
})

export function endpointOf(written: string): HttpHost | undefined {
  return parseHost(written, { port: PORT, path: PATH })
}

export const otlpSchema: Schema<OtlpSettings> = {
  endpoint: {
    doc: 'Where to send events: a URL, a name, or a name with a port; by default 4318, and /v1/logs. Required.',
    format: endpoint,
    default: null,
  },
  headers: {
    doc: 'Further headers of each request, such as authorization.',
    format: headersFormat,
    default: {},
    sensitive: true,
  },
  service_name: {
    doc: 'The resource attribute service.name of events that have no such field.',
    format: text,
    default: 'sealbeat',
  },
  compression_level: {
    doc: 'Level of gzip, from 1 (fast) to 9 (small). 0: none.',
    format: integer(0, 9),
    default: 1,
  },
  ssl: sslSchema,
  proxy_url: proxySchema,
} as Schema<OtlpSettings>
