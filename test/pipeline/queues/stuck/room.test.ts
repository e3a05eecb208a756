import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect } from 'chai'
import type { Output } from '../../../../lib/output.ts'
import type { Pipeline } from '../../../../lib/pipeline/pipeline.ts'
import { temporaryFolder } from '../../../agent/temporary.ts'
import { skip } from '../../../live.ts'
import { smallDisk } from '../../../outputs/folder.ts'
import { NEVER } from '../../fixtures.ts'
import {
  emptied,
  fill,
  large,
  opened,
  publishesOf,
  SETTINGS,
  type Settings,
  unaccounted,
} from '../disk/opened.ts'
import { DELIVERY, stubborn } from './stubborn.ts'

const DEADLINE_MS = 30_000

describe('room in the queue on the disk while an output does not take some events', () => {
  const folder = temporaryFolder()
  const path = () => join(folder.path, 'queue')
  const pipelines: Pipeline[] = []

  async function started(settings: Settings, output: Output, delivery = DELIVERY) {
    const made = await opened(settings, output, { delivery })
    pipelines.push(made.pipeline)
    made.pipeline.start()
    return made
  }

  // A test that has failed leaves nothing at work.
  afterEach(async () => {
    for (const pipeline of pipelines.splice(0)) await pipeline.close(AbortSignal.abort())
  })

  for (const [what, stuck, others, bytes, segment_size] of [
    ['one event', 1, 1_000, 20_000, 1_000_000],
    ['one event, in few segments', 1, 1_000, 20_000, 5_000_000],
    ['hundreds of events', 300, 1_500, 10_000, 1_000_000],
    ['hundreds of events, in few segments', 300, 1_500, 10_000, 5_000_000],
    ['few events that have nearly half of it', 15, 80, 300_000, 5_000_000],
  ] as const) {
    it(`is made for others by ${what}`, async () => {
      const { output, free, ids } = stubborn(id => id.startsWith('stuck'))
      const settings = { path: path(), stuckMs: 20, segment_size }
      const { pipeline, publish } = await started(settings, output)
      for (let at = 0; at < stuck; at++) await publish(large(`stuck${at}`, bytes))
      let most = 0
      for (let at = 0; at < others; at++) {
        await publish(large(`${at}`, bytes))
        most = Math.max(most, pipeline.storedBytes)
      }
      while (ids().length < others) await sleep(1)
      const stats = pipeline.stats()
      expect(stats).to.include({ sending: stuck, queued: 0, damaged: 0 })
      expect(stats.stored_again).to.be.at.least(stuck)
      expect(unaccounted(stats)).to.equal(0)
      expect(most).to.be.below(SETTINGS.max_size + segment_size + 2 ** 20)
      free()
      await emptied(pipeline)
      expect(await pipeline.close(NEVER)).to.deep.equal({ lost: 0, kept: 0 })
      expect(readdirSync(path()).filter(name => name.startsWith('stuck'))).to.deep.equal([])
    }).timeout(DEADLINE_MS)
  }

  it('is there for single events of any size', async () => {
    const { output, ids } = stubborn(id => id === 'stuck')
    const settings = { path: path(), stuckMs: 20 }
    const { pipeline, publish } = await started(settings, output)
    await publish({ id: 'stuck' })
    for (const [id, bytes] of Object.entries({
      a: 3_000_000,
      b: 11_000_000,
      c: 100,
      d: 12_000_000,
    }))
      await publish(large(id, bytes))
    while (ids().length < 4) await sleep(1)
    expect(ids()).to.deep.equal(['a', 'b', 'c', 'd'])
    await pipeline.close(NEVER)
  }).timeout(DEADLINE_MS)

  it('is not taken without end by single large events that are stuck themselves', async () => {
    const { output } = stubborn(() => true)
    const settings = { path: path(), stuckMs: 20 }
    const { pipeline, publish } = await started(settings, output)
    for (let at = 0; at < 8; at++) void publish(large(`${at}`, 4_000_000)).catch(() => undefined)
    while (pipeline.stats().stored_again < 2) await sleep(1)
    await sleep(200)
    expect(pipeline.storedBytes).to.be.below(2 * SETTINGS.max_size)
    expect(pipeline.stats().waiting).to.be.above(3)
    await pipeline.close(NEVER)
  }).timeout(DEADLINE_MS)

  it('is made on a disk that is full, which the log says once', async function () {
    const disk = smallDisk('4m')
    if (disk === undefined) return skip(this, 'only root mounts a small disk')
    try {
      const { output, ids } = stubborn(id => id === 'stuck')
      const settings = { path: join(disk.path, 'queue'), max_size: 1e9, stuckMs: 20 }
      const { pipeline, publish, lines } = await started(settings, output)
      await publish({ id: 'stuck' })
      for (let at = 0; at < 400; at++) await publish(large(`${at}`, 50_000))
      while (ids().length < 400) await sleep(1)
      const said = lines.map(({ msg }) => String(msg)).filter(msg => msg.includes('is full'))
      expect(said).to.have.length.at.least(1)
      expect(pipeline.stats()).to.include({ sending: 1, queued: 0 })
      await pipeline.close(NEVER)
    } finally {
      disk.remove()
    }
  }).timeout(DEADLINE_MS)

  it('in the window does not end because of others that were settled since', async () => {
    const publishes = publishesOf(200, 30)
    const all = publishes.flat()
    const settings = { path: path(), windowEvents: 100, stuckMs: 0 }
    await fill(settings, publishes)
    const isStuck = (id: string) => /^\d*0\.1$/.test(id)
    const stuck = all.filter(isStuck).length
    const seen = new Map<string, number>()
    const { output } = stubborn(id => {
      seen.set(id, (seen.get(id) ?? 0) + 1)
      // One of ten is taken a while later, and a few never.
      return isStuck(id) || (id.endsWith('5') && (seen.get(id) ?? 0) < 8)
    })
    const delivery = { ...DELIVERY, backoff: { init: 5, max: 20 } }
    const { pipeline } = await started(settings, output, delivery)
    while (output.confirmed.length < all.length - stuck) await sleep(1)
    const stats = pipeline.stats()
    expect(stats).to.include({ sending: stuck, queued: 0, damaged: 0 })
    // Several times what the window has room for.
    expect(stats.stored_again).to.be.above(200)
    expect(unaccounted(stats)).to.equal(0)
    await pipeline.close(NEVER)
  }).timeout(DEADLINE_MS)

  it('takes few files for many events that become stuck one after the other', async () => {
    const publishes = publishesOf(80, 100)
    const settings = { path: path(), windowEvents: 300, stuckMs: 0 }
    const { output, free } = stubborn(id => id.endsWith('.50'))
    const { pipeline, publish } = await started(settings, output)
    let most = 0
    for (const each of publishes) {
      await publish(each.map(id => ({ id })))
      await sleep(1)
      most = Math.max(most, readdirSync(path()).filter(name => name.startsWith('stuck')).length)
    }
    while (output.confirmed.length < 80 * 99) await sleep(1)
    expect(pipeline.stats().sending).to.equal(80)
    expect(most).to.be.below(20)
    free()
    await emptied(pipeline)
    expect(await pipeline.close(NEVER)).to.deep.equal({ lost: 0, kept: 0 })
  }).timeout(DEADLINE_MS)
})
