// What a queue on the disk costs, compared to the one in memory within this run.
import { nodeName } from './child.ts'
import { flood } from './flood.ts'
import { printSides, type Side } from './pipeline.ts'

const EVENTS = 800_000
const BATCH = 100

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
}
