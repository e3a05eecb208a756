// Kills of an agent whose beat keeps a position: 8 for each queue, or as many as KILLS says.
import { setTimeout as sleep } from 'node:timers/promises'
import { expect } from 'chai'
import { needsLinux } from '../live.ts'
import { Followed } from './followed.ts'
import { randomFrom } from './random.ts'

const KILLS = Number(process.env['KILLS'] ?? 8)

const MEMORY = 'queue.mem: { events: 1000, flush: { min_events: 200, timeout: 5ms } }'
const DISK = 'queue.disk: { path: QUEUE, max_size: 50MB }'

describe('the position of a beat in an agent that is killed', function () {
  this.timeout(60_000 + KILLS * 5_000)
  before(needsLinux)
  let followed: Followed
  afterEach(() => followed.remove())

  for (const [where, queue] of [
    ['in memory', MEMORY],
    ['on the disk', DISK],
  ] as const) {
    it(`is never ahead of the events in the file, with the queue ${where}`, async () => {
      followed = new Followed({ queue, after: 'confirmed' })
      const random = randomFrom(3)
      for (let kill = 1; kill <= KILLS; kill++) {
        await followed.start()
        await sleep(random() * 200)
        await followed.kill()
        expect(await followed.ahead(), `after kill ${kill}`).to.deep.equal([])
        expect(followed.missing(), `after kill ${kill}`).to.deep.equal([])
      }
      expect(await followed.position()).to.be.above(0)
      const { repeated } = followed.counts()
      // What is ahead of the position is read again, and what is in the queue is sent again: windows both.
      expect(repeated / KILLS).to.be.at.most(where === 'in memory' ? 2_050 : 2 * 2_050)
    })
  }

  it('is never ahead of what the next start sends, if it moves once events are in the queue', async () => {
    followed = new Followed({ queue: DISK, after: 'stored' })
    const random = randomFrom(4)
    for (let kill = 1; kill <= KILLS / 2; kill++) {
      await followed.start()
      await sleep(random() * 200)
      await followed.kill()
      const { code, stderr } = await followed.drain()
      expect(code, stderr).to.equal(0)
      expect(await followed.ahead(), `after kill ${kill}`).to.deep.equal([])
    }
    expect(await followed.position()).to.be.above(0)
  })

  it('is found to be ahead of files that have lost an event', async () => {
    followed = new Followed({ queue: MEMORY, after: 'stored', sync: 'none' })
    await followed.start()
    await sleep(100)
    await followed.kill()
    expect(await followed.ahead()).to.deep.equal([])
    followed.forget('c:7')
    expect(await followed.ahead()).to.deep.equal([7])
  })
})
