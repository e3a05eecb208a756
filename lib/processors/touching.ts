// Which fields of an event a processor of the framework looks at or sets. What the agent adds to every event is text
// that was made once, and stays so as long as no processor touches it: to make it fields and text again takes longer
// than most processors do.

import type { ProcessorType } from '../processor.ts'

export interface Touching<S = unknown> {
  /**
   * The keys at the top of the event that it may look at or set with these settings. Undefined, or left out: any.
   * `error` need not be named.
   */
  touches?(settings: S): readonly string[] | undefined
  /** Whether what it does depends on those fields alone: neither on time or chance, nor on events before. */
  readonly isPure?: true
}

/** Returns its argument; it is there for type inference. */
export function defineTouching<S>(type: ProcessorType<S> & Touching<S>): ProcessorType<S> {
  return type
}

/** The keys at the top of the event that fields with these names may be found at: `a.b` at `a.b` and `a`. */
export function topKeysOf(...names: readonly string[]): readonly string[] {
  return names.flatMap(name => [name, name.split('.', 1)[0] ?? name])
}
