import type { Schema } from 'convict'
import type { Logger } from 'pino'
import type { Privilege, SyscallNeed } from './beat.ts'

/** Events, each encoded once, when it was published. */
export interface Batch {
  /** One JSON object each, without a line end. Never empty. */
  readonly lines: readonly string[]
}

/** What an output could not take, by index into `batch.lines`; everything else is confirmed. */
export interface WriteResult {
  /** Not taken now; worth another try. Order is kept. */
  readonly retry: readonly number[]
  /** Will never be taken; counted, logged, dropped. */
  readonly reject: readonly { readonly index: number; readonly reason: string }[]
}

export const WRITTEN: WriteResult = { retry: [], reject: [] }

export interface Output {
  /**
   * Resolves when the events are where they belong (for a file: handed to the kernel). A rejected
   * promise means that nothing is known of the whole batch: all of it is tried again.
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

export interface OutputType<S = unknown> {
  readonly name: string
  readonly schema: Schema<S>
  readonly syscalls?: readonly SyscallNeed[]
  /** What it needs with these settings. */
  privileges?(settings: S): readonly Privilege[]
  /** Before the filter: everything that needs more than the filter will allow. */
  open(context: OutputContext<S>): Promise<Output>
}

export function defineOutput<S>(type: OutputType<S>): OutputType<S> {
  return type
}
