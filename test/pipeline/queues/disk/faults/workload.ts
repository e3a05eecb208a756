import { setTimeout as sleep } from 'node:timers/promises'
import type { DiskQueueSettings } from '../../../../../lib/config/config.ts'
import type { Batch, Output } from '../../../../../lib/output.ts'
import type { PipelineStats } from '../../../../../lib/pipeline/stats.ts'
import { NEVER, ORDERED } from '../../../fixtures.ts'
import { opened, type Settings, unaccounted } from '../opened.ts'
import type { FaultyDisk } from './faulty-disk.ts'

/** How many operations of the disk there had been when it was known of an event. */
type Moments = Map<string, number>

export interface Worked {
  /** A receipt has said that they are stored. */
  readonly stored: Moments
  /** The output was given them. */
  readonly sent: Moments
  /** The output has taken or refused them. */
  readonly settled: Moments
  readonly messages: readonly string[]
  readonly stats: PipelineStats
  /** Events that are in the queue at the end. */
  readonly kept: number
}

interface Work {
  readonly sync: DiskQueueSettings['sync']
  readonly publishes: number
  readonly random: () => number
  /** Of the names of events. */
  readonly prefix?: string
  /** Of the queue. */
  readonly settings?: Partial<Settings>
  /** Whether the output refuses an event for now. */
  readonly refuses?: (id: string) => boolean
  /** Is called before each publish. */
  readonly trouble?: (disk: FaultyDisk) => void
}

/** A queue at work on this disk, with an output that is up, slow and down in turns. */
export async function work(
  disk: FaultyDisk,
  { sync, publishes, random, prefix = '', settings, refuses, trouble }: Work,
): Promise<Worked> {
  const stored: Moments = new Map()
  const sent: Moments = new Map()
  const settled: Moments = new Map()
  const output: Output = {
    async write({ lines, count }: Batch) {
      account()
      for (const line of lines) {
        const { id } = JSON.parse(line)
        if (!sent.has(id)) sent.set(id, disk.count())
      }
      const mood = random()
      if (mood < 0.3) await sleep(10 * random())
      if (mood < 0.1) throw new Error('down')
      const taken = mood < 0.3 ? Math.floor(count / 2) : count
      const reject = mood > 0.95 ? [{ index: 0, reason: 'no' }] : []
      const retry: number[] = []
      for (const [at, line] of lines.entries()) {
        const { id } = JSON.parse(line)
        if (at >= taken || refuses?.(id)) retry.push(at)
        else settled.set(id, disk.count())
      }
      return { retry, reject }
    },
    close: async () => undefined,
  }
  const delivery = { ...ORDERED, ordered: false, inFlight: 3, bulk_max_size: 20 }
  const { pipeline, publish, lines } = await opened(
    { ...settings, path: disk.path, sync },
    output,
    { delivery },
  )
  const account = () => {
    const left = unaccounted(pipeline.stats())
    if (left !== 0) throw new Error(`${left} events are unaccounted for`)
  }
  account()
  pipeline.start()
  for (let at = 0; at < publishes; at++) {
    trouble?.(disk)
    const pad = 'x'.repeat(random() * 20_000)
    const ids = Array.from({ length: 1 + random() * 9 }, (_, event) => `${prefix}${at}.${event}`)
    const unencodable = random() < 0.05 ? [new Map() as never] : []
    const receipt = await publish([...ids.map(id => ({ id, pad })), ...unencodable])
    account()
    void receipt.stored.then(() => {
      for (const id of ids) stored.set(id, disk.count())
    })
    if (random() < 0.5) await sleep(3 * random())
  }
  for (const what of ['write', 'sync', 'syncPosition', 'syncFolder', 'create'] as const) {
    disk.fail(what, 0)
  }
  const { kept } = await pipeline.close(NEVER)
  account()
  await disk.caughtUp()
  const messages = lines.map(({ msg }) => String(msg))
  return { stored, sent, settled, messages, stats: pipeline.stats(), kept }
}

/** The events that had been stored and not sent, or not settled, by this operation. */
export function owed(
  worked: Worked,
  operation: number,
  not: 'sent' | 'settled' = 'sent',
): readonly string[] {
  const is = (moments: Moments, id: string) => (moments.get(id) ?? Infinity) <= operation
  const { stored } = worked
  return [...stored.keys()].filter(id => is(stored, id) && !is(worked[not], id))
}

/** The same numbers again for the same seed. */
export function randomOf(seed: number): () => number {
  let state = seed
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32
    return state / 2 ** 32
  }
}
