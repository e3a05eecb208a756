// What a queue on the disk costs, compared to the one in memory within this run.
import { nodeName } from './child.ts'
import { flood, publishesPerSecond } from './flood.ts'
import { printSides, type Side } from './pipeline.ts'
import { inTurns } from './rounds.ts'
import { compared, printTable } from './table.ts'

const EVENTS = 800_000
const BATCH = 100

const MANY = 64
const ROUNDS = 5

const DISK = 'queue.disk.max_size=2GB'

export async function benchDisk(): Promise<void> {
  const side = (name: string, settings: readonly string[], base?: string): Side => ({
    name,
    ...(base !== undefined && { base }),
    run: () => flood({ batch: BATCH, events: EVENTS, settings }),
  })
  const memory = side('in memory', [])
  const modes = ['batch', 'interval', 'none'].map(sync =>
    side(`on the disk, sync: ${sync}`, [DISK, `queue.disk.sync=${sync}`], memory.name),
  )
  const title = `Queues, output.file, batch ${BATCH}, ${nodeName(process.execPath)}; until all is confirmed`
  await printSides(title, [memory, ...modes])
  await benchStored()
}

/** How often a receipt says that its events are stored: one sync for each, or for many at once. */
async function benchStored(): Promise<void> {
  const rate = (publishers: number) => () =>
    publishesPerSecond({ settings: [DISK] }, { events: 10, publishers })
  const { one, many } = await inTurns(ROUNDS, { one: rate(1), many: rate(MANY) })
  const rows = compared('/s', [
    ['one publisher', one],
    [`${MANY} publishers at once`, many],
  ])
  printTable('Publishes of 10 events to the disk, sync: batch, each awaited until stored', rows)
}
