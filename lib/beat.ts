import type { Logger } from 'pino'
import type { Event, FieldTypes, LinePublisher, Receipt } from './event.ts'
import { marked, type Plugin } from './plugin.ts'

/** Small durable key/value data of one beat, such as how far it has read. Values are JSON. */
export interface StateStore {
  get(key: string): unknown
  /** Resolves when the value is on disk (written to a new file, fsynced, renamed). */
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
   * Resolves when the queue has taken the events, so awaiting it is the backpressure. Rejects if `signal`
   * aborts before that: with nothing taken, unless they are more than the whole queue holds. Those are
   * taken in pieces, and the pieces before the abort are sent.
   */
  publish(events: Event | readonly Event[]): Promise<Receipt>
  /** The same for events that are encoded already. */
  readonly lines: LinePublisher
}

/**
 * One kind of work that an agent does. `S` is the shape of its section of `beat.yml`, without the keys
 * that every beat has (`type`, `id`, `enabled`, `tags`, `fields`, `fields_under_root`, `processors`); `R` is
 * the value that `open` hands to `run`.
 */
export interface Beat<S = unknown, R = void> extends Plugin<S> {
  /**
   * Every field that it publishes, but `@timestamp` and `tags`: `sealbeat setup` makes mappings of them, and
   * `checkBeat` holds the events to them. Left out: nobody knows, and the peer guesses.
   */
  readonly fields?: FieldTypes
  /**
   * Runs before the filter: binds low ports, opens raw sockets, reads files that only root may read.
   * Runs under the filter if a reload adds or changes the beat.
   */
  open?(context: OpenContext<S>): Promise<R>
  /** `open` does something that the filter refuses, so a reload that adds or changes the beat is refused. */
  readonly opensUnfiltered?: boolean
  /**
   * Runs under the filter. Returns when it is done or when `signal` aborts; throws when it can't go on,
   * and is then started again, with the same resources, after a pause that grows.
   */
  run(context: Context<S>, resources: R): Promise<void>
  /**
   * One round, under the filter, in place of `run`: `sealbeat run --once`. Measures once, or reads what is there by
   * now, and returns. Left out: the beat has no rounds, and is refused there.
   */
  once?(context: Context<S>, resources: R): Promise<void>
  /** Runs after the last `run`, in reverse order of opening; if a reload changes the beat, before its next `open`. */
  close?(resources: R): Promise<void>
}

/** Returns its argument, marked with the contract that it is made for; it is there for type inference: `export default defineBeat({ … })`. */
export function defineBeat<S, R = void>(beat: Beat<S, R>): Beat<S, R> {
  return marked(beat, 'beat')
}
