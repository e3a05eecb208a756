import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Output } from '../../../../lib/output.ts'
import { openPipeline, type Pipeline } from '../../../../lib/pipeline/pipeline.ts'
import { DiskQueue } from '../../../../lib/pipeline/queues/disk/disk-queue.ts'
import { decodeSlot, SLOT_BYTES } from '../../../../lib/pipeline/queues/disk/format.ts'
import type { Settings as QueueSettings } from '../../../../lib/pipeline/queues/disk/progress.ts'
import { memoryLog, NEVER, ORDERED, SOURCE } from '../../fixtures.ts'
import { MemoryOutput } from '../../memory-output.ts'

export const SETTINGS = { max_size: 10_000_000, segment_size: 1_000_000, sync: 'batch' } as const

export type Settings = Partial<QueueSettings> & { readonly path: string }

/** A pipeline with a queue in a folder, and what it has logged. */
export async function opened(
  settings: Settings,
  output: Output = new MemoryOutput(),
  options: Partial<Parameters<typeof openPipeline>[0]> = {},
) {
  const { log, lines } = memoryLog()
  const queue = await DiskQueue.open({ ...SETTINGS, ...settings }, log)
  const pipeline = openPipeline({ output, queue, log, delivery: ORDERED, ...options })
  return { pipeline, lines, publish: pipeline.publisher(SOURCE, NEVER) }
}

/** Puts events with these ids into the queue, each publish a frame of its own, and leaves them there. */
export async function fill(
  settings: Settings,
  publishes: readonly (readonly string[])[],
  extra: object = {},
): Promise<void> {
  const { pipeline, publish } = await opened(settings)
  for (const ids of publishes) await (await publish(ids.map(id => ({ id, ...extra })))).stored
  await pipeline.close(NEVER)
}

/** Everything that a queue delivers after it was opened, and what it has to say. */
export async function drained(settings: Settings) {
  const output = new MemoryOutput()
  const { pipeline, lines } = await opened(settings, output)
  const { restored } = pipeline.stats()
  pipeline.start()
  await emptied(pipeline)
  const stats = pipeline.stats()
  const remains = await pipeline.close(NEVER)
  const ids = output.confirmed.map(line => String(JSON.parse(line).id))
  return { ids, stats, restored, remains, messages: lines.map(({ msg }) => String(msg)), lines }
}

/** Resolves once nothing is in the queue any more. */
export async function emptied(pipeline: Pipeline): Promise<void> {
  for (;;) {
    const { queued, sending } = pipeline.stats()
    if (queued + sending === 0) return
    await sleep(1)
  }
}

export function segmentsIn(path: string): readonly string[] {
  return readdirSync(path)
    .filter(name => name.endsWith('.seg'))
    .sort()
}

/** Numbers every event in its publish: `3.0`, `3.1`, … */
export function publishesOf(count: number, events: number): readonly (readonly string[])[] {
  return Array.from({ length: count }, (_, at) =>
    Array.from({ length: events }, (_, event) => `${at}.${event}`),
  )
}

/** An event of this many bytes, about. */
export function large(id: string, bytes: number) {
  return { id, pad: 'x'.repeat(bytes) }
}

/** How many events are nowhere; 0 if the counts are right. */
export function unaccounted(stats: ReturnType<Pipeline['stats']>): number {
  const { unencodable, filtered, rejected, acked, damaged, queued, sending } = stats
  const there = unencodable + filtered + rejected + acked + damaged + queued + sending
  return stats.published + stats.restored - there
}

/** The number of the oldest event that is not settled, as the file has it now. */
export function positionIn(path: string): number {
  const bytes = readFileSync(join(path, 'position'))
  const slots = [0, 1].map(at => decodeSlot(bytes.subarray(at * SLOT_BYTES, (at + 1) * SLOT_BYTES)))
  return Math.max(...slots.map(slot => (slot && 'sequence' in slot ? slot.sequence : 0)))
}
