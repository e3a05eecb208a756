// One connection to a broker: requests out, each with a number, answers in, each with that of its request.
//
//   request   i32 length, i16 kind, i16 version, i32 number, text who, (tagged fields,) what is asked
//   answer    i32 length, i32 number, (tagged fields,) what is answered

import type { Socket } from 'node:net'
import { closedError, type SharedConnection } from 'sealbeat/outputs'
import type { Api } from './apis.ts'
import type { Client } from './client.ts'

/** More than any answer has: one about all brokers and some topics takes some thousand bytes for each. */
const MAX_ANSWER_BYTES = 32 * 1024 * 1024

/** The part of its lifetime in which a connection is used. */
const USED = 0.7

/** The longest time that a timer of Node can be set to. */
const LONGEST_MS = 2 ** 31 - 1

const LENGTH_BYTES = 4
const NUMBER_BYTES = 4

interface Asked {
  readonly settle: (answer: Buffer) => void
  readonly fail: (reason: Error) => void
}

export class KafkaConnection implements SharedConnection {
  readonly #socket: Socket
  readonly #client: Client
  readonly #clientId: Buffer
  readonly #asked = new Map<number, Asked>()
  #last = 0
  #rest: Buffer = Buffer.alloc(0)
  #failure: Error | undefined
  #isExpired = false
  readonly #timers: NodeJS.Timeout[] = []

  constructor(socket: Socket, client: Client, clientId: string) {
    this.#socket = socket
    this.#client = client
    this.#clientId = Buffer.from(clientId)
    socket.on('data', data => this.#read(data))
    socket.on('error', error => this.destroy(error))
    for (const event of ['end', 'close']) socket.on(event, () => this.destroy(closedError()))
  }

  get isClosed(): boolean {
    return this.#isExpired || this.#failure !== undefined
  }

  /** The broker takes nothing over it after so long: it is used for less, so that what is on its way gets through. */
  expireIn(ms: number): void {
    const expire = () => {
      this.#isExpired = true
    }
    this.#timers.push(
      setTimeout(expire, Math.min(ms * USED, LONGEST_MS)).unref(),
      setTimeout(() => void this.end(), Math.min(ms, LONGEST_MS)).unref(),
    )
  }

  /**
   * With its signal the connection ends: an answer that comes later is none to anything else.
   *
   * @returns the answer, also one with error codes in it
   * @throws Error if there is no answer, or one that makes no sense
   */
  async ask<A extends readonly unknown[], R>(
    api: Api<A, R>,
    args: A,
    signal: AbortSignal,
  ): Promise<R> {
    const payload = (await api.request(...args)).buffer
    const body = await this.#exchange(api, payload, signal)
    const { Reader, ResponseError } = this.#client
    try {
      return api.answer(Reader.from(body))
    } catch (error) {
      if (error instanceof ResponseError) return (error as { response?: unknown }).response as R
      const reason = new Error('an answer of the broker makes no sense', { cause: error })
      this.destroy(reason)
      throw reason
    }
  }

  /** For a request that has no answer. Resolves once the kernel has it. */
  async tell<A extends readonly unknown[]>(
    api: Api<A, unknown>,
    args: A,
    signal: AbortSignal,
  ): Promise<void> {
    const payload = (await api.request(...args)).buffer
    await this.#unlessAborted<void>(signal, ({ settle, fail }) => {
      const done = (error?: Error | null) => (error ? fail(error) : settle())
      this.#write(this.#headOf(api, payload, ++this.#last), payload, done)
    })
  }

  async end(): Promise<void> {
    this.#failure ??= new Error('the connection has been ended')
    for (const timer of this.#timers) clearTimeout(timer)
    this.#socket.destroySoon()
  }

  destroy(reason: Error): void {
    this.#failure ??= reason
    for (const timer of this.#timers) clearTimeout(timer)
    this.#socket.destroy()
    const asked = [...this.#asked.values()]
    this.#asked.clear()
    for (const { fail } of asked) fail(this.#failure)
  }

  #exchange(
    api: Pick<Api<never, unknown>, 'key' | 'version' | 'isFlexible'>,
    payload: Buffer,
    signal: AbortSignal,
  ): Promise<Buffer> {
    return this.#unlessAborted<Buffer>(signal, ({ settle, fail }) => {
      const number = ++this.#last
      this.#asked.set(number, {
        settle: answer => settle(answer.subarray(api.isFlexible ? 1 : 0)),
        fail,
      })
      this.#write(this.#headOf(api, payload, number), payload)
    })
  }

  #unlessAborted<T>(
    signal: AbortSignal,
    act: (outcome: { settle: (value: T) => void; fail: (reason: Error) => void }) => void,
  ): Promise<T> {
    return new Promise((resolve, reject) => {
      if (this.#failure) return reject(this.#failure)
      const abort = () => {
        done()
        this.destroy(signal.reason)
        reject(signal.reason)
      }
      const done = () => signal.removeEventListener('abort', abort)
      if (signal.aborted) return abort()
      signal.addEventListener('abort', abort, { once: true })
      const settle = (value: T) => {
        done()
        resolve(value)
      }
      const fail = (reason: Error) => {
        done()
        reject(reason)
      }
      act({ settle, fail })
    })
  }

  #headOf(
    { key, version, isFlexible }: Pick<Api<never, unknown>, 'key' | 'version' | 'isFlexible'>,
    payload: Buffer,
    number: number,
  ): Buffer {
    const who = this.#clientId
    const head = Buffer.alloc(14 + who.length + (isFlexible ? 1 : 0))
    head.writeInt32BE(head.length - LENGTH_BYTES + payload.length, 0)
    head.writeInt16BE(key, 4)
    head.writeInt16BE(version, 6)
    head.writeInt32BE(number, 8)
    head.writeInt16BE(who.length, 12)
    who.copy(head, 14)
    return head
  }

  #write(head: Buffer, payload: Buffer, done?: (error?: Error | null) => void): void {
    this.#socket.cork()
    this.#socket.write(head)
    this.#socket.write(payload, done)
    this.#socket.uncork()
  }

  #read(data: Buffer): void {
    let bytes = this.#rest.length === 0 ? data : Buffer.concat([this.#rest, data])
    while (bytes.length >= LENGTH_BYTES && !this.#socket.destroyed) {
      const length = bytes.readInt32BE(0)
      if (length < NUMBER_BYTES || length > MAX_ANSWER_BYTES) {
        this.destroy(strangeError())
        return
      }
      const end = LENGTH_BYTES + length
      if (bytes.length < end) break
      this.#answer(
        bytes.readInt32BE(LENGTH_BYTES),
        bytes.subarray(LENGTH_BYTES + NUMBER_BYTES, end),
      )
      bytes = bytes.subarray(end)
    }
    this.#rest = bytes
  }

  #answer(number: number, body: Buffer): void {
    const asked = this.#asked.get(number)
    this.#asked.delete(number)
    if (asked === undefined) this.destroy(strangeError())
    else asked.settle(body)
  }
}

function strangeError(): Error {
  return new Error('what answers is no broker of Kafka: it may expect TLS, or be another service')
}
