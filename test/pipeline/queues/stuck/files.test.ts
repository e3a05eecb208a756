import { existsSync, mkdirSync, readdirSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect } from 'chai'
import {
  crcOf,
  encodeFrameHeader,
  encodeSegmentHeader,
  stuckName,
} from '../../../../lib/pipeline/queues/disk/format.ts'
import { inspect } from '../../../../lib/pipeline/queues/disk/inspect.ts'
import { temporaryFolder } from '../../../agent/temporary.ts'
import { NEVER } from '../../fixtures.ts'
import { MemoryOutput } from '../../memory-output.ts'
import { flip } from '../disk/frames.ts'
import { drained, opened, publishesOf, unaccounted } from '../disk/opened.ts'
import { DELIVERY, stubborn } from './stubborn.ts'

const STUCK = ['0.1', '0.2', '0.3']

describe('a file of events that were stored again', () => {
  const folder = temporaryFolder()
  const settings = () => ({ path: join(folder.path, 'queue'), windowEvents: 100, stuckMs: 0 })
  const path = () => join(folder.path, 'queue')
  const files = () => readdirSync(path()).filter(name => name.startsWith('stuck'))

  /** A queue with nothing but such a file. */
  beforeEach(async () => {
    const all = publishesOf(10, 30)
    const { output, ids } = stubborn(id => STUCK.includes(id))
    const { pipeline, publish } = await opened(settings(), output, { delivery: DELIVERY })
    pipeline.start()
    for (const each of all) await publish(each.map(id => ({ id, '@metadata': { of: id } })))
    while (ids().length < all.flat().length - STUCK.length) await sleep(1)
    expect(await pipeline.close(NEVER)).to.deep.equal({ lost: 0, kept: STUCK.length })
    expect(files()).to.have.length(1)
  })

  const file = () => join(path(), files()[0] ?? '')

  it('is sent first by the next start, with what lies beside its events, and removed', async () => {
    const output = new MemoryOutput()
    const of: unknown[] = []
    const write = output.write.bind(output)
    output.write = batch => {
      of.push(...batch.meta.map(meta => meta?.fields))
      return write(batch)
    }
    const { pipeline, publish } = await opened(settings(), output)
    expect(pipeline.stats()).to.include({ restored: STUCK.length, queued: STUCK.length })
    const receipt = await publish({ id: 'new' })
    pipeline.start()
    await receipt.confirmed
    const ids = output.confirmed.map(line => JSON.parse(line).id)
    expect(ids).to.deep.equal([...STUCK, 'new'])
    expect(of.slice(0, 3)).to.deep.equal(STUCK.map(id => ({ of: id })))
    await pipeline.close(NEVER)
    expect(files()).to.deep.equal([])
    expect((await drained(settings())).ids).to.deep.equal([])
  })

  it('stays until all of its events are settled, over any number of starts', async () => {
    for (let start = 0; start < 3; start++) {
      const { output, ids } = stubborn(id => id === '0.2')
      const { pipeline, publish } = await opened(settings(), output, { delivery: DELIVERY })
      pipeline.start()
      await (await publish({ id: `new${start}` })).confirmed
      expect(ids()).to.include(`new${start}`)
      expect(unaccounted(pipeline.stats())).to.equal(0)
      expect(await pipeline.close(NEVER)).to.deep.equal({ lost: 0, kept: 1 })
      expect(files()).to.have.length(1)
    }
    expect((await drained(settings())).ids).to.include('0.2')
    expect(files()).to.deep.equal([])
  })

  it('is shown by queue inspect, with what waits in it', async () => {
    const found = await inspect(path())
    expect(found.stuck).to.have.length(1)
    expect(found.stuck[0]).to.include({ file: files()[0], events: 3, isDamaged: false })
    flip(file(), 100)
    expect((await inspect(path())).stuck[0]).to.include({ isDamaged: true })
  })

  it('is set aside if its events are damaged, which are counted', async () => {
    flip(file(), 120)
    const { ids, stats, messages } = await drained(settings())
    expect(ids).to.deep.equal([])
    expect(stats).to.include({ restored: STUCK.length, damaged: STUCK.length })
    expect(unaccounted(stats)).to.equal(0)
    expect(messages.join('\n')).to.contain('had been stored again can not be read')
    expect(files()).to.deep.equal(['stuck-0000000000000001.bad'])
  })

  for (const [what, damage] of [
    ['a part of it is missing', () => truncateSync(file(), 150)],
    ['its header is damaged', () => flip(file(), 50)],
    ['it is empty', () => truncateSync(file(), 0)],
  ] as const) {
    it(`is set aside if ${what}, and the log says so`, async () => {
      damage()
      const { stats, messages } = await drained(settings())
      expect(stats).to.include({ restored: 0, damaged: 0 })
      expect(messages.join('\n')).to.contain('stored again is damaged, and was set aside')
      expect(files()).to.deep.equal(['stuck-0000000000000001.bad'])
    })
  }

  /** A sound frame in a file of this number, with that many events by its header. */
  const crafted = (number: number, count: number, inside = number) => {
    const body = Buffer.from(count === 0 ? '' : '{"id":"crafted"}\n')
    const frame = { first: 0, metaLength: 0, atMs: 1, length: body.length, crc: crcOf([body]) }
    const header = encodeSegmentHeader({ number: inside, first: 0 })
    const bytes = Buffer.concat([header, encodeFrameHeader({ ...frame, count }), body])
    writeFileSync(join(path(), stuckName(number)), bytes)
  }

  for (const [what, make] of [
    ['has no event', () => crafted(7, 0)],
    ['has more events than bytes', () => crafted(7, 4_000_000_000)],
    ['is a copy of another', () => crafted(7, 1, 6)],
  ] as const) {
    it(`is set aside if it ${what}`, async () => {
      make()
      const { ids, stats } = await drained(settings())
      expect(ids).to.deep.equal(STUCK)
      expect(stats).to.include({ restored: STUCK.length, acked: STUCK.length, damaged: 0 })
      expect(unaccounted(stats)).to.equal(0)
      expect(files()).to.deep.equal(['stuck-0000000000000007.bad'])
    })
  }

  it('is told from folders of such names, and from numbers that no queue comes to', async () => {
    const others = ['stuck-0000000000000008.seg.new', 'stuck-9999999999999999.seg']
    for (const name of others) mkdirSync(join(path(), name))
    writeFileSync(join(path(), '9999999999999998.seg'), 'x')
    expect((await drained(settings())).ids).to.deep.equal(STUCK)
    expect(files().sort()).to.deep.equal(others)
    expect(existsSync(join(path(), '9999999999999998.seg'))).to.equal(true)
  })

  it('that a crash has left unfinished is removed', async () => {
    const unfinished = join(path(), 'stuck-0000000000000007.seg.new')
    writeFileSync(unfinished, 'x')
    expect((await drained(settings())).ids).to.deep.equal(STUCK)
    expect(existsSync(unfinished)).to.equal(false)
  })
})
