import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { gunzipSync } from 'node:zlib'
import { Bytes, text, u32 } from './bytes.ts'

/** A message that has arrived. */
export interface Received {
  readonly topic: string
  readonly partition: number
  readonly key: string | undefined
  readonly value: string
  readonly timestamp: number
}

/** What is said for one partition. */
interface Said {
  readonly code: number
  readonly wrong?: readonly number[]
}

const [PRODUCE, METADATA, HANDSHAKE, VERSIONS, AUTHENTICATE] = [0, 3, 17, 18, 36] as const

/** Each kind of request in one version, so that what is agreed on is known. */
const SPOKEN = [
  [PRODUCE, 7, 8],
  [METADATA, 0, 7],
  [HANDSHAKE, 1, 1],
  [VERSIONS, 0, 0],
  [AUTHENTICATE, 0, 0],
] as const

/**
 * One broker of Kafka, which leads every partition. It keeps what it is sent, and answers for each partition as it is
 * told.
 */
export class Broker {
  readonly received: Received[] = []
  /** The kinds of requests, in the order in which they came. */
  readonly asked: number[] = []
  /** Topics and how many partitions they have. */
  readonly topics = new Map([['events', 3]])
  /** Which messages of a partition are taken. */
  judge: (messages: readonly Received[]) => Said = () => ({ code: 0 })
  /** The leader of a partition; −1: nobody. */
  leader: (partition: number) => number = () => 1
  /** What is said instead of anything. */
  instead: Buffer | undefined
  /** Whether it says that it is as old as 2018. */
  isOld = false
  /** Who may come; undefined: anybody. */
  password: string | undefined
  /** Where it says that it listens. */
  advertised = 0
  host = '127.0.0.1'
  port = 0
  readonly #server = createServer(socket => this.#serve(socket))
  readonly #sockets = new Set<Socket>()

  get values(): readonly string[] {
    return this.received.map(({ value }) => value)
  }

  async listen(): Promise<void> {
    await once(this.#server.listen(0, '127.0.0.1'), 'listening')
    this.port = (this.#server.address() as AddressInfo).port
    this.advertised = this.port
  }

  /** Ends all connections. */
  cut(): void {
    for (const socket of this.#sockets) socket.destroy()
  }

  async close(): Promise<void> {
    this.cut()
    if (!this.#server.listening) return
    this.#server.close()
    await once(this.#server, 'close')
  }

  #serve(socket: Socket): void {
    this.#sockets.add(socket)
    socket.on('error', () => undefined).on('close', () => this.#sockets.delete(socket))
    let rest: Buffer = Buffer.alloc(0)
    const state = { isKnown: this.password === undefined }
    socket.on('data', data => {
      rest = Buffer.concat([rest, data])
      while (rest.length >= 4 && rest.length >= 4 + rest.readInt32BE(0)) {
        const end = 4 + rest.readInt32BE(0)
        this.#answer(socket, rest.subarray(4, end), state)
        rest = rest.subarray(end)
      }
    })
  }

  #answer(socket: Socket, request: Buffer, state: { isKnown: boolean }): void {
    if (this.instead !== undefined) return void socket.write(this.instead)
    const bytes = new Bytes(request)
    const [kind, version, number] = [bytes.i16(), bytes.i16(), bytes.i32()]
    bytes.text()
    this.asked.push(kind)
    const isSpoken = SPOKEN.some(
      ([key, min, max]) => key === kind && version >= min && version <= max,
    )
    const isGreeting = kind === VERSIONS || kind === HANDSHAKE || kind === AUTHENTICATE
    // As a broker does: it closes the connection.
    if (!isSpoken || (!state.isKnown && !isGreeting)) return void socket.destroy()
    const body = this.#bodyOf(kind, version, bytes, state)
    if (body === undefined) return
    const head = Buffer.concat([u32(body.length + 4), u32(number)])
    socket.write(Buffer.concat([head, body]))
  }

  #bodyOf(
    kind: number,
    version: number,
    bytes: Bytes,
    state: { isKnown: boolean },
  ): Buffer | undefined {
    if (kind === VERSIONS) return versionsOf(this.isOld)
    if (kind === METADATA) return this.#metadata(bytes.texts())
    if (kind === PRODUCE) return this.#produce(bytes, version)
    if (kind === HANDSHAKE) {
      const isOffered = bytes.text() === 'PLAIN'
      return Buffer.concat([Bytes.i16(isOffered ? 0 : 33), u32(1), text('PLAIN')])
    }
    bytes.i32()
    const [, , password] = bytes.rest().toString().split('\0')
    state.isKnown = password === this.password
    return Buffer.concat([Bytes.i16(state.isKnown ? 0 : 58), text('no'), u32(0)])
  }

  #metadata(names: readonly string[]): Buffer {
    const broker = [u32(1), text(this.host), u32(this.advertised), Bytes.i16(-1)]
    const topics = names.map(name => {
      const count = this.topics.get(name) ?? 0
      const partitions = [...Array(count).keys()].map(partition => {
        const leader = this.leader(partition)
        const replicas = [u32(1), u32(1), u32(1), u32(1), u32(0)]
        return [Bytes.i16(0), u32(partition), u32(leader), u32(0), ...replicas]
      })
      const isInternal = Buffer.from([0])
      const head = [Bytes.i16(count === 0 ? 3 : 0), text(name), isInternal]
      return [...head, u32(count), ...partitions.flat()]
    })
    const head = [u32(0), u32(1), ...broker, text('cluster'), u32(1)]
    return Buffer.concat([...head, u32(topics.length), ...topics.flat()])
  }

  /** Undefined: nobody waits for an answer. */
  #produce(bytes: Bytes, version: number): Buffer | undefined {
    bytes.text()
    const acks = bytes.i16()
    bytes.i32()
    const topics = bytes.list(() => {
      const topic = bytes.text()
      const answers = bytes.list(() => {
        const partition = bytes.i32()
        const messages = messagesIn(bytes.bytes(), topic, partition)
        const { code, wrong = [] } = this.judge(messages)
        if (code === 0) this.received.push(...messages)
        const errors = wrong.flatMap(at => [u32(at), text('wrong')])
        const offsets = Buffer.alloc(24)
        const more = version >= 8 ? [u32(wrong.length), ...errors, Bytes.i16(-1)] : []
        return Buffer.concat([u32(partition), Bytes.i16(code), offsets, ...more])
      })
      return Buffer.concat([text(topic), u32(answers.length), ...answers])
    })
    if (acks === 0) return undefined
    return Buffer.concat([u32(topics.length), ...topics, u32(0)])
  }
}

function versionsOf(isOld: boolean): Buffer {
  const old = SPOKEN.map(([key]) => [key, 0, 2] as const)
  const each = (isOld ? old : SPOKEN).flat().map(number => Bytes.i16(number))
  return Buffer.concat([Bytes.i16(0), u32(SPOKEN.length), ...each])
}

/** A batch of records, of format 2. */
function messagesIn(batch: Buffer, topic: string, partition: number): readonly Received[] {
  const bytes = new Bytes(batch)
  bytes.skip(8 + 4 + 4)
  if (bytes.i8() !== 2) throw new Error('records of another format')
  bytes.skip(4)
  const compression = bytes.i16() & 7
  bytes.skip(4)
  const first = Number(bytes.i64())
  bytes.skip(8 + 8 + 2 + 4)
  const count = bytes.i32()
  const records = new Bytes(compression === 1 ? gunzipSync(bytes.rest()) : bytes.rest())
  return Array.from({ length: count }, (_, at) => {
    records.varint()
    records.i8()
    const timestamp = first + records.varint()
    if (records.varint() !== at) throw new Error('a record in the place of another')
    const key = records.varBytes()?.toString()
    const value = records.varBytes()?.toString() ?? ''
    if (records.varint() !== 0) throw new Error('a record with headers')
    return { topic, partition, key, value, timestamp }
  })
}
