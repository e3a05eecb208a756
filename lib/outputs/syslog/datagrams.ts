// Messages over UDP, RFC 5426: one in each datagram. Nothing confirms them, and what the network, the kernel of the
// server or the server drops is not known here. One that is larger than a datagram can be is refused by the kernel.

import { createSocket, type Socket } from 'node:dgram'
import { lookup } from 'node:dns/promises'
import { codeOf } from '../../errors.ts'
import type { Rejection, WriteCall, WriteResult } from '../../output.ts'
import { connectionError, type FailedPeer } from '../connection/failures.ts'
import { type SharedConnection, SharedConnections } from '../connection/shared-connections.ts'
import type { Messages } from './messages.ts'
import type { SyslogPeer } from './peer.ts'

/** The most that are handed to the kernel at once. */
const AT_ONCE = 64

/** After so long the name is looked up again: it may have become that of another address. */
const TTL_MS = 60_000

export class DatagramPeer implements SyslogPeer {
  readonly #peer: FailedPeer
  readonly #sockets: SharedConnections<DatagramSocket>

  constructor(peer: FailedPeer) {
    this.#peer = peer
    this.#sockets = new SharedConnections({
      open: signal => DatagramSocket.open(peer, signal),
      uses: 1,
      ttlMs: TTL_MS,
    })
  }

  async write(messages: Messages, { signal }: WriteCall): Promise<WriteResult> {
    try {
      return await this.#sockets.with(socket => send(socket, messages, signal), signal)
    } catch (thrown) {
      throw connectionError(thrown, this.#peer)
    }
  }

  close(): Promise<void> {
    return this.#sockets.close()
  }
}

async function send(
  socket: DatagramSocket,
  messages: Messages,
  signal: AbortSignal,
): Promise<WriteResult> {
  const reject: Rejection[] = []
  for (let first = 0; first < messages.count; first += AT_ONCE) {
    signal.throwIfAborted()
    const ats = Array.from(
      { length: Math.min(AT_ONCE, messages.count - first) },
      (_, at) => first + at,
    )
    const sent = await Promise.all(ats.map(at => socket.send(messages.message(at))))
    for (const [at, isSent] of sent.entries()) {
      const index = messages.indexOf(first + at)
      if (!isSent) reject.push({ index, reason: 'the message is longer than a datagram can be' })
    }
  }
  return { retry: [], reject }
}

class DatagramSocket implements SharedConnection {
  readonly #socket: Socket
  isClosed = false

  private constructor(socket: Socket) {
    this.#socket = socket
    // What the network has answered to a datagram of before: those were lost, and others would be.
    socket.on('error', error => this.destroy(error))
  }

  static async open({ host, port }: FailedPeer, signal: AbortSignal): Promise<DatagramSocket> {
    const { address, family } = await lookup(host)
    signal.throwIfAborted()
    const socket = createSocket(family === 6 ? 'udp6' : 'udp4')
    const opened = new DatagramSocket(socket)
    await new Promise<void>((resolve, reject) => {
      socket.once('error', reject)
      socket.connect(port, address, () => {
        socket.off('error', reject)
        resolve()
      })
    })
    return opened
  }

  /** Resolves with false if it is too long. */
  send(message: Buffer): Promise<boolean> {
    return new Promise((resolve, reject) => {
      if (this.isClosed) return reject(new Error('the socket is closed'))
      this.#socket.send(message, error => {
        if (!error) return resolve(true)
        if (codeOf(error) === 'EMSGSIZE') return resolve(false)
        this.destroy(error)
        reject(error)
      })
    })
  }

  async end(): Promise<void> {
    this.#close()
  }

  destroy(_reason: Error): void {
    this.#close()
  }

  #close(): void {
    if (!this.isClosed) this.#socket.close()
    this.isClosed = true
  }
}
