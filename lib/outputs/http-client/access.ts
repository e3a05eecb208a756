// What outputs that speak HTTP have in common: who they say that they are, and further headers.

import { defineFormat, type Format } from '../../config/schema/formats.ts'
import type { SettingProblem } from '../../plugin.ts'
import type { SslSettings } from '../tls/ssl-settings.ts'
import type { HttpHost } from './hosts.ts'
import { http } from './node-http.ts'

/** What the request is about, and its length, are the output's to say. */
const OWN_HEADERS = [
  'content-length',
  'content-encoding',
  'transfer-encoding',
  'host',
  'connection',
]

export const headersFormat: Format<Readonly<Record<string, string>>> = defineFormat({
  expected: 'must be a map of headers, such as { x-team: web }, without those that the output sets',
  parse: written => {
    if (typeof written !== 'object' || written === null || Array.isArray(written)) return undefined
    return Object.entries(written).every(isHeader) ? (written as Record<string, string>) : undefined
  },
})

function isHeader([name, value]: readonly [string, unknown]): boolean {
  if (typeof value !== 'string' || OWN_HEADERS.includes(name.toLowerCase())) return false
  try {
    http.validateHeaderName(name)
    http.validateHeaderValue(name, value)
    return true
  } catch {
    return false
  }
}

export function lowerCased(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]),
  )
}

/** RFC 7617. `userInfo`: `name:password`. */
export function basic(userInfo: string): string {
  return `Basic ${Buffer.from(userInfo).toString('base64')}`
}

interface Access {
  readonly username: string
  readonly password: string
  readonly ssl: SslSettings
}

/** `name:password` for a host; undefined: none. */
export function userInfoFor({ username, password }: Access, host: HttpHost): string | undefined {
  return username === '' ? host.userInfo : `${username}:${password}`
}

interface Shown {
  readonly username: string
  readonly headers: Readonly<Record<string, string>>
  readonly api_key?: string
}

/** By whom a host is asked, and what to do if it refuses that. `key`: of the setting with the addresses. */
export function credentialOf(
  { username, headers, api_key = '' }: Shown,
  { userInfo }: HttpHost,
  key: string,
): { readonly found: string; readonly hint: string } {
  if ('authorization' in lowerCased(headers)) {
    return { found: 'by headers.authorization', hint: 'check headers.authorization' }
  }
  if (api_key !== '') return { found: 'by api_key', hint: 'check api_key and its rights' }
  if (username !== '') {
    return { found: `as ${username}`, hint: 'check username, password and the rights of that user' }
  }
  if (userInfo !== undefined) {
    const [name] = userInfo.split(':')
    return { found: `as ${name}`, hint: `check the name and the password in ${key}` }
  }
  return {
    found: 'without a credential',
    hint: 'set username and password: there is no credential',
  }
}

/** What contradicts itself. `key`: of the setting with the addresses. */
export function accessProblems(
  { username, password, ssl }: Access,
  hosts: readonly HttpHost[],
  key: string,
): readonly SettingProblem[] {
  const isContradicted = ssl.enabled !== null && hosts.some(each => each.isSecure !== ssl.enabled)
  const isNamedTwice = username !== '' && hosts.some(({ userInfo }) => userInfo !== undefined)
  return [
    ...(isContradicted
      ? [
          {
            path: ['ssl', 'enabled'],
            message: `must not contradict ${key}, where http and https decide`,
          },
        ]
      : []),
    ...(isNamedTwice
      ? [{ path: [key], message: 'must have no name, as there is a username' }]
      : []),
    ...(password !== '' && username === ''
      ? [{ path: ['password'], message: 'must not be set without a username' }]
      : []),
  ]
}
