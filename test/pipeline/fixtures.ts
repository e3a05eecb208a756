import { setImmediate as turn } from 'node:timers/promises'
import { expect } from 'chai'
import pino, { type Logger } from 'pino'
import { DEFAULT_DELIVERY } from '../../lib/config/delivery.ts'
import type { Event } from '../../lib/event.ts'
import type { DeliverySettings, Output } from '../../lib/output.ts'
import type { EventSource } from '../../lib/pipeline/encoding/enrichment.ts'
import { openPipeline, type Pipeline, type PipelineOptions } from '../../lib/pipeline/pipeline.ts'
import { MemoryOutput } from './memory-output.ts'

export const SOURCE: EventSource = {
  agent: { id: 'i', name: 'web-1', type: 'host', version: '0.1.0', ephemeral_id: 'e' },
  ecs: { version: '8.11.0' },
  host: { name: 'web-1' },
  event: { module: 'host' },
  layers: [],
}

export const NEVER: AbortSignal = new AbortController().signal

/** A logger and what it has logged. */
export function memoryLog(): { readonly log: Logger; readonly lines: Record<string, unknown>[] } {
  const lines: Record<string, unknown>[] = []
  const log = pino({ level: 'debug' }, { write: (line: string) => lines.push(JSON.parse(line)) })
  return { log, lines }
}

/** A pipeline that flushes and tries again almost at once. */
export function pipelineTo(output: Output, options: Partial<PipelineOptions> = {}): Pipeline {
  const pipeline = openPipeline({
    output,
    queue: { events: 8, bytes: 1 << 20, flush: { min_events: 4, timeout: 1 } },
    log: memoryLog().log,
    delivery: ORDERED,
    ...options,
  })
  pipeline.start()
  return pipeline
}

/** One batch at a time, tried again almost at once. */
export const ORDERED: DeliverySettings = {
  ...DEFAULT_DELIVERY,
  ordered: true,
  timeout: 0,
  backoff: { init: 1, max: 2 },
}

export function idOf(line: string): string {
  return JSON.parse(line).id
}

export function events(count: number, prefix = 'e'): Event[] {
  return Array.from({ length: count }, (_, i) => ({ id: `${prefix}${i}` }))
}

/** Whether a promise has settled by the time that everything else pending has had its turn. */
export async function settled(promise: Promise<unknown>): Promise<boolean> {
  let done = false
  const mark = () => {
    done = true
  }
  promise.then(mark, mark)
  for (let i = 0; i < 5; i++) await turn()
  return done
}

/** An output that is stuck until `open` is called. */
export function stuckOutput(): { readonly output: MemoryOutput; readonly open: () => void } {
  let open = () => {}
  const gate = new Promise<void>(resolve => {
    open = resolve
  })
  return { output: new MemoryOutput(() => gate.then(() => [])), open }
}

export function aborted(reason: string): AbortSignal {
  return AbortSignal.abort(new Error(reason))
}

export async function rejection(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => expect.fail('should have been rejected'),
    error => error,
  )
}
