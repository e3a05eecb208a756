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

  /** States of a server once in a while, those of keys once until they change. */
  #say({ server }: RedisClient, { commands }: Commands, replies: readonly Reply[]): void {
    const states = new Set<string>()
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
      this.#sayOfKey(server.title, key, isUnheard ? 'nobody has subscribed to it' : words)
    }
    for (const words of states) {
      const message = `${server.title} takes no events: ${words}`
      this.#log[this.#words.isNews(message) ? 'error' : 'debug'](message)
    }
  }

  #sayOfKey(title: string, key: string, words: string): void {
    const before = this.#said.get(key) ?? ''
    if (before === words) return
    if (words === '') return void this.#said.delete(key)
    if (this.#said.size >= MAX_SAID) this.#said.clear()
    this.#said.set(key, words)
    const loss = words.startsWith('nobody') ? 'events are lost' : 'its events wait'
    this.#log.error({ key: key.slice(0, MAX_SHOWN) }, `${title}: ${words}: ${loss}`)
  }
}
