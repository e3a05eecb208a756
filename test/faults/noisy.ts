// A beat that publishes in bursts: events, events that a processor drops, and events that JSON can't carry.
// It writes down what each publish has taken, and fails now and then.
import { randomUUID } from 'node:crypto'
import { openSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Context, defineBeat, type Event } from 'sealbeat'
import { randomFrom } from './random.ts'

interface Settings {
  readonly taken: string
  readonly seed: number
  readonly quiet: boolean
}

export default defineBeat<Settings>({
  name: 'noisy',
  schema: {
    taken: { doc: 'The file of what was taken.', format: String, default: '' },
    seed: { doc: 'Of its bursts.', format: Number, default: 1 },
    quiet: { doc: 'Waits and publishes nothing.', format: Boolean, default: false },
  },
  privileges: ({ taken }) => [{ writes: dirname(taken), why: 'what was taken' }],
  async run(context) {
    const { settings, signal } = context
    const random = randomFrom(settings.seed)
    const file = openSync(settings.taken, 'a')
    while (!signal.aborted && !settings.quiet) {
      await Promise.all([burst(context, random, file), burst(context, random, file)])
      await sleep(random() * 5)
      if (random() < 0.005) throw new Error('out of breath')
    }
    if (!signal.aborted) await new Promise(resolve => signal.addEventListener('abort', resolve))
  },
})

type Kind = 'sent' | 'filtered' | 'unencodable'

/** Events of one kind: only those that are sent wait for room, and may be aborted then. */
async function burst(
  { publish, signal }: Context<Settings>,
  random: () => number,
  file: number,
): Promise<void> {
  const kind: Kind = random() < 0.8 ? 'sent' : random() < 0.5 ? 'filtered' : 'unencodable'
  const count = 1 + Math.floor(random() * 30)
  try {
    await publish(Array.from({ length: count }, () => eventOf(kind)))
    writeSync(file, `${kind} ${count}\n`)
  } catch (error) {
    if (!signal.aborted) throw error
  }
}

function eventOf(kind: Kind): Event {
  const event: Record<string, unknown> = { id: randomUUID(), drop: kind === 'filtered' }
  if (kind === 'unencodable') event['itself'] = event
  return event
}
