import { once } from 'node:events'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

/** A second address of a server, whose answers come late, and which can be shut and opened. */
export class LateProxy {
  readonly #target: number
  readonly #server: Server
  readonly #sockets = new Set<Socket>()
  /** Answers that have passed, in pieces as they came. */
  answers = 0
  port = 0
  lateMs = 0

  constructor(target: number) {
    this.#target = target
    this.#server = createServer({ noDelay: true }, client => this.#link(client))
  }

  /** Takes connections, always at the same port. */
  async open(): Promise<void> {
    await once(this.#server.listen(this.port, '127.0.0.1'), 'listening')
    this.port = Object(this.#server.address()).port
  }

  /** Cuts all connections, and refuses others. */
  async shut(): Promise<void> {
    if (!this.#server.listening) return
    const closed = once(this.#server, 'close')
    this.#server.close()
    for (const socket of this.#sockets) socket.destroy()
    await closed
  }

  #link(client: Socket): void {
    const peer = connect(this.#target, '127.0.0.1')
    for (const [socket, other] of [
      [client, peer],
      [peer, client],
    ] as const) {
      this.#sockets.add(socket)
      socket.on('error', () => other.destroy())
      socket.on('close', () => {
        this.#sockets.delete(socket)
        other.destroy()
      })
    }
    client.pipe(peer)
    let passing = Promise.resolve()
    peer.on('data', bytes => {
      const late = sleep(this.lateMs)
      passing = passing.then(async () => {
        await late
        this.answers++
        client.write(bytes)
      })
    })
  }
}
