import { mkdtempSync } from 'node:fs'
import { constants } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { temporaryFolder } from '../../../../agent/temporary.ts'
import { skip } from '../../../../live.ts'
import { NEVER } from '../../../fixtures.ts'
import { drained, opened } from '../opened.ts'
import { type FaultyDisk, faultyDisk } from './faulty-disk.ts'
import { afterPowerCut } from './power-cut.ts'
import { owed, randomOf, type Worked, work } from './workload.ts'

const CUTS = Number(process.env['CUTS'] ?? 40)
const SEED = Number(process.env['SEED'] ?? Math.floor(Math.random() * 2 ** 32))

const { EIO, ENOSPC } = constants.errno
const FAULTS = ['write', 'sync', 'syncPosition', 'syncFolder', 'create'] as const

describe(`the queue on the disk after a power cut (SEED=${SEED})`, () => {
  const folder = temporaryFolder()
  const random = randomOf(SEED)
  let disk: FaultyDisk | undefined

  beforeEach(async function () {
    disk = await faultyDisk()
    if (disk === undefined) skip(this, 'only root mounts a disk of its own')
  })

  afterEach(() => disk?.remove())

  /** Cuts the power at random moments, and opens what is left. */
  async function cut(
    worked: Worked,
    operations: FaultyDisk['operations'],
    not: 'sent' | 'settled' = 'sent',
  ) {
    let most = 0
    for (let at = 0; at < CUTS; at++) {
      const end = 1 + Math.floor(random() * operations.length)
      const path = mkdtempSync(join(folder.path, 'cut-'))
      afterPowerCut(operations.slice(0, end), path, random)
      const expected = owed(worked, end, not)
      most = Math.max(most, expected.length)
      const { ids, stats, messages } = await drained({ path, sync: 'none' })
      const found = new Set(ids)
      // What was stored again may still be at its old place.
      if (not === 'sent') expect(found.size, 'sent twice').to.equal(ids.length)
      const missing = expected.filter(id => !found.has(id))
      expect(missing, `after ${end} operations: ${messages.join('\n')}`).to.deep.equal([])
      expect(stats.damaged, `after ${end} operations: ${messages.join('\n')}`).to.equal(0)
    }
    // Else nothing was tried.
    expect(most).to.be.above(0)
  }

  for (const [sync, isSynced] of [
    ['batch', true],
    ['interval', true],
    ['none', false],
  ] as const) {
    it(`${isSynced ? 'keeps' : 'may lose'} the name of a new segment, with sync: ${sync}`, async () => {
      if (disk === undefined) return
      const { pipeline, publish } = await opened({ path: disk.path, sync })
      await (await publish({ id: 'a' })).stored
      await disk.caughtUp()
      const created = disk.operations.findIndex(
        each => each.op === 'create' && each.name.endsWith('.seg'),
      )
      expect(created).to.be.above(-1)
      const after = disk.operations.slice(created).map(({ op }) => op)
      expect(after.includes('syncFolder')).to.equal(isSynced)
      await pipeline.close(NEVER)
    })
  }

  it('has every event that was stored and not sent, with sync: batch', async () => {
    if (disk === undefined) return
    const worked = await work(disk, { sync: 'batch', publishes: 250, random })
    await cut(worked, disk.operations)
  })

  it('has every event that was stored again and not settled, with sync: batch', async () => {
    if (disk === undefined) return
    const settings = { windowEvents: 100, stuckMs: 0 }
    const refuses = (id: string) => id.endsWith('7.1') && random() < 0.99
    const events = { sync: 'batch', publishes: 250, random } as const
    const worked = await work(disk, { ...events, settings, refuses })
    expect(worked.stats.stored_again).to.be.above(0)
    await cut(worked, disk.operations, 'settled')
  })

  it('has them also if writes and syncs of the disk had failed before', async function () {
    this.timeout(120_000)
    if (disk === undefined) return
    let failures = 0
    const trouble = (each: FaultyDisk) => {
      if (random() > 0.05) return
      const what = FAULTS[Math.floor(random() * FAULTS.length)] ?? 'sync'
      each.fail(what, random() < 0.5 ? EIO : ENOSPC)
      failures++
      setTimeout(() => each.fail(what, 0), 4 + 10 * random())
    }
    const worked = await work(disk, { sync: 'batch', publishes: 250, random, trouble })
    expect(failures).to.be.above(0)
    await cut(worked, disk.operations)
  })
})
