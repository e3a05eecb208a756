import { constants } from 'node:os'
import { expect } from 'chai'
import { skip } from '../../../../live.ts'
import { NEVER, stuckOutput } from '../../../fixtures.ts'
import {
  drained,
  emptied,
  fill,
  large,
  opened,
  publishesOf,
  segmentsIn,
  unaccounted,
} from '../opened.ts'
import { type FaultyDisk, faultyDisk } from './faulty-disk.ts'

const { EIO } = constants.errno

describe('the queue on a disk that fails', () => {
  let disk: FaultyDisk | undefined

  beforeEach(async function () {
    disk = await faultyDisk()
    if (disk === undefined) skip(this, 'only root mounts a disk of its own')
  })

  afterEach(() => disk?.remove())

  /** The number of the file of a segment. */
  function nodeOf(name: string): number {
    const made = disk?.operations.find(each => each.op === 'create' && each.name === name)
    return made && 'node' in made ? made.node : 0
  }

  for (const [what, at] of [
    ['first', 0],
    ['second', 1],
    ['last', -1],
  ] as const) {
    it(`goes on behind a segment that can't be read: the ${what}`, async () => {
      if (disk === undefined) return
      const { path } = disk
      const publishes = publishesOf(12, 4)
      await fill({ path }, publishes, { pad: 'x'.repeat(100_000) })
      await disk.caughtUp()
      disk.fail('readNode', nodeOf(segmentsIn(path).at(at) ?? ''))
      disk.fail('read', EIO)
      const { ids, stats, messages } = await drained({ path })
      const all = publishes.flat()
      expect(ids).to.deep.equal(all.filter(id => ids.includes(id)))
      expect(stats).to.include({ restored: 48, acked: ids.length, damaged: 48 - ids.length })
      expect(stats.damaged).to.be.within(4, 12)
      expect(unaccounted(stats)).to.equal(0)
      expect(messages.filter(text => /can not be read|set aside/.test(text))).to.have.length.above(
        0,
      )
    })
  }

  it('goes on behind what can not be read while it runs', async () => {
    if (disk === undefined) return
    const { path } = disk
    const { output, open } = stuckOutput()
    const { pipeline, publish, lines } = await opened({ path, max_size: 100_000_000 }, output)
    pipeline.start()
    for (let at = 0; at < 80; at++) await (await publish(large(`${at}`, 500_000))).stored
    await disk.caughtUp()
    // One that is on the disk alone.
    disk.fail('readNode', nodeOf(segmentsIn(path).at(-5) ?? ''))
    disk.fail('read', EIO)
    open()
    await emptied(pipeline)
    const stats = pipeline.stats()
    expect(stats.damaged).to.be.within(1, 3)
    expect(stats).to.include({ published: 80, acked: 80 - stats.damaged })
    expect(unaccounted(stats)).to.equal(0)
    expect(lines.some(({ msg }) => /can not be read/.test(String(msg)))).to.equal(true)
    await pipeline.close(NEVER)
  })

  for (const fault of ['sync', 'write'] as const) {
    it(`never says that it has stored what it could not: ${fault}`, async () => {
      if (disk === undefined) return
      const { path } = disk
      const { pipeline, publish, lines } = await opened({ path })
      await (await publish({ id: 'a' })).stored
      disk.fail(fault, EIO)
      const receipt = await publish({ id: 'b' })
      let isStored = false
      const stored = receipt.stored.then(() => {
        isStored = true
      })
      await new Promise(resolve => setTimeout(resolve, 1_200))
      expect(isStored).to.equal(false)
      expect(
        lines.filter(({ msg }) => /events can not be written/.test(String(msg))),
      ).to.have.length(1)
      disk.fail(fault, 0)
      await stored
      // Nothing more goes to a file of which nobody knows what is on the disk.
      expect(segmentsIn(path)).to.have.length.above(1)
      await pipeline.close(NEVER)
      expect((await drained({ path })).ids).to.deep.equal(['a', 'b'])
    })
  }

  it('begins another segment after a sync that failed, with sync: interval', async () => {
    if (disk === undefined) return
    const { path } = disk
    const { pipeline, publish, lines } = await opened({ path, sync: 'interval' })
    await (await publish({ id: 'a' })).stored
    disk.fail('sync', EIO)
    while (!lines.some(({ msg }) => /a sync failed/.test(String(msg)))) {
      await new Promise(resolve => setTimeout(resolve, 10))
    }
    disk.fail('sync', 0)
    await (await publish({ id: 'b' })).stored
    expect(segmentsIn(path)).to.have.length(2)
    await pipeline.close(NEVER)
    expect((await drained({ path })).ids).to.deep.equal(['a', 'b'])
  })
})
