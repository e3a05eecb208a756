// Messages over TCP or TLS, RFC 6587 (3.4.1, octet counting) and RFC 5425: `123 <134>1 …`. Nothing confirms them. A
// message counts as sent once the kernel has it, and what the server has not read by the end of the connection is lost.

import type { Socket } from 'node:net'
import type { Logger } from 'pino'
import { Recurring } from '../../backoff.ts'
import { WRITTEN, type WriteCall, type WriteResult } from '../../output.ts'
import { connectionError, type FailedPeer } from '../connection/failures.ts'
import { openSocket, type TlsOptions } from '../connection/open-socket.ts'
import {
  closedError,
  type SharedConnection,
  SharedConnections,
} from '../connection/shared-connections.ts'
import type { Frame, Messages } from './messages.ts'
import type { SyslogPeer } from './peer.ts'

const COUNTED: Frame = { before: bytes => `${bytes} `, after: '' }

interface StreamOptions {
  readonly peer: FailedPeer
  readonly tls: TlsOptions | undefined
  readonly log: Logger
}

export class StreamPeer implements SyslogPeer {
  readonly #peer: FailedPeer
  readonly #connections: SharedConnections<StreamConnection>
  readonly #words = new Recurring()

  constructor({ peer, tls, log }: StreamOptions) {
    this.#peer = peer
    const lost = `${peer.title} has ended a connection: what it had not read of it is lost`
    this.#connections = new SharedConnections({
      open: async signal => {
        const socket = await openSocket(peer, tls, signal)
        return new StreamConnection(socket, () => this.#words.say(log, 'warn', {}, lost))
      },
      uses: 1,
      ttlMs: 0,
    })
  }

  async write(messages: Messages, { signal }: WriteCall): Promise<WriteResult> {
    const bytes = messages.framed(COUNTED)
    try {
      await this.#connections.with(connection => connection.send(bytes, signal), signal)
      return WRITTEN
    } catch (thrown) {
      throw connectionError(thrown, this.#peer)
    }
  }

  close(): Promise<void> {
    return this.#connections.close()
  }
}

class StreamConnection implements SharedConnection {
  readonly #socket: Socket
  #failure: Error | undefined
  #fail: (reason: Error) => void = () => undefined

  /** `onLost`: the server has ended a connection on which something was sent. */
  constructor(socket: Socket, onLost: () => void) {
    this.#socket = socket
    const lose = (reason: Error) => {
      if (this.#failure === undefined && socket.bytesWritten > 0) onLost()
      this.destroy(reason)
    }
    // A server has nothing to say; but unless it is read, its end is not seen.
    socket.resume()
    socket.on('error', lose)
    for (const event of ['end', 'close']) {
      socket.on(event, () => lose(closedError()))
    }
  }

  get isClosed(): boolean {
    return this.#failure !== undefined
  }

  /** Resolves once the kernel has all of it. */
  send(bytes: Buffer, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#failure) return reject(this.#failure)
      const abort = () => this.destroy(signal.reason)
      const done = () => signal.removeEventListener('abort', abort)
      this.#fail = reason => {
        done()
        reject(reason)
      }
      if (signal.aborted) return abort()
      signal.addEventListener('abort', abort, { once: true })
      this.#socket.write(bytes, error => {
        done()
        if (error) this.destroy(error)
        else resolve()
      })
    })
  }

  async end(): Promise<void> {
    this.#failure ??= new Error('the connection has been ended')
    this.#socket.destroySoon()
  }

  destroy(reason: Error): void {
    this.#failure ??= reason
    this.#socket.destroy()
    this.#fail(reason)
  }
}
