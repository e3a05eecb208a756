import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { encodeSlot } from '../../../../lib/pipeline/queues/disk/format.ts'
import { temporaryFolder } from '../../../agent/temporary.ts'
import { NEVER } from '../../fixtures.ts'
import { drained, fill, opened, publishesOf, segmentsIn, unaccounted } from './opened.ts'

const PAD = { pad: 'x'.repeat(100_000) }

describe('the queue on the disk, without some of its segments', () => {
  const folder = temporaryFolder()
  const path = () => join(folder.path, 'queue')
  const file = (name: string) => join(path(), name)
  const segment = (at: number) => file(segmentsIn(path()).at(at) ?? '')
  const publishes = publishesOf(12, 4)
  const all = publishes.flat()

  async function expectLost({ ids, stats, lines }: Awaited<ReturnType<typeof drained>>) {
    expect(ids).to.deep.equal(all.filter(id => ids.includes(id)))
    expect(stats).to.include({ restored: all.length, acked: ids.length })
    expect(stats.damaged).to.equal(all.length - ids.length)
    expect(stats.damaged).to.be.within(4, 16)
    expect(unaccounted(stats)).to.equal(0)
    const said = lines.filter(({ msg }) => /events are lost/.test(String(msg)))
    expect(said.map(({ events }) => events)).to.deep.equal([stats.damaged])
  }

  it('one in the middle: its events are counted, the others are there', async () => {
    await fill({ path: path() }, publishes, PAD)
    expect(segmentsIn(path()).length).to.be.above(4)
    rmSync(segment(2))
    await expectLost(await drained({ path: path(), sync: 'none' }))
  })

  it('the first one, after a sync of the position: its events are counted', async () => {
    await fill({ path: path() }, publishes, PAD)
    rmSync(segment(0))
    await expectLost(await drained({ path: path() }))
  })

  it('the last one: its events are counted, and new ones have other numbers', async () => {
    await fill({ path: path() }, publishes, PAD)
    rmSync(segment(-1))
    const { pipeline, publish } = await opened({ path: path() })
    await (await publish({ id: 'new' })).stored
    expect(unaccounted(pipeline.stats())).to.equal(0)
    await pipeline.close(NEVER)
    const { ids, stats } = await drained({ path: path() })
    expect(ids.at(-1)).to.equal('new')
    expect(all.slice(0, ids.length - 1)).to.deep.equal(ids.slice(0, -1))
    expect(stats.damaged).to.equal(all.length + 1 - ids.length)
    expect(unaccounted(stats)).to.equal(0)
  })

  it('all of them: the queue is empty, and all events are counted', async () => {
    await fill({ path: path() }, publishes, PAD)
    for (const name of segmentsIn(path())) rmSync(file(name))
    const { ids, stats } = await drained({ path: path() })
    expect(ids).to.deep.equal([])
    expect(stats).to.include({ restored: all.length, damaged: all.length })
    await fill({ path: path() }, [['new']])
    expect((await drained({ path: path() })).ids).to.deep.equal(['new'])
  })

  it('the first one, where the position was never synced: that is no damage', async () => {
    await fill({ path: path() }, publishes, PAD)
    rmSync(segment(0))
    const { ids, stats, messages } = await drained({ path: path(), sync: 'none' })
    expect(ids).to.deep.equal(publishes.flat().slice(-ids.length))
    expect(stats).to.include({ damaged: 0, restored: ids.length })
    expect(messages.filter(text => /damaged|lost/.test(text))).to.deep.equal([])
  })

  it('by a position from the future, as a power cut may leave it: it says so, and goes on from there', async () => {
    await fill({ path: path() }, publishesOf(1, 2))
    const end = { segment: 9, offset: 9, sequence: 100 }
    const slot = encodeSlot({ generation: 1_000_000, sequence: 100, end })
    writeFileSync(file('position'), Buffer.concat([slot, slot]))
    const { pipeline, publish, lines } = await opened({ path: path() })
    const said = lines.find(({ msg }) => /the position is behind the end/.test(String(msg)))
    expect(said).to.include({ events: 98 })
    await (await publish({ id: 'new' })).stored
    await pipeline.close(NEVER)
    expect((await drained({ path: path(), sync: 'none' })).ids).to.deep.equal(['new'])
  })
})
