// Sends batches to Logstash, or to another server that speaks Lumberjack version 2. Events are confirmed as the
// server acknowledges them: a connection that ends within a batch has only the rest of it sent again.

import {
  type Batch,
  defineOutput,
  type Output,
  type OutputContext,
  type WriteCall,
  type WriteResult,
} from '../../output.ts'
import { type Address, parseAddress } from '../connection/addresses.ts'
import type { FailedPeer } from '../connection/failures.ts'
import { HostPool, verdictOn } from '../connection/host-pool.ts'
import type { TlsOptions } from '../connection/open-socket.ts'
import { reached } from '../connection/reached.ts'
import { connectionSteps } from '../connection/steps.ts'
import { sslChoiceProblems } from '../tls/choice.ts'
import { Credentials } from '../tls/credentials.ts'
import { LumberjackClient } from './client.ts'
import { metadataOf, windowOf } from './frames.ts'
import { type LogstashSettings, logstashSchema, SCHEMES } from './settings.ts'

const PORT = 5044

export default defineOutput<LogstashSettings>({
  name: 'logstash',
  schema: logstashSchema,
  delivery: { timeout: 30_000 },
  check: settings => [
    ...sslChoiceProblems(settings.ssl),
    ...(settings.hosts.length === 0 ? [{ path: ['hosts'], message: 'must name a server' }] : []),
    ...(addressesOf(settings).some(({ userInfo }) => userInfo !== undefined)
      ? [{ path: ['hosts'], message: 'must have no name and password: the protocol has none' }]
      : []),
  ],
  privileges: settings => reached(addressesOf(settings), settings.ssl),
  // Each worker has so many batches on its way.
  peers: ({ hosts, loadbalance, pipelining }) => (loadbalance ? hosts.length : 1) * pipelining,
  guarantee: () =>
    'the server has acknowledged it; Logstash does so once it is in its queue, which is in memory unless queue.type is persisted',
  route: ({ index }) => {
    let [last, text]: [unknown, string] = [undefined, metadataOf(index)]
    return get => {
      const version = get('agent.version')
      if (version !== last) text = metadataOf(index, version)
      last = version
      return text
    }
  },
  async *test(context, signal) {
    const tls = tlsOf(context)
    for (const peer of addressesOf(context.settings)) {
      const socket = yield* connectionSteps(peer, tls, signal)
      socket?.destroySoon()
    }
  },
  async open(context) {
    const { settings, log } = context
    const tls = tlsOf(context)
    // What can't be read now is better said now.
    void tls?.credentials.context
    const clients = addressesOf(settings).map(
      peer => new LumberjackClient({ peer, tls, settings, log }),
    )
    return new LogstashOutput(settings, clients)
  },
})

function addressesOf({ hosts, ssl }: LogstashSettings): readonly (Address & FailedPeer)[] {
  return hosts
    .flatMap(each => parseAddress(each, { port: PORT, schemes: SCHEMES }) ?? [])
    .map(address => ({
      ...address,
      title: ssl.enabled ? address.title.replace(/^tcp:/, 'tls:') : address.title,
    }))
}

function tlsOf({ settings: { ssl }, log }: OutputContext<LogstashSettings>) {
  if (ssl.enabled !== true) return undefined
  return { ssl, credentials: new Credentials(ssl, log) } satisfies TlsOptions
}

class LogstashOutput implements Output {
  readonly #settings: LogstashSettings
  readonly #clients: readonly LumberjackClient[]
  readonly #pool: HostPool<LumberjackClient>
  readonly #otherwise: string

  constructor(settings: LogstashSettings, clients: readonly LumberjackClient[]) {
    this.#settings = settings
    this.#clients = clients
    this.#pool = new HostPool(clients, settings.loadbalance)
    this.#otherwise = metadataOf(settings.index)
  }

  async write(batch: Batch, call: WriteCall): Promise<WriteResult> {
    const { compression_level: level, slow_start: isSlow } = this.#settings
    const otherwise = this.#otherwise
    const all = { batch, from: 0, to: batch.count, level, otherwise }
    const whole = isSlow ? undefined : await windowOf(all)
    const prepared = { batch, whole, otherwise }
    return this.#pool.with(client => client.write(prepared, call), call.signal, verdictOn)
  }

  async close(): Promise<void> {
    await Promise.all(this.#clients.map(client => client.close()))
  }
}
