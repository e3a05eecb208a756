import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { type AddressInfo, createServer as createPlain, type Server, type Socket } from 'node:net'
import { createServer as createSecure, type TlsOptions } from 'node:tls'
import type { Issued } from '../tls/certificates.ts'

/** Servers that stay until `close`. */
export class FaultyServers {
  readonly #servers: Server[] = []
  readonly #sockets: Socket[] = []

  async close(): Promise<void> {
    for (const each of this.#sockets.splice(0)) each.destroy()
    for (const each of this.#servers.splice(0)) each.close()
  }

  /** Plain text; `greet` has each connection. */
  plain(greet: (socket: Socket) => void = () => undefined): Promise<number> {
    return this.#listen(createPlain(socket => this.#keep(socket, greet)))
  }

  /** TLS with this certificate. */
  secure({ cert, key }: Issued, more: TlsOptions = {}): Promise<number> {
    const content = { cert: readFileSync(cert), key: readFileSync(key) }
    return this.#listen(createSecure({ ...content, ...more }, socket => this.#keep(socket)))
  }

  /** A port on which nothing listens. */
  async nowhere(): Promise<number> {
    const server = createPlain().listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    server.close()
    await once(server, 'close')
    return port
  }

  #keep(socket: Socket, greet: (socket: Socket) => void = () => undefined): void {
    this.#sockets.push(socket)
    socket.on('error', () => undefined)
    greet(socket)
  }

  async #listen(server: Server): Promise<number> {
    this.#servers.push(server)
    await once(server.listen(0, '127.0.0.1'), 'listening')
    return (server.address() as AddressInfo).port
  }
}
