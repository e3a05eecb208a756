// Requests to one server over connections that are kept. Nothing is trusted that it answers: the answer is bounded,
// a redirect is an answer like any other, and what it says is shown escaped and cut.

import type * as Http from 'node:http'
import { codeOf } from '../../errors.ts'
import { connectionError } from '../connection/failures.ts'
import { closedError } from '../connection/shared-connections.ts'
import type { Credentials } from '../tls/credentials.ts'
import type { SslSettings } from '../tls/ssl-settings.ts'
import { connectionsTo, proxyAuthorization } from './connections.ts'
import type { HttpHost } from './hosts.ts'
import { http } from './node-http.ts'

interface HttpClientOptions {
  readonly host: HttpHost
  readonly ssl: SslSettings
  readonly credentials: Credentials
  readonly proxy: HttpHost | undefined
  /** Of every request: authorisation, and the user's own. */
  readonly headers: Readonly<Record<string, string>>
}

interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'HEAD'
  /** Below the path of the host, with its query: `/_bulk?x=1`. */
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: Uint8Array
  readonly signal: AbortSignal
  /** More of an answer is an error, or cut. */
  readonly maxAnswerBytes: number
  /** For who can do with the begin of an answer. */
  readonly cutsAnswer?: boolean
}

export interface HttpAnswer {
  readonly status: number
  readonly headers: Http.IncomingHttpHeaders
  readonly body: Buffer
  /** Whether `body` is not all of it. */
  readonly isCut: boolean
}

export class HttpClient {
  readonly #options: HttpClientOptions
  readonly #agent: Http.Agent
  readonly #closing = new AbortController()

  constructor(options: HttpClientOptions) {
    this.#options = options
    this.#agent = connectionsTo(options, this.#closing.signal)
  }

  get host(): HttpHost {
    return this.#options.host
  }

  /**
   * Resolves with the answer, whatever its status.
   *
   * @throws Error if there is no whole answer: then nobody knows what has become of the request
   */
  async request(given: HttpRequest): Promise<HttpAnswer> {
    const first = await this.#attempt(given)
    // The server had closed the connection while it was idle: it has not seen the request.
    return first === 'unused' ? this.#answered(await this.#attempt(given)) : first
  }

  close(): void {
    this.#closing.abort(new Error('the output is closed'))
    this.#agent.destroy()
  }

  #answered(answer: HttpAnswer | 'unused'): HttpAnswer {
    if (answer !== 'unused') return answer
    const words = 'the server closes each connection before it answers'
    throw connectionError(new Error(words), this.#options.host)
  }

  #attempt(given: HttpRequest): Promise<HttpAnswer | 'unused'> {
    const { method, path, headers = {}, body, signal } = given
    const { host, proxy, headers: always } = this.#options
    const way = `${host.path === '/' && path.startsWith('/') ? '' : host.path}${path}`
    return new Promise((resolve, reject) => {
      const request = http.request({
        ...{ agent: this.#agent, host: host.host, port: host.port, method, signal },
        path: proxy && !host.isSecure ? `${host.title}${way}` : way,
        headers: {
          // Without it, any encoding would do.
          'accept-encoding': 'identity',
          ...always,
          ...headers,
          ...(proxy && !host.isSecure ? proxyAuthorization(proxy) : {}),
          ...(body && { 'content-length': `${body.length}` }),
        },
      })
      // Node waits for a connection that is being made: others may use it.
      const abort = () => reject(signal.reason)
      signal.addEventListener('abort', abort, { once: true })
      let hasBegun = false
      request.once('error', error => {
        const isLost = isGone(error) && !signal.aborted
        if (request.reusedSocket && isLost && !hasBegun) resolve('unused')
        else if (isLost && hasBegun) reject(connectionError(endedWithin(), host))
        else reject(signal.aborted ? error : connectionError(error, host))
      })
      request.once('response', response => {
        hasBegun = true
        const { statusCode: status = 0, headers } = response
        collect(response, given).then(
          answer => {
            resolve({ status, headers, ...answer })
            // The server has heard enough: nobody would end the connection, which keeps the body.
            if (!request.writableFinished) request.destroy()
          },
          error => reject(connectionError(error, host)),
        )
      })
      // Also where Node says nothing of it, as after 101 (Switching Protocols).
      request.once('close', () => {
        signal.removeEventListener('abort', abort)
        if (!hasBegun) reject(connectionError(closedError(), host))
      })
      request.end(body)
    })
  }
}

function collect(
  response: Http.IncomingMessage,
  { maxAnswerBytes: maxBytes, cutsAnswer }: HttpRequest,
): Promise<Pick<HttpAnswer, 'body' | 'isCut'>> {
  const chunks: Buffer[] = []
  let size = 0
  return new Promise((resolve, reject) => {
    response.on('data', (chunk: Buffer) => {
      size += chunk.length
      chunks.push(chunk)
      if (size <= maxBytes) return
      if (cutsAnswer) resolve({ body: Buffer.concat(chunks).subarray(0, maxBytes), isCut: true })
      const reason = new Error(`the answer is longer than ${maxBytes} bytes`)
      response.destroy(cutsAnswer ? undefined : reason)
    })
    response.once('end', () => resolve({ body: Buffer.concat(chunks), isCut: false }))
    response.once('error', error => reject(isGone(error) ? endedWithin() : error))
    response.once('close', () => reject(endedWithin()))
  })
}

function isGone(error: Error): boolean {
  return ['ECONNRESET', 'EPIPE'].includes(codeOf(error) ?? '')
}

function endedWithin(): Error {
  return new Error('the connection ended within the answer')
}
