// Writes to one server: a batch is one window, or with `slow_start` several.

import type { Logger } from 'pino'
import { Recurring } from '../../backoff.ts'
import type { Batch, WriteCall, WriteResult } from '../../output.ts'
import { WRITTEN } from '../../output.ts'
import { connectionError, type FailedPeer } from '../connection/failures.ts'
import { openSocket, type TlsOptions } from '../connection/open-socket.ts'
import { SharedConnections } from '../connection/shared-connections.ts'
import { LumberjackConnection } from './connection.ts'
import { windowOf } from './frames.ts'
import type { LogstashSettings } from './settings.ts'

/** As in Beats. */
const FIRST_WINDOW = 10

/** A batch and what is sent for all of it. */
interface Prepared {
  readonly batch: Batch
  /** Undefined: it is sent in parts. */
  readonly whole: Buffer | undefined
  readonly otherwise: string
}

interface ClientOptions {
  readonly peer: FailedPeer
  readonly tls: TlsOptions | undefined
  readonly settings: Pick<
    LogstashSettings,
    'pipelining' | 'ttl' | 'slow_start' | 'compression_level'
  >
  readonly log: Logger
}

export class LumberjackClient {
  readonly #options: ClientOptions
  readonly #connections: SharedConnections<LumberjackConnection>
  readonly #words = new Recurring()
  /** The most events of a window. */
  #most = FIRST_WINDOW

  constructor(options: ClientOptions) {
    const { peer, tls, settings } = options
    this.#options = options
    this.#connections = new SharedConnections({
      open: async signal => new LumberjackConnection(await openSocket(peer, tls, signal)),
      uses: settings.pipelining,
      ttlMs: settings.ttl,
    })
  }

  /** @throws Error if no event was acknowledged */
  async write(prepared: Prepared, call: WriteCall): Promise<WriteResult> {
    const { count } = prepared.batch
    const { peer, log } = this.#options
    let acked = 0
    try {
      await this.#connections.with(async connection => {
        while (acked < count) {
          const to = prepared.whole ? count : Math.min(count, acked + this.#most)
          const bytes = prepared.whole ?? (await this.#part(prepared, acked, to))
          const size = to - acked
          const sent = await connection.send(bytes, size, call)
          acked += sent.acked
          if (sent.failure) throw sent.failure
          if (size >= this.#most) this.#most *= 2
        }
      }, call.signal)
      return WRITTEN
    } catch (thrown) {
      this.#most = Math.max(1, this.#most >> 1)
      const failure = connectionError(thrown, peer)
      if (acked === 0) throw failure
      const left = count - acked
      const said = { err: failure, acked, left }
      this.#words.say(log, 'error', said, 'The connection ended within a batch')
      const retry = Array.from({ length: left }, (_, at) => acked + at)
      return { retry, reject: [], cause: 'lost' }
    }
  }

  close(): Promise<void> {
    return this.#connections.close()
  }

  #part({ batch, otherwise }: Prepared, from: number, to: number): Promise<Buffer> {
    const level = this.#options.settings.compression_level
    return windowOf({ batch, from, to, level, otherwise })
  }
}
