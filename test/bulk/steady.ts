// A beat that publishes without end, and writes down how many of its events the queue has taken.
import { openSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { defineBeat } from 'sealbeat'

const BURST = 20

interface Settings {
  readonly taken: string
  readonly quiet: boolean
}

export default defineBeat<Settings>({
  name: 'steady',
  schema: {
    taken: { doc: 'The file of what was taken.', format: String, default: '' },
    quiet: { doc: 'Publishes nothing.', format: Boolean, default: false },
  },
  privileges: ({ taken }) => [{ writes: dirname(taken), why: 'what was taken' }],
  async run({ publish, signal, settings: { taken, quiet } }) {
    const file = openSync(taken, 'a')
    for (let n = 0; !signal.aborted; n += quiet ? 0 : BURST) {
      if (!quiet) {
        const published = publish(Array.from({ length: BURST }, (_, at) => event(n + at)))
        await published.then(
          () => writeSync(file, `${n + BURST}\n`),
          () => undefined,
        )
      }
      await sleep(5, undefined, { signal }).catch(() => undefined)
    }
  },
})

/** Every fiftieth is refused for ever; the sizes differ. */
function event(n: number) {
  return { id: `steady:${n}`, bad: n % 50 === 7, pad: 'x'.repeat((n * 37) % 400) }
}
