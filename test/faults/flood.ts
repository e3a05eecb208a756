// A beat that floods. Before it goes on, it writes to its ledger what has been confirmed: a number of
// events from the first on. A killed process loses nothing of the ledger, as each entry is one write.
import { randomUUID } from 'node:crypto'
import { openSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import { setImmediate as turn } from 'node:timers/promises'
import { defineBeat } from 'sealbeat'

/** Events of one publish. */
const BURST = 100

interface Settings {
  readonly ledger: string
}

export default defineBeat<Settings>({
  name: 'flood',
  schema: { ledger: { doc: 'Where it notes what is confirmed.', format: String, default: '' } },
  privileges: ({ ledger }) => [{ writes: dirname(ledger), why: 'its ledger' }],
  async run({ publish, signal, settings }) {
    const ledger = openSync(settings.ledger, 'a')
    const run = randomUUID()
    for (let n = 0; !signal.aborted; n += BURST) {
      const receipt = await publish(Array.from({ length: BURST }, (_, i) => event(run, n + i)))
      const first = n
      void receipt.confirmed.then(({ confirmed }) => {
        if (confirmed === BURST) writeSync(ledger, `${run} ${first} ${BURST}\n`)
      })
      await turn()
    }
  },
})

/** Events of many sizes, so that files and writes end anywhere in a page. */
function event(run: string, n: number) {
  return { id: `${run}:${n}`, pad: 'x'.repeat((n * 7919) % 3000) }
}
