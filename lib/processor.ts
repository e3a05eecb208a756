import type { Logger } from 'pino'
import { marked, type Plugin } from './plugin.ts'

/** An event that is on its way: the processor may change it. It is a copy that nobody else has. */
export interface MutableEvent {
  '@timestamp'?: unknown
  [field: string]: unknown
}

export interface ProcessorContext<S> {
  readonly settings: S
  readonly log: Logger
}

export interface Processor {
  /**
   * Changes one event and returns it, or another in its place; undefined drops it on purpose. Synchronous.
   * If it throws, the event goes on as it was before this processor, with the reason in `error.message`.
   */
  process(event: MutableEvent): MutableEvent | undefined
  close?(): void
}

/** A step that events pass between `publish` and the queue. */
export interface ProcessorType<S = unknown> extends Plugin<S> {
  /** Runs before the filter; under it after a reload. */
  open(context: ProcessorContext<S>): Processor
}

/** Returns its argument, marked with the contract that it is made for; it is there for type inference. */
export function defineProcessor<S>(type: ProcessorType<S>): ProcessorType<S> {
  return marked(type, 'processor')
}
