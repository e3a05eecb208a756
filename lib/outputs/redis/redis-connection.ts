// One connection to a server. ioredis matches replies to commands, in their order, and parses them; everything else
// that it can do is off: it neither connects again, nor queues, nor sends anything twice. Whoever holds the connection
// decides that.

import type { Socket } from 'node:net'
import { AbstractConnector, Redis, Command as RedisCommand } from 'ioredis'
import { messageOf } from '../../errors.ts'
import type { SharedConnection } from '../connection/shared-connections.ts'
import type { Command } from './commands.ts'
import { type Refusal, type Reply, refusalOf, wordsOf } from './replies.ts'

/** More than a reply to a command takes: an integer, or an error in words. */
const MAX_REPLY_BYTES = 1024

/** Beside those; INFO has some thousand bytes. */
const MAX_OTHER_BYTES = 64 * 1024

const LINE_END = 0x0a

const CLOSED = 'the connection ended before there was an answer'

export class RedisConnection implements SharedConnection {
  readonly #socket: Socket
  readonly #client: Redis
  /** Why it ended, as far as that is known. */
  #failure: Error | undefined
  #receivedBytes = 0
  #allowedBytes = MAX_OTHER_BYTES
  #lastByte = LINE_END
  /** Now: writes that wait for replies. */
  #uses = 0
  /** Called when more has come, or nothing will. */
  #wakers: (() => void)[] = []

  private constructor(socket: Socket) {
    this.#socket = socket
    this.#client = new Redis({
      Connector: connectorOf(socket),
      lazyConnect: true,
      ...{ retryStrategy: null, enableOfflineQueue: false, maxRetriesPerRequest: 0 },
      ...{ autoResendUnfulfilledCommands: false, autoResubscribe: false },
      // Its handshake: RESP2, and nothing said. What is said is said by us, and each answer looked at.
      ...{ protocol: 2, enableReadyCheck: false, disableClientInfo: true },
      // As a number, ioredis would take ":x" for 72.
      stringNumbers: true,
    })
    socket.once('close', () => this.#wakeAll())
    // A reply that nobody has asked for, or what is none at all: the next one would be taken for another.
    this.#client.on('error', (error: Error) => this.destroy(errorOf(error)))
    this.#client.once('connect', () => {
      socket.on('data', (data: Buffer) => {
        this.#receivedBytes += data.length
        this.#lastByte = data.at(-1) ?? LINE_END
        this.#wakeAll()
        if (this.#receivedBytes > this.#allowedBytes)
          this.destroy(new Error('the answer is too long'))
      })
    })
  }

  /** Takes over a socket that is connected. */
  static async over(socket: Socket): Promise<RedisConnection> {
    const connection = new RedisConnection(socket)
    await connection.#client.connect()
    return connection
  }

  get isClosed(): boolean {
    return this.#client.status !== 'ready' || !this.#socket.writable
  }

  /** One command; an error of the server is an answer. @throws Error if there is none */
  async ask(
    name: string,
    args: readonly string[],
    signal: AbortSignal,
  ): Promise<NonNullable<Reply>> {
    return this.#during(signal, async () => {
      const reply = await replyTo(this.#client.call(name, [...args]))
      if (reply === undefined || !(await this.#isWhole())) throw this.#failure ?? new Error(CLOSED)
      return reply
    })
  }

  /**
   * Sends all commands at once.
   *
   * @returns a reply for each
   * @throws Error if there is not a single one
   */
  async run(commands: readonly Command[], signal: AbortSignal): Promise<readonly Reply[]> {
    return this.#during(signal, async () => {
      this.#allowedBytes += commands.length * MAX_REPLY_BYTES
      this.#socket.cork()
      const sent = commands.map(each => replyTo(this.#client.sendCommand(new MadeCommand(each))))
      this.#socket.uncork()
      const replies = await Promise.all(sent)
      if (!(await this.#isWhole())) replies[replies.findLastIndex(Boolean)] = undefined
      if (replies.every(reply => reply === undefined)) throw this.#failure ?? new Error(CLOSED)
      return replies
    })
  }

  async end(): Promise<void> {
    this.#client.disconnect()
  }

  destroy(reason: Error): void {
    this.#failure ??= reason
    this.#socket.destroy()
  }

  /** An answer that nobody waits for any more would be taken for the next one: without it the connection ends. */
  async #during<T>(signal: AbortSignal, act: () => Promise<T>): Promise<T> {
    if (this.#uses === 0) this.#allowedBytes = this.#receivedBytes + MAX_OTHER_BYTES
    this.#uses++
    const abort = () => this.destroy(signal.reason)
    if (signal.aborted) abort()
    signal.addEventListener('abort', abort, { once: true })
    try {
      return await act()
    } finally {
      this.#uses--
      signal.removeEventListener('abort', abort)
    }
  }

  /** For ioredis a reply ends with its \r. A server may have meant to say more than what has come. */
  async #isWhole(): Promise<boolean> {
    while (this.#lastByte !== LINE_END && !this.#socket.destroyed) {
      await new Promise<void>(resolve => this.#wakers.push(resolve))
    }
    return this.#lastByte === LINE_END
  }

  #wakeAll(): void {
    for (const wake of this.#wakers.splice(0)) wake()
  }
}

/** A command whose bytes are there already. */
class MadeCommand extends RedisCommand {
  readonly #bytes: Buffer

  constructor({ name, key, bytes }: Command) {
    super(name, [key], { replyEncoding: 'utf8' })
    this.#bytes = bytes
  }

  override toWritable(): Buffer {
    return this.#bytes
  }
}

function connectorOf(socket: Socket) {
  return class extends AbstractConnector {
    constructor() {
      super(0)
    }

    override async connect(): Promise<Socket> {
      return socket
    }

    override disconnect(): void {
      socket.destroy()
    }
  }
}

async function replyTo(asked: unknown): Promise<Reply> {
  try {
    return { value: await asked }
  } catch (error) {
    const refusal = refusalIn(error)
    return refusal && { refusal }
  }
}

/** The errors of ioredis have the arguments of the command, and so the events: they go no further than this. */
function refusalIn(error: unknown): Refusal | undefined {
  return error instanceof Error && error.name === 'ReplyError'
    ? refusalOf(error.message)
    : undefined
}

function errorOf(error: Error): Error {
  // Said before anything was asked: there are too many clients, or the server takes none from elsewhere.
  const [, said] = /Last error: (.*)$/s.exec(error.message) ?? []
  if (said !== undefined) return new Error(wordsOf(refusalOf(said)))
  if (/Unknown RESP type/.test(error.message)) return new Error('what answers is no Redis')
  return 'syscall' in error || 'code' in error ? error : new Error(messageOf(error))
}
