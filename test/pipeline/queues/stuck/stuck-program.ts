// Has one event that is refused for ever in a queue with the usual window, and many that are not; prints what of them
// was taken meanwhile, and the memory that the process had in the beginning and at the end.

import pino from 'pino'
import type { Batch } from '../../../../lib/output.ts'
import { openPipeline } from '../../../../lib/pipeline/pipeline.ts'
import { DiskQueue } from '../../../../lib/pipeline/queues/disk/disk-queue.ts'
import { NEVER, ORDERED, SOURCE } from '../../fixtures.ts'

const [, , path = '', maxSize = '', stuckMs = ''] = process.argv
const [EVENTS, FIRST, BATCH, MB] = [200_000, 40_000, 200, 2 ** 20]

let confirmed = 0
const output = {
  async write({ chunks, count }: Batch) {
    const isStuck = chunks.some(chunk => Buffer.from(chunk).includes('"stuck"'))
    confirmed += isStuck ? count - 1 : count
    // It is the first one of its batch.
    return { retry: isStuck ? [0] : [], reject: [] }
  },
  close: async () => undefined,
}
const log = pino({ level: 'silent' })
const settings = {
  path,
  max_size: Number(maxSize),
  segment_size: Math.min(4 * MB, Number(maxSize) / 10),
  sync: 'none',
  stuckMs: Number(stuckMs),
} as const
const queue = await DiskQueue.open(settings, log)
const delivery = { ...ORDERED, ordered: false, inFlight: 2, backoff: { init: 50, max: 100 } }
const pipeline = openPipeline({ output, queue, log, delivery })
pipeline.start()
const publish = pipeline.publisher(SOURCE, NEVER)
await publish({ id: 'stuck' })

const rssMB = () => process.memoryUsage.rss() / MB
const publishUpTo = async (from: number, to: number) => {
  const pad = 'x'.repeat(200)
  for (let at = from; at < to; at += BATCH) {
    await publish(Array.from({ length: BATCH }, (_, event) => ({ id: at + event, pad })))
  }
  while (confirmed < to) await new Promise(resolve => setTimeout(resolve, 5))
}
await publishUpTo(0, FIRST)
const beforeMB = rssMB()
await publishUpTo(FIRST, EVENTS)
const { sending, stored_again: storedAgain } = pipeline.stats()
const [afterMB, storedMB] = [rssMB(), pipeline.storedBytes / MB]
await pipeline.close(NEVER)
console.log(JSON.stringify({ confirmed, sending, storedAgain, beforeMB, afterMB, storedMB }))
