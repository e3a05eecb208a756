import type { Logger } from 'pino'
import type { Plugin } from './plugin.ts'

/** Events for the output. Each was encoded once, when it was published. */
export interface Batch {
  /** One JSON object each, without a line end. Never empty. */
  readonly lines: readonly string[]
}

/** Events that the output could not take, by index into `batch.lines`. It confirms all others. */
export interface WriteResult {
  /** Not taken now but worth another try. The order is kept. */
  readonly retry: readonly number[]
  /** Will never be taken: counted, logged, dropped. */
  readonly reject: readonly { readonly index: number; readonly reason: string }[]
}

export const WRITTEN: WriteResult = { retry: [], reject: [] }

export interface Output {
  /**
   * Resolves when the events are where they belong (a file: handed to the kernel). A rejected promise
   * means that the fate of the whole batch is unknown: all of it is tried again.
   */
  write(batch: Batch): Promise<WriteResult>
  close(): Promise<void>
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

export interface OutputType<S = unknown> extends Plugin<S> {
  /** Runs before the filter: does everything that the filter will refuse. */
  open(context: OutputContext<S>): Promise<Output>
}

/** Returns its argument; it is there for type inference. */
export function defineOutput<S>(type: OutputType<S>): OutputType<S> {
  return type
}
