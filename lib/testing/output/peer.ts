import type { Event } from '../../event.ts'

/** A server that an output writes to in a check: the real one, or one that answers as it does. */
export interface OutputPeer {
  /** The TCP port of 127.0.0.1 on which it listens. */
  readonly port: number
  /** The output's settings for a peer at this port: that of a proxy with faults, or its own. */
  config(port: number): Readonly<Record<string, unknown>>
  /**
   * All text that it has taken so far. With it, `checkOutput` sees that the text of every confirmed event,
   * such as `event 1f2e3d4c-7 ü.`, has arrived.
   */
  received?(): string | Promise<string>
  /** Whether it answers for each event: then a part of its answers may confirm some of a batch. */
  readonly answersEach?: boolean
  /** Events that it refuses, while it takes the others of a batch: for now (`retry`), or for ever (`reject`). */
  readonly refuses?: { readonly retry?: readonly Event[]; readonly reject?: readonly Event[] }
}
