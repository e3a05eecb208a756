import type { MutableEvent } from '../processor.ts'
import type { Fields } from './encoding/enrichment.ts'

/**
 * The steps that events pass before the queue, in order. Undefined drops an event. What it gets and what it
 * answers is data as JSON has it, and nobody else has it.
 */
export interface Chain {
  (event: MutableEvent): MutableEvent | undefined
  /** The keys at the top of an event that they may look at or set. Undefined: any. */
  readonly touches?: ReadonlySet<string> | undefined
  /** Takes the steps beforehand that do the same to all events with these constants; undefined if there are none. */
  readonly ahead?: (constants: Fields) => Ahead | undefined
}

/** What is left to do with most events. */
export interface Ahead {
  /** As the steps that have been taken leave them. */
  readonly constants: Fields
  /** The keys at the top that those steps touch: an event that has one of them must pass all steps. */
  readonly keys: ReadonlySet<string>
  /** The other steps; undefined if there are none. */
  readonly chain: Chain | undefined
}

/**
 * The chain of now; undefined without processors: then no event becomes an object again. A reload changes it,
 * so it is asked for once for each publish, whose events all pass the same one.
 */
export type ChainOfNow = () => Chain | undefined
