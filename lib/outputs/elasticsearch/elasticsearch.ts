// Sends batches to Elasticsearch or OpenSearch with _bulk. What becomes of an event is what its own item says:
//
//   2xx, 409   confirmed; 409: an event with this id is there already, as after a retry
//   other 4xx of the document itself   rejected, to the dead letter
//   anything else                      tried again
//
// A request that is refused as a whole says nothing of its events. 413 has it halved, and so has 400 where that is for
// one of its events, down to that one.

import type { Logger } from 'pino'
import { Recurring } from '../../backoff.ts'
import {
  type Batch,
  defineOutput,
  type Output,
  type Why,
  type WriteCall,
  type WriteResult,
} from '../../output.ts'
import { retryAfterMs } from '../../retry-after.ts'
import { gzipped } from '../compression.ts'
import { connectionError } from '../connection/failures.ts'
import { HostPool } from '../connection/host-pool.ts'
import { reached } from '../connection/reached.ts'
import { shown } from '../connection/shown.ts'
import {
  accessProblems,
  basic,
  credentialOf,
  lowerCased,
  userInfoFor,
} from '../http-client/access.ts'
import { type HttpAnswer, HttpClient } from '../http-client/client.ts'
import { type HttpHost, parseHost } from '../http-client/hosts.ts'
import { refusalOf } from '../http-client/refusal.ts'
import { httpSteps } from '../http-client/steps.ts'
import { Credentials } from '../tls/credentials.ts'
import { sslProblems } from '../tls/ssl-settings.ts'
import { type Bulk, bulkOf, faultOfAnEvent, itemsOf, resultOf, saysAllAreTaken } from './bulk.ts'
import { IdTurns } from './id-turns.ts'
import { refusedForNow } from './refused-for-now.ts'
import { routeOf, routeProblems } from './route.ts'
import { type ElasticsearchSettings, elasticsearchSchema } from './settings.ts'
import { makeTemplates, type Place } from './setup.ts'
import { templateItems } from './template.ts'
import { answerSteps } from './test.ts'

const PORT = 9200

/** An item of an answer has a few dozen bytes; with an error, some hundreds, and a field of the event as it is. */
const MAX_ITEM_BYTES = 2 * 1024
const MAX_HEAD_BYTES = 64 * 1024

/** What is needed of an answer: the rest costs the server and us. */
const FILTER = 'errors,items.*.status,items.*.error.type,items.*.error.reason'

export default defineOutput<ElasticsearchSettings>({
  name: 'elasticsearch',
  schema: elasticsearchSchema,
  // One batch is on its way while the next one is made.
  delivery: { bulk_max_size: 1600, inFlight: 2 },
  check: settings => [
    ...sslProblems(settings.ssl).map(message => ({ path: ['ssl'], message })),
    ...ownProblems(settings),
    ...accessProblems(settings, hostsOf(settings), 'hosts'),
    ...routeProblems(settings),
  ],
  privileges: settings => {
    const proxy = proxyOf(settings)
    return reached(proxy ? [proxy] : hostsOf(settings), settings.ssl)
  },
  peers: ({ hosts, loadbalance }) => (loadbalance ? hosts.length : 1),
  setupItems: templateItems,
  async *setUp({ settings, log }, items, signal) {
    const places = placesOf(settings, log)
    try {
      yield* makeTemplates(places, items, signal)
    } finally {
      for (const { client } of places) client.close()
    }
  },
  route: routeOf,
  guarantee: () =>
    'the server has stored it: on its disk and on those of its copies, unless the index has translog.durability: async',
  async *test({ settings, log }, signal) {
    const credentials = new Credentials(settings.ssl, log)
    for (const host of hostsOf(settings)) {
      const way = { host, proxy: proxyOf(settings), ssl: settings.ssl, credentials }
      if (!(yield* httpSteps(way, signal))) continue
      const client = new HttpClient({ ...way, headers: headersOf(settings, host) })
      try {
        yield* answerSteps(host, client, credentialOf(settings, host, 'hosts'), signal)
      } finally {
        client.close()
      }
    }
  },
  async open({ settings, log }) {
    const clients = placesOf(settings, log).map(({ client }) => client)
    return new ElasticsearchOutput(settings, clients, log)
  },
})

function hostsOf({ hosts, protocol, path }: ElasticsearchSettings): readonly HttpHost[] {
  return hosts.flatMap(each => parseHost(each, { port: PORT, protocol, path }) ?? [])
}

function placesOf(settings: ElasticsearchSettings, log: Logger): readonly Place[] {
  const credentials = new Credentials(settings.ssl, log)
  const hosts = hostsOf(settings)
  if (hosts.some(({ isSecure }) => isSecure)) void credentials.context
  const way = { proxy: proxyOf(settings), ssl: settings.ssl, credentials }
  return hosts.map(host => {
    const headers = headersOf(settings, host)
    return { host, client: new HttpClient({ ...way, host, headers }) }
  })
}

function proxyOf({ proxy_url }: ElasticsearchSettings): HttpHost | undefined {
  return proxy_url === '' ? undefined : parseHost(proxy_url, { port: 3128 })
}

function ownProblems({ hosts, username, api_key }: ElasticsearchSettings) {
  return [
    ...(hosts.length === 0 ? [{ path: ['hosts'], message: 'must name a server' }] : []),
    ...(api_key !== '' && username !== ''
      ? [{ path: ['api_key'], message: 'must not be set together with a username' }]
      : []),
  ]
}

function headersOf(settings: ElasticsearchSettings, host: HttpHost): Record<string, string> {
  const { api_key: key, headers } = settings
  const user = userInfoFor(settings, host)
  const encoded = key.includes(':') ? Buffer.from(key).toString('base64') : key
  const authorization = key === '' ? user && basic(user) : `ApiKey ${encoded}`
  return {
    ...{ 'user-agent': 'sealbeat', accept: 'application/json' },
    ...(authorization && { authorization }),
    ...lowerCased(headers),
    'content-type': 'application/x-ndjson',
  }
}

class ElasticsearchOutput implements Output {
  readonly #settings: ElasticsearchSettings
  readonly #level: number
  readonly #pool: HostPool<HttpClient>
  readonly #clients: readonly HttpClient[]
  readonly #log: Logger
  readonly #path: string
  readonly #words = new Recurring()
  readonly #turns = new IdTurns()

  constructor(settings: ElasticsearchSettings, clients: readonly HttpClient[], log: Logger) {
    this.#settings = settings
    this.#level = settings.compression_level
    this.#clients = clients
    this.#pool = new HostPool(clients, settings.loadbalance)
    this.#log = log
    const parameters = new URLSearchParams({ filter_path: FILTER, ...settings.parameters })
    this.#path = `/_bulk?${parameters}`
  }

  async write(batch: Batch, call: WriteCall): Promise<WriteResult> {
    const bulk = bulkOf(batch)
    const { indices, ids, rejected } = bulk
    if (indices.length === 0) return { retry: [], reject: rejected }
    return this.#turns.with(ids, hasWaited => {
      // Its time begins only now.
      if (hasWaited) call.progress()
      return this.#send(bulk, call)
    })
  }

  async #send(bulk: Bulk, { signal }: WriteCall): Promise<WriteResult> {
    const { body, indices } = bulk
    const level = this.#level
    const packed = level === 0 ? body : await gzipped(body, level)
    const send = async (client: HttpClient) => {
      const answer = await client.request({
        ...{ method: 'POST', path: this.#path, body: packed, signal },
        headers: level === 0 ? {} : { 'content-encoding': 'gzip' },
        maxAnswerBytes: MAX_HEAD_BYTES + MAX_ITEM_BYTES * indices.length + body.length,
        cutsAnswer: true,
      })
      return { status: answer.status, result: this.#resultOf(client, bulk, answer) }
    }
    // Another server may be in a better state.
    const { result } = await this.#pool.with(send, signal, ({ status }) =>
      [502, 503, 504].includes(status) ? 'useless' : 'fine',
    )
    return result
  }

  /** @throws Error if the answer makes no sense: another server may know better */
  #resultOf(client: HttpClient, bulk: Bulk, answer: HttpAnswer): WriteResult {
    const { indices, rejected } = bulk
    const { status, headers, body } = answer
    if (status === 200) return this.#taken(bulk, answer, client.host)
    if (status === 413) return { retry: [], reject: [], tooLarge: true }
    const reason = faultOfAnEvent(status, body)
    if (reason !== undefined) {
      if (indices.length > 1) return { retry: [], reject: [], tooLarge: true }
      const refused = indices.map(index => ({ index, status, reason }))
      return { retry: [], reject: [...rejected, ...refused].sort((a, b) => a.index - b.index) }
    }
    const waitMs = retryAfterMs(headers['retry-after'], Date.parse(headers.date ?? ''))
    // What has no index will not have one the next time.
    const why = this.#refusal(client, answer)
    return { retry: indices, reject: rejected, retryAfterMs: waitMs, cause: 'throttled', why }
  }

  async close(): Promise<void> {
    for (const client of this.#clients) client.close()
  }

  #taken(bulk: Bulk, { body, isCut }: HttpAnswer, host: HttpHost): WriteResult {
    const { length } = bulk.indices
    if (saysAllAreTaken(body, length)) return { retry: [], reject: bulk.rejected }
    try {
      if (isCut) throw new Error('the answer is too long')
      const items = itemsOf(body, length)
      for (const { what, events, hint } of refusedForNow(items)) {
        const message = `${host.title} takes some events not yet: ${what}`
        this.#words.say(this.#log, 'error', { events, hint }, message)
      }
      return resultOf(bulk, items)
    } catch (error) {
      throw connectionError(error, host)
    }
  }

  #refusal({ host }: HttpClient, answer: HttpAnswer): Why {
    const { found, hint } = refusalOf(
      answer,
      host,
      credentialOf(this.#settings, host, 'hosts').hint,
    )
    const message = `${host.title} takes no events: ${found}`
    return { message, status: answer.status, answer: shown(answer.body.toString('utf8')), hint }
  }
}
