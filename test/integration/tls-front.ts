import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { request } from 'node:http'
import { createServer } from 'node:https'
import type { Issued } from '../outputs/tls/certificates.ts'

/**
 * Stands before a server that has no security of its own: ends TLS, and refuses who has no such API key, with
 * the answer that Elasticsearch gives. What is behind it is real, it is not.
 */
export class TlsFront {
  readonly #server: ReturnType<typeof createServer>
  /** Requests that were refused. */
  refused = 0
  port = 0

  /** `apiKey`: id:key. */
  constructor(target: number, apiKey: string, { cert, key }: Issued) {
    const expected = `ApiKey ${Buffer.from(apiKey).toString('base64')}`
    const options = { cert: readFileSync(cert), key: readFileSync(key) }
    this.#server = createServer(options, (incoming, outgoing) => {
      const { method, url: path, headers } = incoming
      if (headers.authorization !== expected) {
        this.refused++
        incoming.resume()
        outgoing.writeHead(401, { 'www-authenticate': 'ApiKey' }).end(REFUSAL)
        return
      }
      const place = { host: '127.0.0.1', port: target }
      const forwarded = request({ ...place, method, path, headers }, answer => {
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers)
        answer.pipe(outgoing)
      })
      forwarded.on('error', () => outgoing.destroy())
      incoming.pipe(forwarded)
    })
  }

  async open(): Promise<void> {
    await once(this.#server.listen(0, '127.0.0.1'), 'listening')
    this.port = Object(this.#server.address()).port
  }

  async shut(): Promise<void> {
    this.#server.closeAllConnections()
    this.#server.close()
    await once(this.#server, 'close')
  }
}

const REFUSAL = JSON.stringify({
  error: { type: 'security_exception', reason: 'unable to authenticate' },
  status: 401,
})
