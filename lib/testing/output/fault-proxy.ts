import { once } from 'node:events'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

/**
 * What becomes of the peer's answers. `hold`: they are kept back. `slow`: they come in small pieces.
 * `reset`: a connection that there has been is reset as soon as the output sends something on it.
 * A number: each connection ends once so many bytes of its answer have passed and there are more.
 */
export type Fault = 'none' | 'hold' | 'slow' | 'reset' | number

/** One connection of the output, and the one to its peer that belongs to it. */
interface Link {
  readonly client: Socket
  readonly peer: Socket
  /** Answers that are kept back, in order. */
  readonly held: Buffer[]
  /** Bytes of answers that have passed since the fault began. */
  passed: number
  /** Whether the peer is gone: what the output still sends is answered with a reset, as by a kernel. */
  isCut: boolean
  /** Whether no answer ever comes again, though nothing ends. */
  isMute: boolean
  /** Whether the connection was there when the fault began. */
  isOld: boolean
  /** Resolves once all answers so far have been passed on. */
  passing: Promise<void>
}

/**
 * Stands between an output and its peer, whatever protocol the two speak, and has the faults that networks
 * and servers have. It is meant for small amounts: it does not hold back a fast sender.
 */
export class FaultProxy {
  readonly #target: number
  readonly #links = new Set<Link>()
  #server: Server
  #port = 0
  #fault: Fault = 'none'
  #asked = 0
  #answered = 0
  #held = 0
  #uncut = 0

  private constructor(target: number) {
    this.#target = target
    this.#server = this.#createServer()
  }

  /** A proxy of the server at this port of 127.0.0.1. It has a port, and refuses connections until `listen`. */
  static async create(target: number): Promise<FaultProxy> {
    const proxy = new FaultProxy(target)
    await proxy.listen()
    await proxy.#unlisten()
    return proxy
  }

  get port(): number {
    return this.#port
  }

  /** Bytes that the output has sent since the fault began. */
  get asked(): number {
    return this.#asked
  }

  /** Bytes of answers that have reached the output since the fault began. */
  get answered(): number {
    return this.#answered
  }

  /** Bytes of answers that have been kept back since the fault began. */
  get held(): number {
    return this.#held
  }

  /** Whether an answer has reached the output on a connection that the present fault has not cut. */
  get hasAnswered(): boolean {
    return this.#uncut > 0
  }

  async listen(): Promise<void> {
    this.#server = this.#createServer()
    await once(this.#server.listen(this.#port, '127.0.0.1'), 'listening')
    const address = this.#server.address()
    if (typeof address === 'object' && address !== null) this.#port = address.port
  }

  begin(fault: Fault): void {
    if (fault !== 'hold') this.lateAnswers()()
    this.#fault = fault
    this.#asked = 0
    this.#answered = 0
    this.#held = 0
    this.#uncut = 0
    for (const link of this.#links) Object.assign(link, { passed: 0, isOld: true })
  }

  /** Returns a function that passes on what has been kept back until now, where the connection is still there. */
  lateAnswers(): () => void {
    const links = Array.from(this.#links, link => ({ link, count: link.held.length }))
    return () => {
      for (const { link, count } of links) {
        for (const bytes of link.held.splice(0, count)) this.#send(link, bytes)
        if (link.peer.readableEnded && link.held.length === 0) link.client.end()
      }
    }
  }

  /** A connection whose answer is kept back never gets one, nor learns why. Others do. */
  mute(): void {
    for (const link of this.#links) {
      if (link.held.length === 0) continue
      link.isMute = true
      link.held.length = 0
    }
  }

  /** Ends every connection, as a server does that closes idle ones. */
  closeIdle(): void {
    for (const link of this.#links) cut(link)
  }

  async close(): Promise<void> {
    for (const link of this.#links) drop(link)
    await this.#unlisten()
  }

  async #unlisten(): Promise<void> {
    if (!this.#server.listening) return
    await new Promise(resolve => this.#server.close(resolve))
  }

  /** Half-open: each direction ends when its sender ends it. */
  #createServer(): Server {
    return createServer({ allowHalfOpen: true, noDelay: true }, client => this.#link(client))
  }

  #link(client: Socket): void {
    const peer = connect({ port: this.#target, host: '127.0.0.1', allowHalfOpen: true })
    const passing = Promise.resolve()
    const link = {
      client,
      peer,
      held: [],
      passed: 0,
      isCut: false,
      isMute: false,
      isOld: false,
      passing,
    }
    this.#links.add(link)
    client.on('data', bytes => this.#onAsked(link, bytes)).on('end', () => onAskedAll(link))
    peer.on('data', bytes => this.#onAnswer(link, bytes)).on('end', () => this.#onEnd(link))
    for (const socket of [client, peer]) {
      socket.on('error', () => drop(link))
      socket.on('close', () => {
        // What the other side has said before it ended still has to arrive.
        if (socket.errored || socket === client) drop(link)
        if (client.destroyed && peer.destroyed) this.#links.delete(link)
      })
    }
  }

  #onAsked(link: Link, bytes: Buffer): void {
    this.#asked += bytes.length
    if (link.isCut || (this.#fault === 'reset' && link.isOld)) {
      link.client.resetAndDestroy()
      link.peer.destroy()
    } else link.peer.write(bytes)
  }

  #onAnswer(link: Link, bytes: Buffer): void {
    if (link.isMute) return
    if (this.#fault === 'hold') {
      this.#held += bytes.length
      link.held.push(bytes)
    } else if (this.#fault === 'slow') this.#sendSlowly(link, bytes)
    else if (typeof this.#fault === 'number') this.#sendPart(link, bytes, this.#fault)
    else this.#send(link, bytes)
  }

  #send(link: Link, bytes: Buffer): void {
    if (link.client.destroyed) return
    this.#answered += bytes.length
    if (link.passed === 0) this.#uncut++
    link.passed += bytes.length
    link.client.write(bytes)
  }

  #sendPart(link: Link, bytes: Buffer, most: number): void {
    if (link.isCut) return
    const room = most - link.passed
    if (room > 0) this.#send(link, bytes.subarray(0, room))
    if (bytes.length <= room) return
    if (link.passed > 0) this.#uncut--
    cut(link)
  }

  /** In at most 16 pieces: a long answer must not take for ever. */
  #sendSlowly(link: Link, bytes: Buffer): void {
    const size = Math.ceil(bytes.length / 16)
    for (let from = 0; from < bytes.length; from += size) {
      const piece = bytes.subarray(from, from + size)
      link.passing = link.passing.then(() => sleep(5)).then(() => this.#send(link, piece))
    }
  }

  #onEnd(link: Link): void {
    if (link.held.length === 0 && !link.isMute) void link.passing.then(() => link.client.end())
  }
}

/** The output has ended its side: the peer's may go on, unless it never would. */
function onAskedAll(link: Link): void {
  if (link.isMute) drop(link)
  else link.peer.end()
}

function cut(link: Link): void {
  link.isCut = true
  link.client.end()
  link.peer.destroy()
}

function drop({ client, peer }: Pick<Link, 'client' | 'peer'>): void {
  client.destroy()
  peer.destroy()
}
