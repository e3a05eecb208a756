import type { Schema } from 'convict'
import type { Logger } from 'pino'

/**
 * What a beat publishes: nested plain data in ECS field names. The framework adds `@timestamp` (the
 * moment of `publish`, unless the beat gives a Date or an ISO 8601 string of its own), `agent.*`,
 * `ecs.version`, `host.name`, `event.module`, and the configured `tags` and `fields`. A field that
 * the beat sets itself is kept.
 */
export interface Event {
  readonly '@timestamp'?: Date | string
  readonly [field: string]: unknown
}

/** `acked` resolves once the output has confirmed every event, or has dropped it on purpose. */
export interface Receipt {
  readonly acked: Promise<void>
}

/** Small durable key/value data of one beat, such as how far it has read. Values are JSON. */
export interface StateStore {
  get(key: string): unknown
  /** Resolves when the value is on disk (written beside, fsynced, renamed). */
  set(key: string, value: unknown): Promise<void>
  delete(key: string): Promise<void>
}

export interface OpenContext<S> {
  readonly settings: S
  /** A pino child, bound to the beat. */
  readonly log: Logger
}

export interface Context<S> extends OpenContext<S> {
  /** The beat's id: `id` of its section, else its name. */
  readonly id: string
  /** Aborts when the agent stops or the beat is reloaded. */
  readonly signal: AbortSignal
  readonly state: StateStore
  /**
   * Resolves when the queue has taken the events, so that awaiting it is the backpressure.
   * Rejects, with nothing taken, when `signal` has aborted before there was room.
   */
  publish(events: Event | readonly Event[]): Promise<Receipt>
}

/** System calls needed beyond the default policy, and the reason, which `seccomp show` repeats. */
export interface SyscallNeed {
  readonly names: readonly string[]
  readonly why: string
}

/**
 * What an agent needs of its service manager, beyond a user of its own and the folders of its own; a
 * unit that is made for it grants that and no more (docs/systemd.md). `why` is repeated there.
 */
export type Privilege = { readonly why: string } & (
  | { /** `CAP_AUDIT_READ`: capabilities(7). */ readonly capability: `CAP_${string}` }
  | { /** TCP, UDP, and looking up names. */ readonly network: 'ip' }
  | {
      /** Any other than AF_UNIX: `AF_PACKET`. */ readonly addressFamily: `AF_${string}`
    }
  | { /** A group whose files are read: `adm`. */ readonly group: string }
  | {
      /** Files of /proc: the `system`'s, or also those of other users' `processes`. */ readonly proc:
        | 'system'
        | 'processes'
    }
  | { /** An absolute path below which files are written. */ readonly writes: string }
)

/**
 * One kind of work that an agent does. `S` is the shape of its section of `beat.yml`, without the
 * keys every beat has (`type`, `id`, `enabled`, `tags`, `fields`); `R` what `open` hands to `run`.
 */
export interface Beat<S = unknown, R = void> {
  /** Lower case letters, digits, `-` and `_`; becomes `event.module`. */
  readonly name: string
  /** Convict schema of the beat's own section: `doc`, `format`, `default` for every key. */
  readonly schema: Schema<S>
  readonly syscalls?: readonly SyscallNeed[]
  /** What it needs with these settings: a low port, for example, takes `CAP_NET_BIND_SERVICE`. */
  privileges?(settings: S): readonly Privilege[]
  /**
   * Before the filter: bind low ports, open raw sockets, read files that only root may. Under it where
   * a reload adds or changes the beat.
   */
  open?(context: OpenContext<S>): Promise<R>
  /** That `open` does what the filter refuses: a reload that adds or changes the beat is refused, too. */
  readonly opensUnfiltered?: boolean
  /**
   * Under the filter. Returns when done or when `signal` aborts; throws when it can't go on, and is
   * then started again, with the same resources, after a pause that grows.
   */
  run(context: Context<S>, resources: R): Promise<void>
  /** After the last `run`, in reverse order of opening; where a reload changes the beat, before its next `open`. */
  close?(resources: R): Promise<void>
}

/** The identity function, for the sake of inference: `export default defineBeat({ … })`. */
export function defineBeat<S, R = void>(beat: Beat<S, R>): Beat<S, R> {
  return beat
}
