// The brokers of a cluster, and which of them leads which partition. The brokers of the settings are asked first;
// those that they name are connected to by the addresses that they have there.

import { setTimeout as sleep } from 'node:timers/promises'
import {
  ConnectionError,
  connectionError,
  type FailedPeer,
  HostPool,
  openSocket,
  SharedConnections,
  type TlsOptions,
} from 'sealbeat/outputs'
import type { Metadata, PartitionState } from './apis.ts'
import { NONE } from './codes.ts'
import type { Leaders } from './partitions.ts'
import { Session, type SessionOptions } from './session.ts'

/** After so long it is asked again, as partitions are added to topics. */
const MAX_AGE_MS = 5 * 60_000

/** Writes that use one connection at once: answers have the numbers of their requests. */
const USES = 64

/** What is known of a topic: its partitions, or the code for why there are none. */
type Topic = { readonly leaders: Leaders } | { readonly refusal: number }

export class Broker {
  readonly peer: FailedPeer
  readonly #sessions: SharedConnections<Session>

  constructor(peer: FailedPeer, tls: TlsOptions | undefined, options: SessionOptions) {
    this.peer = peer
    this.#sessions = new SharedConnections({
      open: async signal =>
        Session.open(await openSocket(peer, tls, signal), peer, options, signal),
      uses: USES,
      ttlMs: 0,
    })
  }

  /** @throws the reason of the signal, or an error in words that names the broker */
  async with<T>(use: (session: Session) => Promise<T>, signal: AbortSignal): Promise<T> {
    try {
      return await this.#sessions.with(use, signal)
    } catch (error) {
      throw signal.aborted ? signal.reason : connectionError(error, this.peer)
    }
  }

  close(): Promise<void> {
    return this.#sessions.close()
  }
}

export class Cluster {
  readonly #options: SessionOptions
  readonly #tls: TlsOptions | undefined
  readonly #named: readonly Broker[]
  readonly #pool: HostPool<Broker>
  /** By their ids. */
  readonly #found = new Map<number, Broker>()
  readonly #topics = new Map<string, { readonly topic: Topic; readonly untilMs: number }>()

  constructor(named: readonly FailedPeer[], tls: TlsOptions | undefined, options: SessionOptions) {
    this.#options = options
    this.#tls = tls
    this.#named = named.map(peer => new Broker(peer, tls, options))
    this.#pool = new HostPool(this.#named, true)
  }

  /** @throws Error if no broker answers */
  async topics(names: readonly string[], signal: AbortSignal): Promise<ReadonlyMap<string, Topic>> {
    const nowMs = performance.now()
    const unknown = names.filter(name => (this.#topics.get(name)?.untilMs ?? 0) < nowMs)
    // Brokers may make a topic when they are asked for it, which takes a moment. It is waited for once.
    const missing = new Set(unknown.filter(name => !this.#topics.has(name)))
    if (unknown.length > 0) await this.#ask(unknown, signal)
    for (const pauseMs of MAKING_MS) {
      const made = [...missing].filter(name => this.#isMade(name))
      for (const name of made) missing.delete(name)
      if (missing.size === 0) break
      await sleep(pauseMs, undefined, { signal })
      await this.#ask([...missing], signal)
    }
    return new Map(
      names.map(name => [name, this.#topics.get(name)?.topic ?? { refusal: UNKNOWN_TOPIC }]),
    )
  }

  /** Undefined: the cluster names none of this id any more. */
  broker(id: number): Broker | undefined {
    return this.#found.get(id)
  }

  /** What is known of a topic may not be so any more: it is asked for again. */
  doubt(name: string): void {
    const known = this.#topics.get(name)
    if (known !== undefined) this.#topics.set(name, { ...known, untilMs: 0 })
  }

  doubtAll(): void {
    for (const name of this.#topics.keys()) this.doubt(name)
  }

  async close(): Promise<void> {
    await Promise.all([...this.#named, ...this.#found.values()].map(each => each.close()))
  }

  #isMade(name: string): boolean {
    const topic = this.#topics.get(name)?.topic
    if (topic === undefined) return true
    return 'refusal' in topic
      ? !MAKING.includes(topic.refusal)
      : topic.leaders.some(leader => leader !== -1)
  }

  async #ask(names: readonly string[], signal: AbortSignal): Promise<void> {
    const ask = (broker: Broker) =>
      broker.with(
        session => metadataOf(session, this.#options, { names, creates: true }, signal),
        signal,
      )
    const answer = await this.#pool.with(ask, signal).catch(async (error: unknown) => {
      // Those of the settings may be gone for good.
      for (const broker of this.#found.values()) {
        signal.throwIfAborted()
        const found = await ask(broker).catch(() => undefined)
        if (found !== undefined) return found
      }
      throw error
    })
    for (const broker of answer.brokers.filter(isReachable)) this.#learn(broker)
    if (this.#topics.size > MAX_TOPICS) this.#topics.clear()
    const untilMs = performance.now() + MAX_AGE_MS
    for (const { name, errorCode, partitions } of answer.topics) {
      if (typeof name !== 'string') continue
      const topic = errorCode === NONE ? { leaders: leadersOf(partitions) } : { refusal: errorCode }
      // It is asked for again with the next try.
      this.#topics.set(name, { topic, untilMs: errorCode === NONE ? untilMs : 0 })
    }
  }

  #learn({ nodeId: id, host, port }: Metadata['brokers'][number]): void {
    const known = this.#found.get(id)
    if (known?.peer.host === host && known.peer.port === port) return
    void known?.close()
    const [{ title = '' } = {}] = this.#named.map(({ peer }) => peer)
    const scheme = title.slice(0, title.indexOf(':'))
    const shown = host.includes(':') ? `[${host}]` : host
    const peer = { host, port, title: `${scheme}://${shown}:${port} (broker ${id})` }
    this.#found.set(id, new Broker(peer, this.#tls, this.#options))
  }
}

const UNKNOWN_TOPIC = 3
const LEADER_NOT_AVAILABLE = 5

/** What is said of a topic that is being made. */
const MAKING = [UNKNOWN_TOPIC, LEADER_NOT_AVAILABLE]
const MAKING_MS = [50, 100, 200, 400]

/** With more topics than these what is known of them is found out again. */
const MAX_TOPICS = 10_000

function leadersOf(partitions: readonly PartitionState[]): Leaders {
  const leaders: number[] = Array(partitions.length).fill(-1)
  for (const { partitionIndex, leaderId } of partitions) {
    if (partitionIndex >= 0 && partitionIndex < leaders.length) leaders[partitionIndex] = leaderId
  }
  return leaders
}

/** A name or an address, which can also be shown, and a port. */
export function isReachable({ host, port }: Metadata['brokers'][number]): boolean {
  return /^[\w.:-]{1,255}$/.test(host) && port > 0 && port < 65536
}

interface Asked {
  /** Of the topics. */
  readonly names: readonly string[]
  /** Whether brokers may make a topic that there is not, if they are configured so. */
  readonly creates: boolean
}

export async function metadataOf(
  session: Session,
  { apis, settings }: SessionOptions,
  { names, creates }: Asked,
  signal: AbortSignal,
): Promise<Metadata> {
  const api = session.pick(apis.metadata, 'Metadata')
  try {
    return await session.connection.ask(api, [[...names], creates], signal)
  } catch (error) {
    if (Object(error).code !== 'ECONNRESET' || settings.username !== '') throw error
    throw new ConnectionError(session.peer, {
      found: 'the server has closed the connection',
      hint: 'it may want a user: username, password and sasl.mechanism',
    })
  }
}
