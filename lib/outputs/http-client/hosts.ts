// Addresses of servers as users write them: a URL, `host`, `host:port`, `[::1]:9200`.

import { defineFormat, type Format } from '../../config/schema/formats.ts'
import { sharedSchema } from '../../config/schema/shared-schema.ts'

/** Where requests of an output go. */
export interface HttpHost {
  readonly isSecure: boolean
  /** Without brackets. */
  readonly host: string
  readonly port: number
  /** Begins with `/`, and ends without one unless it is all of it. */
  readonly path: string
  /** `name:password` of the URL; undefined if it has none. */
  readonly userInfo: string | undefined
  /** For logs: without what is secret. */
  readonly title: string
}

interface Defaults {
  readonly port: number
  /** Where the address says nothing. */
  readonly protocol?: 'http' | 'https'
  readonly path?: string
}

const SCHEME = /^[a-z][a-z0-9+.-]*:\/\//i

/** Undefined if it is no address. */
export function parseHost(
  written: string,
  { port, protocol = 'http', path = '' }: Defaults,
): HttpHost | undefined {
  const url = urlOf(SCHEME.test(written) ? written : `${protocol}://${written}`)
  if (url === undefined || !/^https?:$/.test(url.protocol) || url.hostname === '') return undefined
  if (url.hash !== '' || url.search !== '') return undefined
  const isSecure = url.protocol === 'https:'
  // `new URL` leaves the scheme's own port out.
  const isOwnPort = new RegExp(`:${isSecure ? 443 : 80}(/|$)`).test(written.replace(/\?.*$/, ''))
  const given = url.port === '' ? (isOwnPort ? (isSecure ? 443 : 80) : port) : Number(url.port)
  const host = url.hostname.replace(/^\[|\]$/g, '')
  const way = url.pathname === '/' ? path : url.pathname
  const { username, password } = url
  const hasUser = username !== '' || password !== ''
  return {
    isSecure,
    host,
    port: given,
    path: `/${way.replace(/^\/+|\/+$/g, '')}`,
    userInfo: hasUser
      ? `${decodeURIComponent(username)}:${decodeURIComponent(password)}`
      : undefined,
    title: `${url.protocol}//${url.hostname}:${given}`,
  }
}

function urlOf(text: string): URL | undefined {
  try {
    return new URL(text)
  } catch {
    return undefined
  }
}

/** An address as `hosts` of an output has it. */
export const hostFormat: Format<string> = defineFormat({
  expected: 'must be the address of a server, such as https://search.example:9200',
  parse: written =>
    typeof written === 'string' && written !== '' && parseHost(written, { port: 1 })
      ? written
      : undefined,
})

/** Empty: none. */
const proxyFormat: Format<string> = defineFormat({
  expected: 'must be the URL of an HTTP proxy, such as http://proxy.example:3128',
  parse: written => {
    if (written === '') return written
    const isUrl = typeof written === 'string' && SCHEME.test(written)
    // One that is spoken to by TLS is another matter.
    const proxy = isUrl ? parseHost(written, { port: 3128 }) : undefined
    return proxy?.isSecure === false ? (written as string) : undefined
  },
})

/** `proxy_url` of an output that speaks HTTP. */
export const proxySchema = sharedSchema({
  doc: 'An HTTP proxy, such as http://proxy.example:3128. Empty: none.',
  format: proxyFormat,
  default: '',
})
