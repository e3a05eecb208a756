// Addresses of servers that do not speak HTTP, as users write them: `host`, `host:port`, `[::1]:port`,
// `scheme://user:password@host:port`.

import { defineFormat, type Format, listOf } from '../../config/schema/formats.ts'

export interface Address {
  /** Of those that the output knows. */
  readonly scheme: string
  /** Without brackets. */
  readonly host: string
  readonly port: number
  /** `name:password`, decoded; undefined if there is none. */
  readonly userInfo: string | undefined
  /** For logs: without what is secret. */
  readonly title: string
}

interface Defaults {
  readonly port: number
  /** The first is that of an address without one. */
  readonly schemes: readonly [string, ...string[]]
}

const SCHEME = /^([a-z][a-z0-9+.-]*):\/\//i

/** A name, an IPv4 address, or an IPv6 address in brackets. */
const HOST = /^([\w.-]+|\[[\da-f:.]+\])$/i

/** Undefined if it is no address: it has no path and no query. */
export function parseAddress(
  written: string,
  { port: defaultPort, schemes }: Defaults,
): Address | undefined {
  const [whole = '', given = schemes[0]] = SCHEME.exec(written) ?? []
  const scheme = given.toLowerCase()
  if (!schemes.includes(scheme)) return undefined
  // A scheme that `new URL` knows nothing about: it leaves the port as it is written.
  const url = urlOf(`sealbeat://${written.slice(whole.length)}`)
  if (url === undefined || !HOST.test(url.hostname)) return undefined
  if (!/^\/?$/.test(url.pathname) || /[?#\s]/.test(written)) return undefined
  const port = url.port === '' ? defaultPort : Number(url.port)
  if (port === 0) return undefined
  const userInfo = userInfoOf(url)
  if (userInfo === false) return undefined
  return {
    ...{ scheme, port, userInfo },
    host: url.hostname.replace(/^\[|\]$/g, ''),
    title: `${scheme}://${url.hostname}:${port}`,
  }
}

function urlOf(text: string): URL | undefined {
  try {
    return new URL(text)
  } catch {
    return undefined
  }
}

/** False if it can't be decoded. */
function userInfoOf({ username, password }: URL): string | undefined | false {
  if (username === '' && password === '') return undefined
  try {
    return `${decodeURIComponent(username)}:${decodeURIComponent(password)}`
  } catch {
    return false
  }
}

/** A list of addresses, as `hosts` of an output has it. `example`: for the message about what is none. */
export function addressesFormat(
  schemes: Defaults['schemes'],
  example: string,
): Format<readonly string[]> {
  const address: Format<string> = defineFormat({
    expected: `must be the address of a server, such as ${example}`,
    parse: written =>
      typeof written === 'string' && parseAddress(written, { port: 1, schemes })
        ? written
        : undefined,
  })
  return listOf(address)
}
