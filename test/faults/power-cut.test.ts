// The power of the disk is cut under an agent: 4 times for each queue, or as often as CUTS says. As root.
import { setTimeout as sleep } from 'node:timers/promises'
import { expect } from 'chai'
import { skip } from '../live.ts'
import { Followed } from './followed.ts'
import { LoopDisk } from './loop-disk.ts'
import { randomFrom } from './random.ts'

const CUTS = Number(process.env['CUTS'] ?? 4)
const MEGABYTES = 200 + 5 * CUTS

const MEMORY = 'queue.mem: { events: 1000, flush: { min_events: 200, timeout: 5ms } }'
const DISK = 'queue.disk: { path: QUEUE, max_size: 50MB }'

describe('output.file on a disk whose power is cut', function () {
  this.timeout(60_000 + CUTS * 10_000)
  let disk: LoopDisk | undefined
  let followed: Followed | undefined
  beforeEach(function () {
    disk = LoopDisk.create(MEGABYTES)
    if (!disk) skip(this, 'no loop device, mkfs.ext4 or python3 for this user')
  })
  afterEach(() => {
    followed?.remove()
    disk?.remove()
  })

  /** Cuts the power while the agent writes, and starts the disk again. */
  async function cut(on: LoopDisk, agent: Followed, afterMs: number): Promise<void> {
    await agent.start()
    await sleep(afterMs)
    // A process ends with the power; this one lives on for a moment, in which the kernel may tell it anything.
    const noted = agent.noted()
    on.cutPower()
    await agent.kill()
    agent.forgetNotes(noted)
    on.restart()
  }

  for (const [where, queue] of [
    ['in memory', MEMORY],
    ['on the disk', DISK],
  ] as const) {
    it(`has every event that was confirmed with sync: batch, with the queue ${where}`, async () => {
      if (!disk) throw new Error('no disk')
      followed = new Followed({ queue, after: 'confirmed', disk: disk.path })
      const random = randomFrom(5)
      for (let at = 1; at <= CUTS; at++) {
        await cut(disk, followed, random() * 300)
        expect(followed.missing().length, `after cut ${at}`).to.equal(0)
        expect(await followed.ahead(), `after cut ${at}`).to.deep.equal([])
      }
      expect(await followed.position()).to.be.above(0)
    })
  }

  it('has lost some with sync: none, as it is said', async () => {
    if (!disk) throw new Error('no disk')
    followed = new Followed({ queue: MEMORY, after: 'confirmed', disk: disk.path, sync: 'none' })
    await cut(disk, followed, 300)
    expect(followed.missing().length).to.be.above(0)
  })
})
