import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { expect } from 'chai'
import { temporaryFolder } from '../../../agent/temporary.ts'
import { idOf, NEVER, settled } from '../../fixtures.ts'
import { killed } from '../disk/killed.ts'
import { BULK as KILLED_BULK, WINDOW as KILLED_WINDOW, type Mood } from '../disk/killed-settings.ts'
import {
  drained,
  emptied,
  fill,
  opened,
  positionIn,
  publishesOf,
  SETTINGS,
  unaccounted,
} from '../disk/opened.ts'
import { BULK, DELIVERY, stubborn } from './stubborn.ts'

const WINDOW = 100
const STUCK = { windowEvents: WINDOW, stuckMs: 0 }

describe('an event that an output does not take, in the queue on the disk', () => {
  const folder = temporaryFolder()
  const path = () => join(folder.path, 'queue')
  const publishes = publishesOf(70, 30)
  /** With more in the queue, batches need not wait to become larger. */
  const MANY = 500
  const all = publishes.flat()

  for (const [where, sync] of [
    ['in memory', 'batch'],
    ['on the disk', 'batch'],
    ['on the disk', 'interval'],
  ] as const) {
    it(`has others go by it, which are ${where}, with sync: ${sync}`, async () => {
      const stuck = ['0.1', '3.7', '12.29']
      const settings = { path: path(), ...STUCK, sync }
      const isBehind = where === 'on the disk'
      if (isBehind) await fill(settings, publishes)
      const { output, free, ids } = stubborn(id => stuck.includes(id))
      const { pipeline, publish, lines } = await opened(settings, output, { delivery: DELIVERY })
      pipeline.start()
      if (!isBehind) for (const each of publishes) await publish(each.map(id => ({ id })))
      while (ids().length < all.length - stuck.length) await sleep(1)
      const stats = pipeline.stats()
      expect(stats).to.include({ sending: stuck.length, queued: 0, damaged: 0 })
      expect(unaccounted(stats)).to.equal(0)
      expect(stats.stored_again).to.be.within(1, (stuck.length * all.length) / (WINDOW / 2))
      while (positionIn(path()) < all.length - WINDOW) await sleep(1)
      const said = lines.filter(({ msg }) => /were stored again/.test(String(msg)))
      expect(said.filter(({ level }) => level === 40)).to.have.length(1)
      free()
      await emptied(pipeline)
      expect(ids().sort()).to.deep.equal([...all].sort())
      expect(await pipeline.close(NEVER)).to.deep.equal({ lost: 0, kept: 0 })
      expect((await drained(settings)).ids).to.deep.equal([])
    })
  }

  it('is sent by the next start, and with it no more than a window', async () => {
    const settings = { path: path(), ...STUCK }
    const { output, ids } = stubborn(id => id === '0.1')
    const { pipeline, publish } = await opened(settings, output, { delivery: DELIVERY })
    pipeline.start()
    for (const each of publishes) await publish(each.map(id => ({ id })))
    while (ids().length < MANY) await sleep(1)
    const { lost, kept } = await pipeline.close(NEVER)
    expect(lost).to.equal(0)
    const next = await drained(settings)
    const sent = new Set([...ids(), ...next.ids])
    expect(all.filter(id => !sent.has(id))).to.deep.equal([])
    expect(next.ids.length - kept).to.be.below(WINDOW + 2 * BULK)
    expect(unaccounted(next.stats)).to.equal(0)
  })

  it('has its receipt and what lies beside it, wherever it is', async () => {
    const settings = { path: path(), ...STUCK }
    const { output, free, ids } = stubborn(id => id === 'stuck')
    const { pipeline, publish } = await opened(settings, output, { delivery: DELIVERY })
    pipeline.start()
    const receipt = await publish({ id: 'stuck', '@metadata': { a: 'b' } })
    for (const each of publishes) await publish(each.map(id => ({ id })))
    while (ids().length < MANY) await sleep(1)
    expect(await settled(receipt.confirmed)).to.equal(false)
    free()
    expect(await receipt.confirmed).to.include({ confirmed: 1, rejected: 0 })
    await pipeline.close(NEVER)
  })

  it('keeps the number of its tries, and goes to the dead letter after the last', async () => {
    const settings = { path: path(), ...STUCK }
    const { output, ids } = stubborn(id => id === '0.1')
    const delivery = { ...DELIVERY, max_retries: 10, backoff: { init: 100, max: 100 } }
    await fill(settings, publishes)
    const { pipeline } = await opened(settings, output, { delivery })
    pipeline.start()
    await emptied(pipeline)
    expect(ids()).to.have.length(all.length - 1)
    const tries = output.attempts.filter(lines => lines.some(line => idOf(line) === '0.1'))
    expect(tries).to.have.length(11)
    const stats = pipeline.stats()
    expect(stats).to.include({ rejected: 1, acked: all.length - 1 })
    expect(stats.stored_again).to.be.above(0)
    expect(await pipeline.close(NEVER)).to.deep.equal({ lost: 0, kept: 0 })
  })

  it('is not written again while the output takes nothing at all', async () => {
    const settings = { path: path(), ...STUCK }
    const { output, free } = stubborn(() => true)
    const { pipeline, publish } = await opened(settings, output, { delivery: DELIVERY })
    pipeline.start()
    for (const each of publishes) await publish(each.map(id => ({ id })))
    while (pipeline.stats().sending < WINDOW) await sleep(1)
    await sleep(50)
    expect(pipeline.stats()).to.include({ stored_again: 0, acked: 0 })
    expect(pipeline.stats().sending).to.be.below(WINDOW + BULK)
    free()
    await emptied(pipeline)
    await pipeline.close(NEVER)
  })

  it('takes no more of the disk than the queue may have, and a frame', async () => {
    const settings = { path: path(), ...STUCK }
    const pad = 'x'.repeat(20_000)
    const { output, ids } = stubborn(id => id.endsWith('.0'))
    const delivery = { ...DELIVERY, max_retries: 20 }
    const { pipeline, publish } = await opened(settings, output, { delivery })
    pipeline.start()
    let most = 0
    for (const [at, each] of publishes.entries()) {
      await publish(each.map(id => ({ id: at % 10 ? `${id}x` : id, pad })))
      most = Math.max(most, pipeline.storedBytes)
    }
    await emptied(pipeline)
    expect(most).to.be.below(SETTINGS.max_size + 3 * 2 ** 20)
    expect(ids().length + pipeline.stats().rejected).to.equal(all.length)
    await pipeline.close(NEVER)
  })

  it('is lost by no kill, also while it is stored again', async () => {
    const KILLS = 20
    const found = await killed(folder.path, new Array<Mood>(KILLS).fill('stubborn'))
    expect(found.stored).to.be.above(500)
    expect(found.missing).to.deep.equal([])
    const repeated = found.repeated.reduce((sum, each) => sum + each, 0)
    expect(repeated).to.be.below(KILLS * (KILLED_WINDOW + KILLED_BULK))
    expect(found.messages.filter(text => /damaged|lost/.test(text))).to.deep.equal([])
  })

  for (const [what, maxSize, stuckMs] of [
    ['a large queue', 2 ** 30, 0],
    ['one that is full before the window is', 10_000_000, 200],
  ] as const) {
    it(`has hundreds of thousands go by it in ${what}, in the memory that a few take`, () => {
      const program = fileURLToPath(new URL('./stuck-program.js', import.meta.url))
      const args = [program, path(), String(maxSize), String(stuckMs)]
      const { stdout, stderr } = spawnSync(process.execPath, args, {
        encoding: 'utf8',
        timeout: 50_000,
        killSignal: 'SIGKILL',
      })
      expect(stderr).to.equal('')
      const { confirmed, sending, storedAgain, beforeMB, afterMB, storedMB } = JSON.parse(stdout)
      expect(confirmed).to.be.at.least(200_000)
      expect(sending).to.equal(1)
      expect(storedAgain).to.be.at.least(1)
      expect(afterMB - beforeMB).to.be.below(48)
      expect(storedMB).to.be.below(40)
    }).timeout(60_000)
  }
})
