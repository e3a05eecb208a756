import { once } from 'node:events'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

/**
 * What becomes of the peer's answers. `slow`: they come in small pieces. `mute`: none ever comes. `reset`: a
 * connection that there has been is reset as soon as the output sends something on it. `stallsAfter` so many
 * bytes of its answer a connection keeps the rest back; `endsAfter` them it ends.
 */
export type Fault =
  | 'none'
  | 'slow'
  | 'mute'
  | 'reset'
  | { readonly stallsAfter: number }
  | { readonly endsAfter: number }

/** One connection of the output, and the one to its peer that belongs to it. */
interface Link {
  readonly client: Socket
  readonly peer: Socket
  /** Answers that are kept back, in order. */
  readonly held: Buffer[]
  /** Bytes of answers that have passed since the fault began. */
  passed: number
  /** Whether the fault has kept a part of its answer from the output. */
  isPartial: boolean
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
  readonly #answersEach: boolean
  readonly #links = new Set<Link>()
  #server: Server
  #port = 0
  #fault: Fault = 'none'
  #asked = 0
  #answered = 0
  #held = 0
  #whole = 0

  private constructor(target: number, answersEach: boolean) {
    this.#target = target
    this.#answersEach = answersEach
    this.#server = this.#createServer()
  }

  /**
   * A proxy of the server at this port of 127.0.0.1. It has a port, and refuses connections until `listen`.
   * `answersEach`: whether the server answers for each event, so that a part of what it says is an answer.
   */
  static async create(target: number, answersEach = false): Promise<FaultProxy> {
    const proxy = new FaultProxy(target, answersEach)
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

  /** Whether an answer has reached the output on a connection from which the fault has kept nothing. */
  get hasAnswered(): boolean {
    return this.#answersEach ? this.#answered > 0 : this.#whole > 0
  }

  async listen(): Promise<void> {
    this.#server = this.#createServer()
    await once(this.#server.listen(this.#port, '127.0.0.1'), 'listening')
    const address = this.#server.address()
    if (typeof address === 'object' && address !== null) this.#port = address.port
  }

  begin(fault: Fault): void {
    this.lateAnswers()()
    this.#fault = fault
    this.#asked = 0
    this.#answered = 0
    this.#held = 0
    this.#whole = 0
    for (const link of this.#links) {
      Object.assign(link, { passed: 0, isPartial: false, isOld: true })
    }
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
      if (link.held.length > 0) mute(link)
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
    const state = { passed: 0, isPartial: false, isCut: false, isMute: false, isOld: false }
    const link: Link = { client, peer, held: [], passing: Promise.resolve(), ...state }
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
    if (this.#fault === 'mute') mute(link)
    else if (this.#fault === 'slow') this.#sendSlowly(link, bytes)
    else if (typeof this.#fault === 'object') this.#sendPart(link, bytes, this.#fault)
    else this.#send(link, bytes)
  }

  #send(link: Link, bytes: Buffer): void {
    if (link.client.destroyed) return
    this.#answered += bytes.length
    if (link.passed === 0) this.#whole++
    link.passed += bytes.length
    link.client.write(bytes)
  }

  #sendPart(link: Link, bytes: Buffer, fault: Exclude<Fault, string>): void {
    if (link.isCut) return
    const most = 'endsAfter' in fault ? fault.endsAfter : fault.stallsAfter
    const room = Math.max(0, most - link.passed)
    if (room > 0) this.#send(link, bytes.subarray(0, room))
    const rest = bytes.subarray(room)
    if (rest.length === 0) return
    if (link.passed > 0 && !link.isPartial) this.#whole--
    link.isPartial = true
    if ('endsAfter' in fault) cut(link)
    else {
      this.#held += rest.length
      link.held.push(rest)
    }
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

/** No answer ever comes, and nothing says so. */
function mute(link: Link): void {
  link.isMute = true
  link.held.length = 0
  if (link.client.readableEnded) drop(link)
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
