import type { MemoryQueueSettings } from '../../../lib/config/config.ts'
import { Acker } from '../../../lib/pipeline/acker.ts'
import { Block } from '../../../lib/pipeline/block.ts'
import { Blocks } from '../../../lib/pipeline/blocks.ts'
import { encodedOf } from '../../../lib/pipeline/queue.ts'
import { MemoryQueue } from '../../../lib/pipeline/queues/memory/memory-queue.ts'
import { noSourceCounts } from '../../../lib/pipeline/stats.ts'
import { NEVER } from '../fixtures.ts'

export const ALL = { maxEvents: 1000, maxBytes: 1 << 20 }

/** Makes queues, and closes them all: their timers would keep the process alive. */
export function queues() {
  const made: MemoryQueue[] = []
  return {
    queueOf(settings: Partial<MemoryQueueSettings> = {}) {
      const one = queueOf(settings)
      made.push(one.queue)
      return one
    },
    closeAll() {
      for (const queue of made.splice(0)) queue.close(new Error('end'))
    },
  }
}

/** A queue that makes a batch of four events, or after an hour. */
function queueOf(settings: Partial<MemoryQueueSettings> = {}) {
  const pins = { bytes: 0 }
  const queue = new MemoryQueue(
    { events: 8, bytes: 1000, flush: { min_events: 4, timeout: 3_600_000 }, ...settings },
    pins,
  )
  const ids = (count: number, prefix: string) =>
    Array.from({ length: count }, (_, at) => `"${prefix}${at}"`)
  const encoded = (lines: readonly string[]) => encodedOf(lines, undefined)
  const ackerOf = (count: number) => new Acker(count, noSourceCounts())
  return {
    queue,
    pins,
    offer: (count: number, prefix = 'e') =>
      queue.offer(ackerOf(count), encoded(ids(count, prefix))),
    wait: (count: number, prefix = 'w', signal = NEVER) =>
      queue.wait(ackerOf(count), encoded(ids(count, prefix)), signal),
    block: (count: number) => {
      const text = ids(count, 'b').map(line => `${line}\n`)
      let end = 0
      const ends = text.map(line => {
        end += line.length
        return end
      })
      return new Blocks(Block.of(pins, Buffer.from(text.join('')), ends))
    },
    ackerOf,
  }
}

export type Made = ReturnType<typeof queueOf>

/** Takes a batch that is never settled, so that the output has something to do. */
export async function occupy({ queue, offer }: Made) {
  offer(1, 'o')
  const lease = await queue.take(ALL)
  if (!lease) throw new Error('no lease')
  return lease
}

export async function linesOf({ queue }: Made, limits = ALL): Promise<readonly string[]> {
  return (await queue.take(limits))?.lines ?? []
}
