// An agent's pipeline alone: publishes numbered events into the queue in a folder and writes to a ledger, synced
// with the event loop, what has happened to them. It is killed at any time.
//
//   stored ID    a receipt has said that it is stored     sent ID    the output has taken it
//   open RUN     another run has begun

import { appendFileSync, writeSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import pino from 'pino'
import type { Batch, Output } from '../../../../lib/output.ts'
import { openPipeline } from '../../../../lib/pipeline/pipeline.ts'
import { DiskQueue } from '../../../../lib/pipeline/queues/disk/disk-queue.ts'
import { NEVER, ORDERED, SOURCE } from '../../fixtures.ts'
import { BULK, WINDOW } from './killed-settings.ts'
import { SETTINGS } from './opened.ts'

const [, , path = '', ledger = '', mood = 'up', run = '0'] = process.argv

const note = (what: string, ids: readonly string[]) =>
  appendFileSync(ledger, ids.map(id => `${what} ${id}\n`).join(''))

const output: Output = {
  async write({ lines, count }: Batch) {
    if (mood === 'slow') await sleep(5)
    if (mood === 'down') throw new Error('down')
    // Sometimes only a part is taken, so that the order of settlement is another one.
    const taken = count > 1 && Math.random() < 0.3 ? Math.floor(count / 2) : count
    note(
      'sent',
      lines.slice(0, taken).map(line => JSON.parse(line).id),
    )
    return { retry: Array.from({ length: count - taken }, (_, at) => taken + at), reject: [] }
  },
  close: async () => undefined,
}

const log = pino({ level: 'silent' })
const stuckMs = mood === 'stubborn' ? { stuckMs: 0 } : {}
const settings = { ...SETTINGS, path, windowEvents: WINDOW, ...stuckMs }
// What is tried again waits long enough for others to pass it, up to the window.
const backoff = { init: 30, max: 60 }
const delivery = { ...ORDERED, ordered: false, inFlight: 3, bulk_max_size: BULK, backoff }
note('open', [run])
const queue = await DiskQueue.open(settings, log)
const pipeline = openPipeline({ output, queue, log, delivery })
pipeline.start()
writeSync(1, 'open\n')
const publish = pipeline.publisher(SOURCE, NEVER)
for (let at = 0; ; at++) {
  const ids = Array.from({ length: 1 + (at % 20) }, (_, event) => `${run}-${at}-${event}`)
  const receipt = await publish(ids.map(id => ({ id, pad: 'x'.repeat((at * 37) % 900) })))
  void receipt.stored.then(() => note('stored', ids))
  if (at % 10 === 0) await sleep(0)
}
