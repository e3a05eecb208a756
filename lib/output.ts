import type { Logger } from 'pino'
import type { EventMeta, FieldTypes } from './event.ts'
import { marked, type Plugin } from './plugin.ts'

/**
 * Events for the output, in order. Each was encoded once, when it was published, as one line of JSON in
 * UTF-8. The output must neither keep nor change the bytes: the queue uses them again for a retry, and their
 * memory for other events.
 */
export interface Batch {
  /** The number of events; never 0. */
  readonly count: number
  /** Whole events one after the other, each ended by `\n`; a chunk ends where an event ends. */
  readonly chunks: readonly Uint8Array[]
  /** For each event the offset behind its `\n` in the chunks put together; the last is the size in bytes. */
  readonly ends: readonly number[]
  /** The same as strings without the line end. Made on the first access: chunks cost less. */
  readonly lines: readonly string[]
  /**
   * What is kept beside each event, by index; an event without anything has none. Empty if that is so of
   * all: reading an index does either way.
   */
  readonly meta: readonly (EventMeta | undefined)[]
}

/** What one call of `write` may use besides the batch. */
export interface WriteCall {
  /** Aborts once the answer is of no use any more: `timeout` is over, or the agent has to end. */
  readonly signal: AbortSignal
  /** Says that the peer is alive and at work on this batch: `timeout` begins anew, the watchdog waits. */
  progress(): void
}

/**
 * The fate of a batch, by index of its events. Events that are in neither list are confirmed. An output
 * that knows the fate of some events must return it, not throw.
 */
export interface WriteResult {
  /** Not taken now but worth another try. */
  readonly retry: readonly number[]
  /** Will never be taken: counted, logged, dropped. `status` is the peer's code, if it has one. */
  readonly reject: readonly Rejection[]
  /** Milliseconds that the peer asks to wait before the next try of anything. */
  readonly retryAfterMs?: number
  /** The batch was too large as a whole: it is halved and tried again. */
  readonly tooLarge?: true
  /**
   * Why events have to be tried again: the connection was lost, or the peer has throttled. Other events
   * wait as well then. Left out: it was because of these events.
   */
  readonly cause?: 'lost' | 'throttled'
  /** The same for people. The agent logs it with what follows, in one line, and not for each try of the same. */
  readonly why?: Why
}

/** Why events have to be tried again. Must not repeat an event, which may be secret. */
export interface Why {
  readonly message: string
  /** What to do. */
  readonly hint?: string | undefined
  /** The peer's code, and its words. */
  readonly status?: number
  readonly answer?: string
}

export interface Rejection {
  readonly index: number
  /** Must not repeat the event, which may be secret. */
  readonly reason: string
  readonly status?: number
}

export const WRITTEN: WriteResult = { retry: [], reject: [] }

export interface Output {
  /**
   * Resolves when the events are where they belong (a file: handed to the kernel). A rejected promise
   * means that the fate of the whole batch is unknown: all of it is tried again. Called again before the
   * last call has resolved only as often as `delivery.inFlight` says, or after its signal has aborted.
   */
  write(batch: Batch, call: WriteCall): Promise<WriteResult>
  close(): Promise<void>
}

/** How batches are made for an output and brought to it. */
export interface DeliverySettings {
  /** The most events of a batch. */
  readonly bulk_max_size: number
  /** The most bytes of a batch; a single event that is larger goes alone. */
  readonly bulk_max_bytes: number
  /** Batches that the output has at once. */
  readonly inFlight: number
  /** Whether order is kept: one batch in flight, and an event to retry holds up all after it. */
  readonly ordered: boolean
  /** Pauses between tries, in milliseconds. */
  readonly backoff: { readonly init: number; readonly max: number }
  /** Milliseconds without an answer or `progress` after which a write counts as failed; 0: for ever. */
  readonly timeout: number
  /** Tries of an event after the first; then it is dropped as rejected. −1: for ever. */
  readonly max_retries: number
}

export interface OutputContext<S> {
  readonly settings: S
  readonly log: Logger
  /** `path.data`, `path.logs`, …: absolute. */
  readonly paths: {
    readonly home: string
    readonly config: string
    readonly data: string
    readonly logs: string
  }
}

/**
 * Says where an event goes at the peer, from the fields of the event and of the agent: `get('agent.version')`, or
 * `get()` for all of them, which takes longer.
 * Values are as the encoded event has them, a time as text; `@metadata.…` reads what lies beside it. Lines
 * that a beat has encoded itself are asked about once a publish, and only fields of the agent, the time and
 * `@metadata` have a value then. Undefined, an error or a promise: nowhere in particular.
 * What it answers must depend on those fields alone: it is not asked again about events in which they are the same.
 */
export type Route = (get: (field?: string) => unknown) => string | undefined

/** What `sealbeat test output` has found out about a server. */
export interface OutputTestStep {
  /** Which server, without what is secret: `https://search.example:9200`. */
  readonly peer: string
  /** What was done: `resolve`, `connect`, `TLS`, `authenticate`, `version`; others as the protocol has them. */
  readonly step: string
  /** What came of it, in words: an address, a protocol, a version. Why it failed, if it has. */
  readonly found: string
  /** What to do about a failure, in words; it also says that there was one. The next step is of another server. */
  readonly hint?: string
}

/** Something that `sealbeat setup` makes at the peer. */
export interface SetupItem {
  /** Such as `PUT /_index_template/sealbeat`. */
  readonly request: string
  readonly body: Readonly<Record<string, unknown>>
}

/** What `sealbeat setup` knows of the events that will come. */
export interface SetupAbout {
  readonly fields: FieldTypes
  /** Whether time series are kept where the peer has something of its own for them, such as data streams. */
  readonly asStream: boolean
}

export interface OutputType<S = unknown> extends Plugin<S> {
  /** Defaults of this output, where they differ from those of the framework. A user can set each but `ordered`. */
  readonly delivery?: Partial<DeliverySettings>
  /** How many servers are written to at once with these settings: `workers` is for each. Left out: 1. */
  peers?(settings: S): number
  /**
   * What a confirmed event is safe from with these settings, in one sentence that goes on from "An event is
   * confirmed once": "the server has stored it". `test config` prints it.
   */
  guarantee?(settings: S): string
  /**
   * Goes to the servers as `open` and a write would, but sends no event: each step as soon as it is done. It
   * runs behind the filter and what confines files and ports, so it takes no more than `privileges` says. It throws
   * only what is our own fault.
   */
  test?(context: OutputContext<S>, signal: AbortSignal): AsyncIterable<OutputTestStep>
  /**
   * What has to be at the peer before the first event, so that fields are stored as their types say.
   *
   * @throws Error in words, if that can't be said with these settings
   */
  setupItems?(settings: S, about: SetupAbout): readonly SetupItem[]
  /** Makes that, and says of each item what came of it. Made twice, it changes nothing. Confined as `test` is. */
  setUp?(
    context: OutputContext<S>,
    items: readonly SetupItem[],
    signal: AbortSignal,
  ): AsyncIterable<OutputTestStep>
  /** Makes the route of events, which is worked out when they are published and kept in `batch.meta`. */
  route?(settings: S): Route
  /**
   * Runs before the filter: does everything that the filter will refuse. Must not wait for a peer: an
   * output whose server is away opens all the same, and its writes fail until it is back.
   */
  open(context: OutputContext<S>): Promise<Output>
}

/** Returns its argument, marked with the contract that it is made for; it is there for type inference. */
export function defineOutput<S>(type: OutputType<S>): OutputType<S> {
  return marked(type, 'output')
}
