import { once } from 'node:events'
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { buffer } from 'node:stream/consumers'

export interface Seen {
  readonly method: string
  readonly url: string
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
  /** The port of the client: one for each connection. */
  readonly from: number
}

type Answer = (response: ServerResponse, seen: Seen) => void

/** A server that keeps what it has seen, and answers as it is told. */
export class WebServer {
  readonly seen: Seen[] = []
  answer: Answer = response => response.writeHead(200).end()
  readonly server: Server
  port = 0

  constructor(server = createServer()) {
    this.server = server
    server.on('request', (request: IncomingMessage, response: ServerResponse) => {
      void this.#serve(request, response)
    })
  }

  async listen(): Promise<number> {
    await once(this.server.listen(0, '127.0.0.1'), 'listening')
    this.port = (this.server.address() as AddressInfo).port
    return this.port
  }

  async close(): Promise<void> {
    this.server.closeAllConnections()
    this.server.close()
    await once(this.server, 'close')
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await buffer(request).catch(() => undefined)
    if (body === undefined) return
    const { method = '', url = '', headers, socket } = request
    const seen = { method, url, headers, body, from: socket.remotePort ?? 0 }
    this.seen.push(seen)
    this.answer(response, seen)
  }
}

/** A proxy that connects, and passes plain requests on. */
export function proxy(): { readonly web: WebServer; readonly tunnels: string[] } {
  const web = new WebServer()
  const tunnels: string[] = []
  const sockets: Socket[] = []
  web.server.on('connect', (request: IncomingMessage, client: Socket) => {
    tunnels.push(`${request.url} ${request.headers['proxy-authorization'] ?? ''}`)
    const [host = '', port] = (request.url ?? '').split(':')
    if (host === 'refused.test') return client.end('HTTP/1.1 403 Forbidden\r\n\r\n')
    const server = connect(Number(port), host, () => {
      client.write('HTTP/1.1 200 Connected\r\n\r\n')
      server.pipe(client).pipe(server)
    })
    sockets.push(server, client)
    for (const each of [server, client]) each.on('error', () => undefined)
  })
  web.server.on('close', () => {
    for (const each of sockets) each.destroy()
  })
  return { web, tunnels }
}
