// A beat that publishes so many events, writes down how many have been confirmed, and ends when all have their fate.
import { openSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import { defineBeat, integer, type ReceiptCounts } from 'sealbeat'

const BURST = 100

interface Settings {
  readonly events: number
  readonly prefix: string
  readonly confirmed: string
  readonly conflicts: number
}

export default defineBeat<Settings>({
  name: 'counting',
  schema: {
    events: { doc: 'How many.', format: integer(1, 10_000_000), default: null },
    prefix: { doc: 'What their ids begin with.', format: String, default: 'e' },
    confirmed: { doc: 'The file of how many are confirmed.', format: String, default: null },
    conflicts: { doc: 'Each of so many has text as its value.', format: Number, default: 0 },
  },
  privileges: ({ confirmed }) => [{ writes: dirname(confirmed), why: 'what was confirmed' }],
  async run({ publish, settings }) {
    const { events, prefix, conflicts } = settings
    const file = openSync(settings.confirmed, 'a')
    let confirmed = 0
    const note = (counts: ReceiptCounts) => {
      confirmed += counts.confirmed
      writeSync(file, `${confirmed}\n`)
    }
    const all: Promise<void>[] = []
    for (let n = 0; n < events; n += BURST) {
      const burst = Array.from({ length: Math.min(BURST, events - n) }, (_, at) => n + at)
      const receipt = await publish(
        burst.map(at => ({
          id: `${prefix}:${at}`,
          value: conflicts > 0 && at % conflicts === 1 ? 'none' : at,
          message: 'x'.repeat((at * 37) % 300),
        })),
      )
      all.push(receipt.confirmed.then(note))
    }
    await Promise.all(all)
  },
})
