// A beat that reads a source without end, and keeps its position in its state once events are where they belong.
import { openSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import { setTimeout as sleep, setImmediate as turn } from 'node:timers/promises'
import { defineBeat, oneOf, Watermark } from 'sealbeat'

const BURST = 50
/** So far the position may lag. */
const WINDOW = 2_000

interface Settings {
  readonly ledger: string
  readonly after: 'confirmed' | 'stored'
  readonly quiet: boolean
}

export default defineBeat<Settings>({
  name: 'cursor',
  schema: {
    ledger: { doc: 'Where it notes what is done.', format: String, default: '' },
    after: {
      doc: 'When the position moves.',
      format: oneOf(['confirmed', 'stored']),
      default: 'confirmed',
    },
    quiet: { doc: 'Reads nothing.', format: Boolean, default: false },
  },
  privileges: ({ ledger }) => [{ writes: dirname(ledger), why: 'its ledger' }],
  async run({ publish, signal, state, settings: { ledger, after, quiet } }) {
    const file = openSync(ledger, 'a')
    const mark = new Watermark<number>(reached => state.set('next', reached), WINDOW)
    let next = Number(state.get('next') ?? 0)
    while (!signal.aborted) {
      if (quiet) {
        await sleep(20)
        continue
      }
      await mark.room(signal)
      const first = next
      const receipt = await publish(Array.from({ length: BURST }, (_, at) => event(first + at)))
      next += BURST
      const done = receipt[after].then(() => void writeSync(file, `c ${first} ${BURST}\n`))
      mark.follow({ stored: done }, next, BURST)
      await turn()
    }
  },
})

function event(n: number) {
  return { id: `c:${n}`, pad: 'x'.repeat((n * 7919) % 1500) }
}
