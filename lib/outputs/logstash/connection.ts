// One connection to a Lumberjack server: windows out, acknowledgements in.
//
//   2A  u32 number   so many events of the oldest window that is not settled; 0: the server is alive
//
// A window is settled with its last event. What a connection has not acknowledged by its end it never does: another
// connection has windows of its own, so that no late answer is taken for one of them.

import type { Socket } from 'node:net'
import type { WriteCall } from '../../output.ts'
import { closedError, type SharedConnection } from '../connection/shared-connections.ts'

const [VERSION, ACK] = [0x32, 0x41]
const ACK_BYTES = 6

/** What became of a window. */
interface Sent {
  /** So many of its events, from the first one on, are with the server. */
  readonly acked: number
  /** Why there are not more. */
  readonly failure: Error | undefined
}

interface Window {
  readonly count: number
  readonly call: WriteCall
  readonly settle: (sent: Sent) => void
  acked: number
}

export class LumberjackConnection implements SharedConnection {
  readonly #socket: Socket
  /** In the order in which they were sent. */
  readonly #windows: Window[] = []
  /** The begin of an acknowledgement. */
  #rest: Buffer = Buffer.alloc(0)
  #failure: Error | undefined

  constructor(socket: Socket) {
    this.#socket = socket
    socket.on('data', data => this.#read(data))
    socket.on('error', error => this.destroy(error))
    for (const event of ['end', 'close']) {
      socket.on(event, () => this.destroy(closedError()))
    }
  }

  get isClosed(): boolean {
    return this.#failure !== undefined
  }

  /** Never rejects. With the call's signal the connection ends, and with it all of its windows. */
  send(bytes: Buffer, count: number, call: WriteCall): Promise<Sent> {
    return new Promise(resolve => {
      if (this.#failure) return resolve({ acked: 0, failure: this.#failure })
      const abort = () => this.destroy(call.signal.reason)
      const settle = (sent: Sent) => {
        call.signal.removeEventListener('abort', abort)
        resolve(sent)
      }
      this.#windows.push({ count, call, settle, acked: 0 })
      if (call.signal.aborted) return abort()
      call.signal.addEventListener('abort', abort, { once: true })
      this.#socket.write(bytes)
    })
  }

  async end(): Promise<void> {
    this.#failure ??= new Error('the connection has been ended')
    this.#socket.destroySoon()
  }

  destroy(reason: Error): void {
    this.#failure ??= reason
    this.#socket.destroy()
    for (const { acked, settle } of this.#windows.splice(0)) settle({ acked, failure: reason })
  }

  #read(data: Buffer): void {
    const bytes = this.#rest.length === 0 ? data : Buffer.concat([this.#rest, data])
    let at = 0
    for (; bytes.length - at >= ACK_BYTES && !this.#socket.destroyed; at += ACK_BYTES) {
      if (bytes[at] !== VERSION || bytes[at + 1] !== ACK) break
      this.#acknowledge(bytes.readUInt32BE(at + 2))
    }
    // Once for all that has come at once. Those behind the first window wait for it.
    if (at > 0) for (const { call } of this.#windows) call.progress()
    this.#rest = bytes.subarray(at, at + ACK_BYTES)
    const [version = VERSION, type = ACK] = this.#rest
    if (version !== VERSION || type !== ACK) {
      this.destroy(new Error('what answers is no Lumberjack server of version 2'))
    }
  }

  #acknowledge(number: number): void {
    if (number === 0) return
    const [window] = this.#windows
    if (window === undefined || number > window.count || number < window.acked) {
      const of = window === undefined ? 'none' : `${window.count}`
      this.destroy(new Error(`the server acknowledges event ${number} of ${of}`))
      return
    }
    window.acked = number
    if (number < window.count) return
    this.#windows.shift()
    window.settle({ acked: number, failure: undefined })
  }
}
