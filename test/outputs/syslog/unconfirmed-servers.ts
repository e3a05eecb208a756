import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'

/** Takes messages by octet counting, RFC 6587. */
export class StreamServer {
  readonly messages: string[] = []
  readonly faults: string[] = []
  readonly sockets: Socket[] = []
  readonly server: Server

  /** `server` may be one of TLS. */
  constructor(server = createServer()) {
    this.server = server
    const event = 'setSecureContext' in server ? 'secureConnection' : 'connection'
    server.on(event, (socket: Socket) => this.#serve(socket))
  }

  async listen(port = 0): Promise<number> {
    await once(this.server.listen(port, '127.0.0.1'), 'listening')
    return (this.server.address() as AddressInfo).port
  }

  async close(): Promise<void> {
    for (const socket of this.sockets) socket.destroy()
    if (!this.server.listening) return
    this.server.close()
    await once(this.server, 'close')
  }

  #serve(socket: Socket): void {
    this.sockets.push(socket)
    socket.on('error', () => undefined)
    let bytes = Buffer.alloc(0)
    socket.on('data', data => {
      bytes = Buffer.concat([bytes, data])
      for (;;) {
        const space = bytes.indexOf(0x20)
        if (space < 0) return
        const counted = bytes.toString('latin1', 0, space)
        if (!/^[1-9]\d*$/.test(counted)) {
          this.faults.push(counted)
          return void socket.destroy()
        }
        const end = space + 1 + Number(counted)
        if (bytes.length < end) return
        this.messages.push(bytes.toString('utf8', space + 1, end))
        bytes = bytes.subarray(end)
      }
    })
  }
}

/** Takes a message in each datagram, RFC 5426. */
export class DatagramServer {
  readonly messages: string[] = []
  readonly #socket = createSocket({ type: 'udp4', recvBufferSize: 4 * 1024 * 1024 })

  async listen(port = 0): Promise<number> {
    this.#socket.on('message', message => this.messages.push(message.toString('utf8')))
    this.#socket.bind(port, '127.0.0.1')
    await once(this.#socket, 'listening')
    return this.#socket.address().port
  }

  async close(): Promise<void> {
    this.#socket.close()
    await once(this.#socket, 'close')
  }
}
