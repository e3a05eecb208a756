// Sends batches to Redis: to the end of a list, or to who has subscribed to a channel. Each command has a reply of its
// own, and that is the fate of its events:
//
//   an integer   confirmed
//   an error about the key (WRONGTYPE, NOPERM)   tried again, while events of other keys go on
//   any other error   tried again after a pause; at another server if this one has taken nothing
//   none   tried again: nobody knows whether they are there

import type { Logger } from 'pino'
import { Recurring } from '../../backoff.ts'
import {
  type Batch,
  defineOutput,
  type Output,
  type WriteCall,
  type WriteResult,
} from '../../output.ts'
import { HostPool, verdictOn } from '../connection/host-pool.ts'
import { reached } from '../connection/reached.ts'
import { selector } from '../routing/selector.ts'
import { Credentials } from '../tls/credentials.ts'
import { sslProblems } from '../tls/ssl-settings.ts'
import { type Commands, commandsOf } from './commands.ts'
import type { RedisClient } from './redis-client.ts'
import { type RedisSettings, redisSchema } from './redis-settings.ts'
import { isOfTheKey, outcomeOf, type Reply, wordsOf } from './replies.ts'
import { serverProblems, serversOf } from './servers.ts'
import { testSteps } from './test-steps.ts'

/** So many keys are remembered as refused: what was said once is not said again. */
const MAX_SAID = 1000

/** Of each kind of line about keys there are so many in so long: the keys may be those of events. */
const MAX_LINES = 10
const LINES_MS = 10_000

/** The longest part of a key that is shown. */
const MAX_SHOWN = 200

export default defineOutput<RedisSettings>({
  name: 'redis',
  schema: redisSchema,
  // One batch is on its way while the next one is made.
  delivery: { bulk_max_size: 1600, inFlight: 2, timeout: 5_000 },
  check: settings => [
    ...sslProblems(settings.ssl).map(message => ({ path: ['ssl'], message })),
    ...serverProblems(settings),
    ...keysOf(settings).problems,
  ],
  privileges: settings => reached(serversOf(settings), settings.ssl),
  peers: ({ hosts, loadbalance }) => (loadbalance ? hosts.length : 1),
  route: settings =>
    constantKeyOf(settings) === undefined ? keysOf(settings).select : () => undefined,
  guarantee: ({ datatype }) =>
    datatype === 'list'
      ? 'Redis has it in memory, and a crash of Redis leaves what its own persistence has: nothing without appendonly, all but the last second with appendfsync everysec, all with appendfsync always'
      : 'Redis has passed it to who had subscribed to the channel by then, and keeps nothing: if nobody had, it is lost',
  test: testSteps,
  async open({ settings, log }) {
    // Only now: it takes some milliseconds that other agents need not spend.
    const { RedisClient } = await import('./redis-client.ts')
    const credentials = new Credentials(settings.ssl, log)
    const servers = serversOf(settings)
    // What can't be read now is better said now.
    if (servers.some(({ isSecure }) => isSecure)) void credentials.context
    const tls = { ssl: settings.ssl, credentials }
    return new RedisOutput(
      settings,
      servers.map(server => new RedisClient(server, tls)),
      log,
    )
  },
})

function keysOf({ key, keys }: RedisSettings) {
  return selector({ key: 'key', rulesKey: 'keys', single: key, rules: keys })
}

/** The key of all events; undefined if it depends on the event. */
function constantKeyOf({ key, keys }: RedisSettings): string | undefined {
  return keys.length === 0 && !key.includes('%{') ? key : undefined
}

class RedisOutput implements Output {
  readonly #datatype: 'list' | 'channel'
  readonly #key: string | undefined
  readonly #clients: readonly RedisClient[]
  readonly #pool: HostPool<RedisClient>
  readonly #log: Logger
  readonly #words = new Recurring()
  /** By key: what was said about it last. */
  readonly #said = new Map<string, string>()
  /** By message: how often it was logged since performance.now() was that. */
  readonly #lines = new Map<string, { readonly sinceMs: number; count: number }>()

  constructor(settings: RedisSettings, clients: readonly RedisClient[], log: Logger) {
    this.#datatype = settings.datatype
    this.#key = constantKeyOf(settings)
    this.#clients = clients
    this.#pool = new HostPool(clients, settings.loadbalance)
    this.#log = log
  }

  async write(batch: Batch, { signal }: WriteCall): Promise<WriteResult> {
    const sent = commandsOf(batch, this.#datatype, this.#key)
    const { commands, rejected } = sent
    if (commands.length === 0) return { retry: [], reject: rejected }
    const send = async (client: RedisClient) => {
      const replies = await client.run(commands, signal)
      this.#say(client, sent, replies)
      return outcomeOf(sent, replies, this.#key !== undefined)
    }
    const { result } = await this.#pool.with(send, signal, ({ isForAnother, result }) =>
      isForAnother ? 'useless' : verdictOn(result),
    )
    return result
  }

  async close(): Promise<void> {
    await Promise.all(this.#clients.map(client => client.close()))
  }

  /** States of a server once in a while, those of keys once until they change: of many keys at once in one line. */
  #say(
    { server: { title } }: RedisClient,
    { commands }: Commands,
    replies: readonly Reply[],
  ): void {
    const states = new Set<string>()
    const keysBy = new Map<string, Set<string>>()
    for (const [at, { key, name }] of commands.entries()) {
      const reply = replies[at]
      if (reply === undefined) continue
      if ('refusal' in reply && !isOfTheKey(reply.refusal)) {
        states.add(wordsOf(reply.refusal))
        continue
      }
      const words = 'refusal' in reply ? wordsOf(reply.refusal) : ''
      // A message for nobody is gone.
      const isUnheard = name === 'publish' && 'value' in reply && reply.value === '0'
      const own = isUnheard ? 'nobody has subscribed to it' : words
      if (own === (this.#said.get(key) ?? '')) continue
      if (own === '') this.#said.delete(key)
      else keysBy.set(own, (keysBy.get(own) ?? new Set()).add(key))
    }
    for (const [words, keys] of keysBy) this.#sayOfKeys(title, words, keys)
    for (const words of states) {
      this.#words.say(this.#log, 'error', {}, `${title} takes no events: ${words}`)
    }
  }

  #sayOfKeys(title: string, words: string, keys: ReadonlySet<string>): void {
    const loss = words.startsWith('nobody') ? 'events are lost' : 'its events wait'
    const message = `${title}: ${words}: ${loss}`
    // They are said later, if that lasts.
    if (!this.#mayLog(message, performance.now())) return
    for (const key of keys) {
      if (this.#said.size >= MAX_SAID) this.#said.clear()
      this.#said.set(key, words)
    }
    const [key = ''] = keys
    const others = keys.size > 1 && { other_keys: keys.size - 1 }
    this.#log.error({ key: key.slice(0, MAX_SHOWN), ...others }, message)
  }

  #mayLog(message: string, nowMs: number): boolean {
    const lines = this.#lines.get(message)
    if (lines !== undefined && nowMs - lines.sinceMs < LINES_MS) return ++lines.count <= MAX_LINES
    this.#lines.set(message, { sinceMs: nowMs, count: 1 })
    return true
  }
}
