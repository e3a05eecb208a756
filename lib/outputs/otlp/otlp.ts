// Sends batches as logs of OpenTelemetry: OTLP/HTTP, in JSON.
//
//   2xx                  confirmed, unless the answer says that records were refused (export-response.ts)
//   400, 422             the batch is halved, down to the events that the server refuses; unless it refuses an export
//                        of nothing with the same words: then all are sent again
//   413                  the batch is halved
//   any other            nothing is said about the events: all are sent again, also where the specification would
//                        have them dropped, as after a wrong password

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
import { version } from '../../own-package.ts'
import { retryAfterMs } from '../../retry-after.ts'
import { gzipped } from '../compression.ts'
import { connectionError } from '../connection/failures.ts'
import { reached } from '../connection/reached.ts'
import { shown } from '../connection/shown.ts'
import { accessProblems, basic, lowerCased } from '../http-client/access.ts'
import { type HttpAnswer, HttpClient } from '../http-client/client.ts'
import { type HttpHost, parseHost } from '../http-client/hosts.ts'
import { refusalOf } from '../http-client/refusal.ts'
import { Credentials } from '../tls/credentials.ts'
import { sslProblems } from '../tls/ssl-settings.ts'
import { Attributes } from './attributes.ts'
import { credentialHint } from './credential.ts'
import { EMPTY_REQUEST, exportRequest } from './export-request.ts'
import { partialSuccessOf } from './export-response.ts'
import { endpointOf, type OtlpSettings, otlpSchema } from './otlp-settings.ts'
import { testSteps } from './test-steps.ts'

const GZIP = { 'content-encoding': 'gzip' }

/** An answer has a number and a message, which may say something of each record. */
const MAX_ANSWER_BYTES = 1024 * 1024

const NO_USER = { username: '', password: '' }

export default defineOutput<OtlpSettings>({
  name: 'otlp',
  schema: otlpSchema,
  // Twice to three times as much is sent, before compression. A collector takes 20 MiB, inflated, by default.
  delivery: { bulk_max_bytes: 4 * 1024 * 1024 },
  check: ({ ssl, ...settings }) => [
    ...sslProblems(ssl).map(message => ({ path: ['ssl'], message })),
    ...accessProblems({ ...NO_USER, ssl }, [wayOf(settings).host], 'endpoint'),
  ],
  privileges: settings => {
    const { host, proxy } = wayOf(settings)
    return reached([proxy ?? host], settings.ssl)
  },
  guarantee: () =>
    'the receiver has taken it: it is as safe as that makes it, and a collector may still hold it in memory',
  async *test(context, signal) {
    const { settings, log } = context
    const client = clientOf(settings, new Credentials(settings.ssl, log))
    try {
      yield* testSteps(settings, wayOf(settings), client, log, signal)
    } finally {
      client.close()
    }
  },
  async open({ settings, log }) {
    const credentials = new Credentials(settings.ssl, log)
    // What can't be read now is better said now.
    if (wayOf(settings).host.isSecure) void credentials.context
    return new OtlpOutput(settings, clientOf(settings, credentials), log)
  },
})

function wayOf({ endpoint, proxy_url }: Pick<OtlpSettings, 'endpoint' | 'proxy_url'>): {
  readonly host: HttpHost
  readonly proxy: HttpHost | undefined
} {
  const host = endpointOf(endpoint)
  const proxy = proxy_url === '' ? undefined : parseHost(proxy_url, { port: 3128 })
  if (host === undefined) throw new TypeError('an address that the schema has approved')
  return { host, proxy }
}

function clientOf(settings: OtlpSettings, credentials: Credentials): HttpClient {
  const { host, proxy } = wayOf(settings)
  const { userInfo } = host
  const headers = {
    'user-agent': `sealbeat/${version()}`,
    ...(userInfo !== undefined && { authorization: basic(userInfo) }),
    ...lowerCased(settings.headers),
    'content-type': 'application/json',
  }
  return new HttpClient({ host, proxy, ssl: settings.ssl, credentials, headers })
}

class OtlpOutput implements Output {
  readonly #settings: OtlpSettings
  readonly #client: HttpClient
  readonly #log: Logger
  readonly #words = new Recurring()
  readonly #attributes = new Attributes()
  readonly #scope = { name: 'sealbeat', version: version() }

  constructor(settings: OtlpSettings, client: HttpClient, log: Logger) {
    this.#settings = settings
    this.#client = client
    this.#log = log
  }

  async write(batch: Batch, { signal }: WriteCall): Promise<WriteResult> {
    const { compression_level: level, service_name: serviceName } = this.#settings
    const attributes = this.#attributes
    const options = { serviceName, attributes, scope: this.#scope, nowMs: Date.now() }
    const { body, indices, rejected } = exportRequest(batch, options)
    if (indices.length === 0) return { retry: [], reject: rejected }
    const sent = level === 0 ? body : await gzipped(body, level)
    const answer = await this.#post(sent, level === 0 ? {} : GZIP, signal)
    const isRefused = answer.status === 400 || answer.status === 422
    const isDeaf = isRefused && (await this.#refusesNothing(answer, signal))
    const result = isDeaf ? this.#tryAgain(indices, answer) : this.#resultOf(indices, answer)
    return { ...result, reject: [...rejected, ...result.reject].sort((a, b) => a.index - b.index) }
  }

  async close(): Promise<void> {
    this.#client.close()
  }

  #resultOf(indices: readonly number[], answer: HttpAnswer): WriteResult {
    const { status, body } = answer
    if (status >= 200 && status < 300) return this.#taken(indices, body)
    const isRefused = status === 400 || status === 422
    const count = indices.length
    if (status === 413 || (isRefused && count > 1)) return { retry: [], reject: [], tooLarge: true }
    if (isRefused) {
      const reject = indices.map(index => ({ index, status, reason: `HTTP ${status}` }))
      return { retry: [], reject }
    }
    return this.#tryAgain(indices, answer)
  }

  #tryAgain(indices: readonly number[], answer: HttpAnswer): WriteResult {
    const { headers } = answer
    const waitMs = retryAfterMs(headers['retry-after'], Date.parse(headers.date ?? ''))
    const why = this.#refusal(answer)
    return { retry: indices, reject: [], retryAfterMs: waitMs, cause: 'throttled', why }
  }

  /** Whether the same is said of an export of nothing: some servers take no JSON. It is not about events then. */
  async #refusesNothing({ status, body }: HttpAnswer, signal: AbortSignal): Promise<boolean> {
    const answer = await this.#post(EMPTY_REQUEST, {}, signal)
    return answer.status === status && answer.body.equals(body)
  }

  #post(
    body: Uint8Array,
    headers: Readonly<Record<string, string>>,
    signal: AbortSignal,
  ): Promise<HttpAnswer> {
    const request = { method: 'POST', path: '', maxAnswerBytes: MAX_ANSWER_BYTES } as const
    return this.#client.request({ ...request, body, headers, signal })
  }

  /**
   * Of a success in part nobody knows which records were refused, and none may be sent again. To lose none, all go
   * to the dead letter: what they were refused for is put right by people, and so is what is there twice.
   */
  #taken(indices: readonly number[], body: Buffer): WriteResult {
    const { title } = this.#client.host
    const { refused, message } = this.#partialSuccessOf(body, indices.length)
    if (refused === 0) {
      const words = `${title} has taken all events, and warns: ${message}`
      if (message !== '' && this.#words.isNews(words)) this.#log.warn(words)
      return { retry: [], reject: [] }
    }
    const words = `${title} has refused some events, and does not say which: ${message}`
    const counts = { refused, events: indices.length }
    this.#words.say(this.#log, 'error', counts, words)
    const reason = 'the server has refused some of its batch, and does not say which'
    return { retry: [], reject: indices.map(index => ({ index, reason })) }
  }

  #partialSuccessOf(body: Buffer, count: number): ReturnType<typeof partialSuccessOf> {
    try {
      return partialSuccessOf(body, count)
    } catch (error) {
      throw connectionError(error, this.#client.host)
    }
  }

  #refusal(answer: HttpAnswer): Why {
    const { host } = this.#client
    const { found, hint } = refusalOf(answer, host, credentialHint(this.#settings, host))
    const message = `${host.title} takes no events: ${found}`
    return { message, status: answer.status, answer: shown(answer.body.toString('utf8')), hint }
  }
}
