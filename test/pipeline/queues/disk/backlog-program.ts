// Opens the queue in a folder, sends everything in it, and prints what that took.

import pino from 'pino'
import { WRITTEN } from '../../../../lib/output.ts'
import { openPipeline } from '../../../../lib/pipeline/pipeline.ts'
import { DiskQueue } from '../../../../lib/pipeline/queues/disk/disk-queue.ts'
import { NEVER, ORDERED } from '../../fixtures.ts'

const [, , path = '', max_size = ''] = process.argv
const MB = 2 ** 20

let events = 0
/** Since the start of the process. */
let firstMs = 0
let rss = 0

const output = {
  async write({ count }: { readonly count: number }) {
    firstMs ||= performance.now()
    events += count
    return WRITTEN
  },
  close: async () => undefined,
}
const log = pino({ level: 'silent' })
const size = Number(max_size)
const settings = { path, max_size: size, segment_size: size / 10, sync: 'batch' } as const
const queue = await DiskQueue.open(settings, log)
const openedMs = performance.now()
const pipeline = openPipeline({ output, queue, log, delivery: ORDERED })
const { restored } = pipeline.stats()
pipeline.start()
while (events < restored) {
  await new Promise(resolve => setTimeout(resolve, 20))
  rss = Math.max(rss, process.memoryUsage.rss())
}
const endMs = performance.now()
await pipeline.close(NEVER)
console.log(JSON.stringify({ restored, events, openedMs, firstMs, endMs, rssMB: rss / MB }))
