// One session of RELP, the Reliable Event Logging Protocol:
//
//   1 open …offers       1 rsp 200 OK …offers     the session is there
//   2 syslog MESSAGE     2 rsp 200 OK             the server has the message; 500: it refuses it
//   N close              N rsp                    the end; or from the server: 0 serverclose
//
// A message whose response has not come by the end of the session counts as not sent. Transactions are numbered for
// each session, so that no late response is taken for another's.

import type { Socket } from 'node:net'
import type { WriteCall } from '../../output.ts'
import { version } from '../../own-package.ts'
import { closedError, type SharedConnection } from '../connection/shared-connections.ts'
import { shown } from '../connection/shown.ts'
import type { Frame, Messages } from './messages.ts'
import { RelpFrames, responseOf } from './relp-frames.ts'

/** What became of the messages of a write. */
interface Sent {
  /** Of those that were taken or refused. */
  readonly fates: readonly ('taken' | 'refused' | undefined)[]
  /** What the server says of the first that it refuses. */
  readonly refusal: string
  /** Why there are not all fates. */
  readonly failure: Error | undefined
}

interface Waiting {
  /** The transaction of its first message. */
  readonly first: number
  readonly fates: Sent['fates'][number][]
  left: number
  refusal: string
  readonly call: WriteCall
  readonly settle: (failure: Error | undefined) => void
}

/** Whoever waits for the session. */
interface Opening {
  readonly done: (offers: string) => void
  readonly fail: (reason: Error) => void
}

/** How long a server has to answer when a session is closed. */
const CLOSE_MS = 200

/** What servers say to all but a few messages. */
const OK = '200 OK'

/** TXNR has nine digits: before they are used up, another session begins with 1. */
const LAST_TXNR = 990_000_000

export class RelpConnection implements SharedConnection {
  readonly #socket: Socket
  readonly #frames = new RelpFrames()
  /** The last one that was used. */
  #txnr = 0
  readonly #opening: Opening
  #isOpen = false
  #waiting: Waiting | undefined
  #failure: Error | undefined

  private constructor(socket: Socket, opening: Opening) {
    this.#socket = socket
    this.#opening = opening
    socket.on('data', data => this.#read(data))
    socket.on('error', error => this.destroy(error))
    for (const event of ['end', 'close']) {
      socket.on(event, () => this.destroy(closedError()))
    }
  }

  /**
   * Opens a session on a connection, which is destroyed if there is none.
   *
   * @throws Error with the reason in words
   */
  static open(
    socket: Socket,
    signal: AbortSignal,
  ): Promise<{ readonly connection: RelpConnection; readonly software: string }> {
    return new Promise((resolve, reject) => {
      const connection: RelpConnection = new RelpConnection(socket, {
        done: offers => {
          signal.removeEventListener('abort', abort)
          resolve({ connection, software: /^relp_software=(.*)$/m.exec(offers)?.[1] ?? '' })
        },
        fail: reason => {
          signal.removeEventListener('abort', abort)
          reject(reason)
        },
      })
      const abort = () => connection.destroy(signal.reason)
      signal.addEventListener('abort', abort, { once: true })
      if (signal.aborted) return abort()
      // Version 0 is what servers speak: 1 is the specification's alone.
      const offers = `relp_version=0\nrelp_software=sealbeat,${version()}\ncommands=syslog`
      connection.#command('open', offers)
    })
  }

  get isClosed(): boolean {
    return this.#failure !== undefined
  }

  /** Never rejects. With the call's signal the session ends. One write at a time. */
  send(messages: Messages, call: WriteCall): Promise<Sent> {
    const fates = Array.from({ length: messages.count }, (): Sent['fates'][number] => undefined)
    return new Promise(resolve => {
      const abort = () => this.destroy(call.signal.reason)
      const waiting: Waiting = {
        ...{ first: this.#txnr + 1, fates, left: messages.count, refusal: '', call },
        settle: failure => {
          this.#waiting = undefined
          call.signal.removeEventListener('abort', abort)
          resolve({ fates, refusal: waiting.refusal, failure })
          if (this.#txnr > LAST_TXNR) void this.end()
        },
      }
      if (this.#failure) return waiting.settle(this.#failure)
      this.#waiting = waiting
      if (call.signal.aborted) return abort()
      call.signal.addEventListener('abort', abort, { once: true })
      const frame: Frame = {
        before: (bytes, at) => `${waiting.first + at} syslog ${bytes} `,
        after: '\n',
      }
      this.#txnr += messages.count
      this.#socket.write(messages.framed(frame))
    })
  }

  /** The server answers, says that it closes, and ends the connection. */
  async end(): Promise<void> {
    if (this.#failure) return
    this.#failure = new Error('the session has been closed')
    this.#command('close', '')
    const socket = this.#socket
    await new Promise<void>(resolve => {
      const late = setTimeout(() => socket.destroy(), CLOSE_MS)
      socket.once('close', () => {
        clearTimeout(late)
        resolve()
      })
    })
  }

  destroy(reason: Error): void {
    this.#failure ??= reason
    this.#socket.destroy()
    this.#opening.fail(reason)
    this.#waiting?.settle(reason)
  }

  #command(command: string, data: string): void {
    const bytes = Buffer.byteLength(data)
    this.#socket.write(`${++this.#txnr} ${command} ${bytes}${bytes === 0 ? '' : ` ${data}`}\n`)
  }

  #read(data: Buffer): void {
    if (this.#failure) return
    let hasAnswered = false
    try {
      for (const { txnr, command, data: text } of this.#frames.read(data)) {
        hasAnswered = true
        if (command === 'serverclose') throw new Error('the server closes the session')
        if (command !== 'rsp') throw new Error(`the server sends a command: ${command}`)
        if (this.#isOpen) this.#respond(txnr, text)
        else this.#onOpened(txnr, text)
      }
      // Once for all that have come at once.
      if (hasAnswered) this.#waiting?.call.progress()
    } catch (thrown) {
      this.destroy(thrown instanceof Error ? thrown : new Error(String(thrown)))
    }
  }

  #onOpened(txnr: number, data: string): void {
    const { code, words, rest } = responseOf(data)
    if (txnr !== 1) throw new Error(`the server answers command ${txnr}, which there is not`)
    if (code !== 200) throw new Error(`the server refuses the session: ${code} ${shown(words)}`)
    const [, commands = ''] = /^commands=(.*)$/m.exec(rest) ?? []
    if (!commands.split(',').includes('syslog')) throw new Error('the server takes no syslog')
    this.#isOpen = true
    this.#opening.done(rest)
  }

  #respond(txnr: number, data: string): void {
    const waiting = this.#waiting
    const at = waiting === undefined ? -1 : txnr - waiting.first
    if (waiting === undefined || at < 0 || at >= waiting.fates.length || waiting.fates[at]) {
      throw new Error(`the server answers command ${txnr}, which does not wait for it`)
    }
    if (data === OK) waiting.fates[at] = 'taken'
    else {
      const { code, words } = responseOf(data)
      waiting.fates[at] = code === 200 ? 'taken' : 'refused'
      if (code !== 200) waiting.refusal ||= `${code} ${words}`
    }
    if (--waiting.left === 0) waiting.settle(undefined)
  }
}
