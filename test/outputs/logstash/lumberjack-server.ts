import { once } from 'node:events'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { inflateSync } from 'node:zlib'

/** A window whose events have all arrived. */
export interface Window {
  /** The texts of its events. */
  readonly events: readonly string[]
  readonly isCompressed: boolean
  readonly socket: Socket
}

/** `2A` and a number. */
export function ack(number: number): Buffer {
  const bytes = Buffer.from('2A\0\0\0\0')
  bytes.writeUInt32BE(number, 2)
  return bytes
}

/** Speaks Lumberjack version 2: keeps what it is sent, and acknowledges it as it is told. */
export class LumberjackServer {
  readonly windows: Window[] = []
  /** What it has to say to a window; by default that all of it is there. */
  answer: (window: Window) => void = ({ events, socket }) => void socket.write(ack(events.length))
  /** What was wrong with what it was sent. */
  readonly faults: string[] = []
  readonly server: Server
  readonly sockets: Socket[] = []
  port = 0

  /** `server` may be one of TLS. */
  constructor(server = createServer()) {
    this.server = server
    const event = 'setSecureContext' in server ? 'secureConnection' : 'connection'
    server.on(event, (socket: Socket) => this.#serve(socket))
  }

  get events(): readonly string[] {
    return this.windows.flatMap(({ events }) => events)
  }

  async listen(port = 0): Promise<number> {
    await once(this.server.listen(port, '127.0.0.1'), 'listening')
    this.port = (this.server.address() as AddressInfo).port
    return this.port
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
    const reader = new Reader()
    socket.on('data', data => {
      try {
        for (const { events, isCompressed } of reader.read(data)) {
          const window = { events, isCompressed, socket }
          this.windows.push(window)
          this.answer(window)
        }
      } catch (error) {
        this.faults.push(String(error))
        socket.destroy()
      }
    })
  }
}

class Reader {
  #bytes = Buffer.alloc(0)
  /** Of the window that has begun. */
  #count = 0
  #events: string[] = []
  #isCompressed = false;

  *read(data: Buffer): Generator<{ events: readonly string[]; isCompressed: boolean }> {
    this.#bytes = Buffer.concat([this.#bytes, data])
    for (let used = this.#frame(this.#bytes); used > 0; used = this.#frame(this.#bytes)) {
      this.#bytes = this.#bytes.subarray(used)
      if (this.#count === 0 || this.#events.length < this.#count) continue
      yield { events: this.#events, isCompressed: this.#isCompressed }
      this.#count = 0
    }
  }

  /** Takes the frame that the bytes begin with; returns its size, and 0 if it is not there as a whole. */
  #frame(bytes: Buffer): number {
    if (bytes.length < 6) return 0
    const type = bytes.toString('latin1', 0, 2)
    const size = bytes.readUInt32BE(2)
    if (type === '2W') {
      if (this.#count > 0) throw new Error('a window within a window')
      if (size === 0) throw new Error('an empty window')
      this.#count = size
      this.#events = []
      this.#isCompressed = false
      return 6
    }
    if (this.#count === 0) throw new Error(`${JSON.stringify(type)} outside of a window`)
    if (type === '2C') {
      if (bytes.length < 6 + size) return 0
      this.#isCompressed = true
      let inner = inflateSync(bytes.subarray(6, 6 + size))
      while (inner.length > 0) {
        const used = this.#frame(inner)
        if (used === 0) throw new Error('a compressed frame that is cut off')
        inner = inner.subarray(used)
      }
      return 6 + size
    }
    if (type !== '2J') throw new Error(`a frame of type ${JSON.stringify(type)}`)
    const end = bytes.length < 10 ? Number.POSITIVE_INFINITY : 10 + bytes.readUInt32BE(6)
    if (bytes.length < end) return 0
    // What a server does first with it.
    const text = bytes.toString('utf8', 10, end)
    JSON.parse(text)
    this.#events.push(text)
    if (size !== this.#events.length) throw new Error(`event ${size} in the place of another`)
    if (this.#events.length > this.#count) throw new Error('more events than the window has')
    return end
  }
}
