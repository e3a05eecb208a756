import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect } from 'chai'
import { temporaryFolder } from '../../../agent/temporary.ts'
import { idOf, NEVER, ORDERED, stuckOutput } from '../../fixtures.ts'
import { MemoryOutput } from '../../memory-output.ts'
import { emptied, large, opened } from './opened.ts'

/** Bytes that this process has read from files so far. */
function bytesRead(): number {
  return Number(/^rchar: (\d+)$/m.exec(readFileSync('/proc/self/io', 'utf8'))?.[1])
}

describe('the pace of the queue on the disk', () => {
  const folder = temporaryFolder()
  const settings = () => ({
    path: join(folder.path, 'queue'),
    max_size: 200_000_000,
    segment_size: 20_000_000,
    sync: 'none' as const,
  })

  it('is that of an output that keeps up: nothing is read again', async () => {
    // 200 MB in a second.
    const output = new MemoryOutput(() => sleep(5).then(() => []))
    const delivery = { ...ORDERED, bulk_max_bytes: 1_000_000 }
    const { pipeline, publish } = await opened(settings(), output, { delivery })
    pipeline.start()
    const before = bytesRead()
    const ids = Array.from({ length: 400 }, (_, at) => `${at}`)
    // Nobody waits for an answer: all of them are published at once.
    await Promise.all(ids.map(id => publish(large(id, 200_000))))
    await emptied(pipeline)
    expect(output.confirmed.map(idOf)).to.deep.equal(ids)
    expect(bytesRead() - before).to.be.below(1_000_000)
    await pipeline.close(NEVER)
  })

  it('is not that of an output that is stuck: the disk takes what comes', async () => {
    const { output, open } = stuckOutput()
    const { pipeline, publish } = await opened(settings(), output)
    pipeline.start()
    const ids = Array.from({ length: 200 }, (_, at) => `${at}`)
    const before = bytesRead()
    for (const id of ids) await publish(large(id, 200_000))
    expect(pipeline.stats()).to.include({ published: 200, waiting: 0 })
    open()
    await emptied(pipeline)
    expect(output.confirmed.map(idOf)).to.deep.equal(ids)
    expect(bytesRead() - before).to.be.above(10_000_000)
    await pipeline.close(NEVER)
  })
})
