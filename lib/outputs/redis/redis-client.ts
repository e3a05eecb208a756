// The connections to one server: as many as there are writes at once, each kept for the next write.

import type { Socket } from 'node:net'
import { connectionError } from '../connection/failures.ts'
import { openSocket, type TlsOptions } from '../connection/open-socket.ts'
import type { Command } from './commands.ts'
import { RedisConnection } from './redis-connection.ts'
import { type Reply, wordsOf } from './replies.ts'
import type { RedisServer } from './servers.ts'

/** The longest that connecting may take, if `timeout` of the output leaves it that long. */
const CONNECT_MS = 30_000

export class RedisClient {
  readonly server: RedisServer
  readonly #tls: TlsOptions | undefined
  readonly #closing = new AbortController()
  #idle: readonly RedisConnection[] = []

  constructor(server: RedisServer, tls: TlsOptions) {
    this.server = server
    this.#tls = server.isSecure ? tls : undefined
  }

  /**
   * @returns a reply for each command
   * @throws Error if there is no connection, or not a single reply
   */
  async run(commands: readonly Command[], write: AbortSignal): Promise<readonly Reply[]> {
    const signal = AbortSignal.any([write, this.#closing.signal])
    signal.throwIfAborted()
    try {
      const connection = this.#kept() ?? (await this.#connect(signal))
      const replies = await connection.run(commands, signal)
      // With fewer replies it is closed, or about to be.
      if (connection.isOpen && !replies.includes(undefined))
        this.#idle = [...this.#idle, connection]
      else connection.close()
      return replies
    } catch (error) {
      throw signal.aborted ? signal.reason : connectionError(error, this.server)
    }
  }

  close(): void {
    this.#closing.abort(new Error('the output is closed'))
    for (const each of this.#idle) each.close()
    this.#idle = []
  }

  /** The one that was used last: those that are not needed any more are closed by the server. */
  #kept(): RedisConnection | undefined {
    const open = this.#idle.filter(({ isOpen }) => isOpen)
    const last = open.pop()
    this.#idle = open
    return last
  }

  async #connect(write: AbortSignal): Promise<RedisConnection> {
    const signal = AbortSignal.any([write, AbortSignal.timeout(CONNECT_MS)])
    const socket = await openSocket(this.server, this.#tls, signal)
    return introduced(socket, this.server, signal)
  }
}

/** A connection whose server knows who we are, and which database is meant. */
async function introduced(
  socket: Socket,
  { auth, db }: RedisServer,
  signal: AbortSignal,
): Promise<RedisConnection> {
  const connection = await RedisConnection.over(socket)
  try {
    if (auth !== undefined) await expectOk(connection, 'auth', auth, signal)
    // Without this, events would go to database 0.
    if (db !== 0) await expectOk(connection, 'select', [String(db)], signal)
    return connection
  } catch (error) {
    connection.close()
    throw error
  }
}

async function expectOk(
  connection: RedisConnection,
  name: string,
  args: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  const reply = await connection.ask(name, args, signal)
  if ('refusal' in reply) throw new Error(`${name.toUpperCase()}: ${wordsOf(reply.refusal)}`)
  if (String(reply.value) !== 'OK') throw new Error('what answers is no Redis')
}
