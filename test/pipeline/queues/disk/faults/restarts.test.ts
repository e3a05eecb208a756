import {
  closeSync,
  cpSync,
  fsyncSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
} from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { temporaryFolder } from '../../../../agent/temporary.ts'
import { skip } from '../../../../live.ts'
import { flip } from '../frames.ts'
import { drained, segmentsIn, unaccounted } from '../opened.ts'
import { type FaultyDisk, faultyDisk } from './faulty-disk.ts'
import { afterKill, afterPowerCut } from './power-cut.ts'
import { owed, randomOf, work } from './workload.ts'

const ROUNDS = Number(process.env['ROUNDS'] ?? 12)
const SEED = Number(process.env['SEED'] ?? Math.floor(Math.random() * 2 ** 32))

/** What may happen to the files while no agent runs. */
const DAMAGE = {
  'a flipped bit': (path: string, random: () => number) => {
    const file = anySegment(path, random)
    const { length } = readFileSync(file)
    if (length > 0) flip(file, Math.floor(random() * length))
  },
  'a shorter segment': (path: string, random: () => number) => {
    const file = anySegment(path, random)
    truncateSync(file, Math.floor(random() * readFileSync(file).length))
  },
  'a segment less': (path: string, random: () => number) => rmSync(anySegment(path, random)),
  'a damaged slot': (path: string, random: () => number) =>
    flip(join(path, 'position'), Math.floor(random() * 1024)),
  'no position': (path: string) => rmSync(join(path, 'position')),
}

function anySegment(path: string, random: () => number): string {
  const names = segmentsIn(path)
  return join(path, names[Math.floor(random() * names.length)] ?? '')
}

describe(`the queue on the disk over restarts, kills, power cuts and damage (SEED=${SEED})`, () => {
  const folder = temporaryFolder()
  const random = randomOf(SEED)
  let disk: FaultyDisk | undefined

  afterEach(() => disk?.remove())

  /** A disk that has these files, synced. */
  async function diskWith(files: string | undefined): Promise<FaultyDisk | undefined> {
    const made = await faultyDisk()
    if (made === undefined || files === undefined) return made
    cpSync(files, made.path, { recursive: true })
    for (const name of [...readdirSync(made.path), '.']) {
      const fd = openSync(join(made.path, name), 'r')
      fsyncSync(fd)
      closeSync(fd)
    }
    return made
  }

  it('accounts for every event at any time, and loses none but those that it counts', async function () {
    this.timeout(600_000)
    /** Events that are stored and not sent. */
    let waiting: readonly string[] = []
    let files: string | undefined
    let kept = 0
    let [lost, damaged] = [0, 0]
    let how = 'closed'
    let isDamaged = false
    for (let round = 0; round < ROUNDS; round++) {
      disk = await diskWith(files)
      if (disk === undefined) skip(this, 'only root mounts a disk of its own')
      const begin = disk.count()
      const prefix = `${round}:`
      const worked = await work(disk, { sync: 'batch', publishes: 30, random, prefix })
      const { stats } = worked
      const told = `round ${round}, ${how}: ${worked.messages.join('\n')}`
      damaged += stats.damaged
      // What was settled behind the position comes again.
      if (!/killed|cut off|slot|position/.test(how))
        expect(stats.restored, told).to.be.at.least(kept)
      if (!isDamaged) expect(stats.damaged, told).to.equal(0)

      const end = begin + Math.floor(random() * (disk.operations.length - begin + 1))
      const way = random() < 0.4 ? 'closed' : random() < 0.5 ? 'killed' : 'cut off'
      const until = way === 'closed' ? disk.operations.length : end
      files = mkdtempSync(join(folder.path, 'round-'))
      if (way === 'cut off') afterPowerCut(disk.operations.slice(0, until), files, random)
      else afterKill(disk.operations.slice(0, until), files)
      const isSent = (id: string) => (worked.sent.get(id) ?? Infinity) <= until
      // Not before the next start it is known which of them are still there.
      waiting = [...waiting.filter(id => !isSent(id)), ...owed(worked, until)]
      kept = worked.kept
      how = way
      await disk.remove()
      disk = undefined
      // The position of a closed queue knows all there is.
      if (way !== 'closed' || random() < 0.5 || segmentsIn(files).length === 0) continue
      const names = Object.keys(DAMAGE) as readonly (keyof typeof DAMAGE)[]
      const name = names[Math.floor(random() * names.length)] ?? 'a flipped bit'
      DAMAGE[name](files, random)
      how = `closed, ${name}`
      isDamaged ||= name !== 'a damaged slot' && name !== 'no position'
    }
    if (files === undefined) return
    const { ids, stats } = await drained({ path: files })
    expect(unaccounted(stats)).to.equal(0)
    damaged += stats.damaged
    const found = new Set(ids)
    lost = waiting.filter(id => !found.has(id)).length
    expect(lost).to.be.at.most(damaged)
  })
})
