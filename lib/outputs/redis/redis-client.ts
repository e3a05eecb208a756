// The connection to one server. Writes at once share it, and its server does one command after the other: so lists
// have the events of batches in the order in which these were sent.

import type { Socket } from 'node:net'
import { connectionError } from '../connection/failures.ts'
import { openSocket, type TlsOptions } from '../connection/open-socket.ts'
import { SharedConnections } from '../connection/shared-connections.ts'
import type { Command } from './commands.ts'
import { RedisConnection } from './redis-connection.ts'
import { type Reply, wordsOf } from './replies.ts'
import type { RedisServer } from './servers.ts'

export class RedisClient {
  readonly server: RedisServer
  readonly #connections: SharedConnections<RedisConnection>

  constructor(server: RedisServer, tls: TlsOptions) {
    this.server = server
    this.#connections = new SharedConnections({
      open: async signal => {
        const socket = await openSocket(server, server.isSecure ? tls : undefined, signal)
        return introduced(socket, server, signal)
      },
      uses: Number.POSITIVE_INFINITY,
      ttlMs: 0,
    })
  }

  /**
   * @returns a reply for each command
   * @throws Error if there is no connection, or not a single reply
   */
  async run(commands: readonly Command[], signal: AbortSignal): Promise<readonly Reply[]> {
    try {
      return await this.#connections.with(async connection => {
        const replies = await connection.run(commands, signal)
        // It is closed, or about to be.
        if (replies.includes(undefined)) connection.destroy(new Error('there was no answer'))
        return replies
      }, signal)
    } catch (error) {
      throw signal.aborted ? signal.reason : connectionError(error, this.server)
    }
  }

  close(): Promise<void> {
    return this.#connections.close()
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
    await connection.end()
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
