// The servers that the settings name, and who the agent says that it is to each.

import type { SettingProblem } from '../../plugin.ts'
import { type Address, parseAddress } from '../connection/addresses.ts'
import type { RedisSettings } from './redis-settings.ts'

const PORT = 6379

export interface RedisServer extends Address {
  readonly isSecure: boolean
  /** The arguments of AUTH; undefined: nobody has to be named. */
  readonly auth: readonly string[] | undefined
  readonly db: number
}

export function serversOf(settings: RedisSettings): readonly RedisServer[] {
  const { hosts, ssl, db } = settings
  return hosts.flatMap(written => {
    const schemes = ssl.enabled === true ? (['rediss', 'redis'] as const) : ['redis', 'rediss']
    const address = parseAddress(written, {
      port: PORT,
      schemes: [schemes[0] ?? 'redis', ...schemes],
    })
    if (address === undefined) return []
    return [
      { ...address, isSecure: address.scheme === 'rediss', auth: authOf(settings, address), db },
    ]
  })
}

function authOf(
  { username, password }: RedisSettings,
  { userInfo }: Address,
): readonly string[] | undefined {
  if (userInfo === undefined) return password === '' ? undefined : argumentsOf(username, password)
  const at = userInfo.indexOf(':')
  return argumentsOf(userInfo.slice(0, at), userInfo.slice(at + 1))
}

/** Servers before version 6 know no names. */
function argumentsOf(username: string, password: string): readonly string[] {
  return username === '' ? [password] : [username, password]
}

/** What contradicts itself. */
export function serverProblems(settings: RedisSettings): readonly SettingProblem[] {
  const { hosts, username, password, ssl } = settings
  const servers = serversOf(settings)
  const hasUserInfo = servers.some(({ userInfo }) => userInfo !== undefined)
  return [
    ...(hosts.length === 0 ? [{ path: ['hosts'], message: 'must name a server' }] : []),
    ...(ssl.enabled !== null && servers.some(({ isSecure }) => isSecure !== ssl.enabled)
      ? [
          {
            path: ['ssl', 'enabled'],
            message: 'must not contradict hosts, where redis and rediss decide',
          },
        ]
      : []),
    ...(hasUserInfo && (username !== '' || password !== '')
      ? [{ path: ['hosts'], message: 'must have no password, as there is one beside them' }]
      : []),
    ...(username !== '' && password === ''
      ? [{ path: ['username'], message: 'must not be set without a password' }]
      : []),
  ]
}
