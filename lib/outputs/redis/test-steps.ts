// What `test output` asks a server: who we are to it, whether there is such a database, what it is.

import type { OutputContext, OutputTestStep } from '../../output.ts'
import { connectionError } from '../connection/failures.ts'
import type { TlsOptions } from '../connection/open-socket.ts'
import { connectionSteps } from '../connection/steps.ts'
import { Credentials } from '../tls/credentials.ts'
import type { RedisConnection } from './redis-connection.ts'
import type { RedisSettings } from './redis-settings.ts'
import { type Refusal, wordsOf } from './replies.ts'
import { type RedisServer, serversOf } from './servers.ts'

/** The longest that one answer may take. */
const STEP_MS = 10_000

type Step = Omit<OutputTestStep, 'peer' | 'step'>

export async function* testSteps(
  { settings, log }: OutputContext<RedisSettings>,
  signal: AbortSignal,
): AsyncGenerator<OutputTestStep> {
  const { RedisConnection } = await import('./redis-connection.ts')
  const tls = { ssl: settings.ssl, credentials: new Credentials(settings.ssl, log) }
  for (const server of serversOf(settings)) {
    const socket = yield* connectionSteps(server, tlsFor(server, tls), signal)
    if (socket === undefined) continue
    try {
      const connection = await RedisConnection.over(socket)
      yield* serverSteps(connection, server, signal)
    } finally {
      socket.destroy()
    }
  }
}

function tlsFor({ isSecure }: RedisServer, tls: TlsOptions): TlsOptions | undefined {
  return isSecure ? tls : undefined
}

/** Until one fails: what follows would fail as well. */
async function* serverSteps(
  connection: RedisConnection,
  server: RedisServer,
  signal: AbortSignal,
): AsyncGenerator<OutputTestStep> {
  const { title, auth, db } = server
  const steps: readonly (readonly [string, string, readonly string[], (value: string) => Step])[] =
    [
      // Without AUTH, the first command says whether there is a password.
      [
        'authenticate',
        auth === undefined ? 'ping' : 'auth',
        auth ?? [],
        () => ({ found: auth === undefined ? 'takes commands without a password' : 'known' }),
      ],
      ...(db === 0
        ? []
        : [['database', 'select', [String(db)], () => ({ found: String(db) })] as const]),
      ['version', 'info', [], infoOf],
    ]
  for (const [step, name, args, say] of steps) {
    const at = { peer: title, step }
    try {
      const deadline = AbortSignal.any([signal, AbortSignal.timeout(STEP_MS)])
      const reply = await connection.ask(name, args, deadline)
      if ('value' in reply) {
        yield { ...at, ...say(String(reply.value)) }
        continue
      }
      const { refusal } = reply
      // Who may only add to lists is told nothing else, and is known all the same.
      if (refusal.word === 'NOPERM' && (name === 'ping' || name === 'info')) {
        yield { ...at, found: `unknown: the user must not use ${name.toUpperCase()}` }
        continue
      }
      yield { ...at, found: wordsOf(refusal), hint: hintOf(refusal) }
    } catch (error) {
      signal.throwIfAborted()
      const { found, hint } = connectionError(error, server)
      yield { ...at, found, hint }
    }
    return
  }
}

function hintOf({ word }: Refusal): string {
  if (word === 'NOAUTH' || word === 'WRONGPASS') return 'check username and password'
  if (word === 'DENIED') return 'give Redis a password, and bind it to the address meant'
  if (word === 'NOPERM') return 'see ACL GETUSER of Redis for what the user may do'
  if (word === 'LOADING' || word === 'BUSY') return 'try again later'
  return 'check the settings, and the log of the server'
}

function infoOf(info: string): Step {
  const [, version = 'unknown'] = /^redis_version:([\w.-]{1,40})\r?$/m.exec(info) ?? []
  const isReplica = /^role:slave\r?$/m.test(info)
  const isLoading = /^loading:1\r?$/m.test(info)
  const found = `Redis ${version}`
  if (isReplica)
    return { found: `${found}, a replica`, hint: 'name its master: a replica takes no events' }
  if (isLoading) return { found: `${found}, loading its data`, hint: 'try again later' }
  return { found }
}
