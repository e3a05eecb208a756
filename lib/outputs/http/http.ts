// Sends batches to a server, each as one request. It confirms what the status says: that the server has it.
//
//   2xx, or `success`   confirmed, however long the answer is
//   400, 422            the batch is halved, down to the events that the server refuses
//   413                 the batch is halved
//   any other           nothing is said about the events: all are sent again

import {
  type Batch,
  defineOutput,
  type Output,
  type Why,
  WRITTEN,
  type WriteCall,
  type WriteResult,
} from '../../output.ts'
import { retryAfterMs } from '../../retry-after.ts'
import { gzipped } from '../compression.ts'
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
import { refusalOf, wantsTls } from '../http-client/refusal.ts'
import { httpSteps } from '../http-client/steps.ts'
import { Credentials } from '../tls/credentials.ts'
import { sslProblems } from '../tls/ssl-settings.ts'
import { type HttpSettings, httpSchema, withoutQuery } from './http-settings.ts'

/** What a server says about a batch is of use to people alone. */
const MAX_ANSWER_BYTES = 64 * 1024

const [OPEN, COMMA, CLOSE] = [0x5b, 0x2c, 0x5d]

export default defineOutput<HttpSettings>({
  name: 'http',
  schema: httpSchema,
  check: settings => [
    ...sslProblems(settings.ssl).map(message => ({ path: ['ssl'], message })),
    ...accessProblems(settings, [hostsOf(settings).host], 'url'),
  ],
  privileges: settings => {
    const { host, proxy } = hostsOf(settings)
    return reached([proxy ?? host], settings.ssl)
  },
  guarantee: () => 'the server has answered with success: it is as safe as that server makes it',
  async *test({ settings, log }, signal) {
    const { host, proxy } = hostsOf(settings)
    const { ssl } = settings
    const way = { host, proxy, ssl, credentials: new Credentials(ssl, log) }
    if (!(yield* httpSteps(way, signal))) return
    // Some servers, such as Logstash, make an event of any request, whatever its method is.
    yield {
      peer: host.title,
      step: 'request',
      found:
        'not tried, as a server may take any for an event: path and password show with the first',
    }
  },
  async open({ settings, log }) {
    const { host, proxy } = hostsOf(settings)
    const credentials = new Credentials(settings.ssl, log)
    // What can't be read now is better said now.
    if (host.isSecure) void credentials.context
    const headers = headersOf(settings, host)
    const client = new HttpClient({ host, proxy, ssl: settings.ssl, credentials, headers })
    return new HttpOutput(settings, client)
  },
})

function hostsOf({ url, proxy_url }: HttpSettings): {
  readonly host: HttpHost
  readonly proxy: HttpHost | undefined
} {
  const secure = /^https:/i.test(url)
  const host = parseHost(withoutQuery(url), { port: secure ? 443 : 80 })
  const proxy = proxy_url === '' ? undefined : parseHost(proxy_url, { port: 3128 })
  if (host === undefined) throw new TypeError('an address that the schema has approved')
  return { host, proxy }
}

function headersOf(settings: HttpSettings, host: HttpHost): Record<string, string> {
  const user = userInfoFor(settings, host)
  return {
    'user-agent': 'sealbeat',
    'content-type': settings.format === 'ndjson' ? 'application/x-ndjson' : 'application/json',
    ...(user !== undefined && { authorization: basic(user) }),
    ...lowerCased(settings.headers),
  }
}

class HttpOutput implements Output {
  readonly #settings: HttpSettings
  readonly #client: HttpClient
  /** Below the path of the host. */
  readonly #query: string

  constructor(settings: HttpSettings, client: HttpClient) {
    this.#settings = settings
    this.#client = client
    this.#query = settings.url.slice(withoutQuery(settings.url).length)
  }

  async write(batch: Batch, { signal }: WriteCall): Promise<WriteResult> {
    const { method, compression_level: level } = this.#settings
    const plain = this.#bodyOf(batch)
    const body = level === 0 ? plain : await gzipped(plain, level)
    const answer = await this.#client.request({
      ...{ method, body, signal, path: this.#query },
      ...{ maxAnswerBytes: MAX_ANSWER_BYTES, cutsAnswer: true },
      headers: level === 0 ? {} : { 'content-encoding': 'gzip' },
    })
    return this.#resultOf(batch.count, answer)
  }

  async close(): Promise<void> {
    this.#client.close()
  }

  #bodyOf({ chunks, ends }: Batch): Buffer {
    const lines = Buffer.concat(chunks)
    if (this.#settings.format === 'ndjson') return lines
    const array = Buffer.allocUnsafe(lines.length + 1)
    array[0] = OPEN
    lines.copy(array, 1)
    // Each line end is where a comma belongs.
    for (const end of ends) array[end] = COMMA
    array[array.length - 1] = CLOSE
    return array
  }

  #resultOf(count: number, answer: HttpAnswer): WriteResult {
    const { status, headers } = answer
    const { success } = this.#settings
    const isSuccess = success.length > 0 ? success.includes(status) : status >= 200 && status < 300
    if (isSuccess) return WRITTEN
    const isRefused = (status === 400 && !wantsTls(answer)) || status === 422
    if (status === 413 || (isRefused && count > 1)) return { retry: [], reject: [], tooLarge: true }
    if (isRefused) return { retry: [], reject: [{ index: 0, status, reason: `HTTP ${status}` }] }
    const waitMs = retryAfterMs(headers['retry-after'], Date.parse(headers.date ?? ''))
    const retry = Array.from({ length: count }, (_, index) => index)
    const why = this.#refusal(answer)
    return { retry, reject: [], retryAfterMs: waitMs, cause: 'throttled', why }
  }

  #refusal(answer: HttpAnswer): Why {
    const { host } = this.#client
    const credential = credentialOf(this.#settings, host, 'url')
    const { found, hint } = refusalOf(answer, host, credential.hint)
    const message = `${host.title} takes no events: ${found}`
    return { message, status: answer.status, answer: shown(answer.body.toString('utf8')), hint }
  }
}
