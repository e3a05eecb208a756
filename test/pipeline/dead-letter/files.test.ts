import {
  appendFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { encodeEntry } from '../../../lib/pipeline/dead-letter/entry.ts'
import {
  DeadLetterStore,
  deadFiles,
  deadLetterFolder,
} from '../../../lib/pipeline/dead-letter/store.ts'
import { temporaryFolder } from '../../agent/temporary.ts'
import { settled } from '../fixtures.ts'

const dead = (n: number, size = 0) => ({
  line: `{"n":${String(n).padStart(3, '0')},"fill":"${'x'.repeat(size)}"}`,
  meta: undefined,
  reason: 'refused',
  status: 400,
  attempts: 1,
})

/** The bytes of an entry in a file. */
const BYTES = encodeEntry('main', dead(1), new Date().toISOString()).length

describe('the folder of the dead letter', () => {
  const folder = temporaryFolder()
  let lost = 0
  const storeOf = (maxBytes = 0) => {
    lost = 0
    const settings = { folder: folder.path, output: 'main', maxBytes }
    return new DeadLetterStore(settings, events => (lost += events))
  }
  const pathOf = (n: number) => join(folder.path, `dead-${String(n).padStart(6, '0')}.ndjson`)
  const linesIn = (n: number) => readFileSync(pathOf(n), 'utf8').split('\n').length - 1
  const files = async () =>
    (await deadFiles(folder.path)).map(name => Number(/\d+/.exec(name)?.[0]))

  it('is named by its output, whatever that is named', () => {
    expect(deadLetterFolder('/data', 'main/a b')).to.equal('/data/dead-letter/main%2Fa%20b')
  })

  it('has files by their number, and leaves others alone', async () => {
    const numbers = [1_000_000, 999_999, 2, 10, 100, 1, 20]
    for (const n of numbers) writeFileSync(pathOf(n), '')
    for (const name of ['dead-1.ndjson', 'dead-000001.ndjson.old', 'x-dead-000001.ndjson']) {
      writeFileSync(join(folder.path, name), '')
    }
    expect(await files()).to.deep.equal([1, 2, 10, 20, 100, 999_999, 1_000_000])
  })

  it('is for its owner alone, and so is what is sent again', () => {
    storeOf()
    expect(statSync(join(folder.path, 'replay')).mode & 0o777).to.equal(0o700)
  })

  it('has files of a tenth of max_bytes, and the next one where that is full', async () => {
    const store = storeOf(20 * BYTES)
    for (let n = 1; n <= 5; n++) await store.add([dead(n)])
    expect(await files()).to.deep.equal([1, 2, 3])
    expect([1, 2, 3].map(linesIn)).to.deep.equal([2, 2, 1])
  })

  it('holds max_bytes, and as many of the oldest files give way as it takes', async () => {
    const store = storeOf(20 * BYTES)
    for (let n = 1; n <= 20; n++) await store.add([dead(n)])
    expect(lost).to.equal(0)
    expect(await files()).to.have.length(10)
    await store.add([dead(21, 4 * BYTES)])
    expect(lost).to.equal(6)
    expect(await files()).to.deep.equal([4, 5, 6, 7, 8, 9, 10, 11])
    const small = storeOf(1)
    await small.add([dead(22)])
    expect(await files()).to.deep.equal([12])
  })

  it('has no limit with 0', async () => {
    for (const n of [1, 2]) writeFileSync(pathOf(n), 'x\n')
    await storeOf().add([dead(1)])
    expect(await files()).to.deep.equal([1, 2])
    expect(linesIn(2)).to.equal(2)
    expect(lost).to.equal(0)
  })

  it('fills an empty file, however large the event is', async () => {
    writeFileSync(pathOf(1), '')
    await storeOf(1_000).add([dead(1, 5_000)])
    expect(await files()).to.deep.equal([1])
  })

  it('loses nothing before a torn entry that begins with a part that is read at once', async () => {
    const store = storeOf()
    await store.add([dead(1)])
    appendFileSync(pathOf(1), 'y'.repeat(64 * 1024 - 1))
    await store.add([dead(2)])
    expect(linesIn(1)).to.equal(2)
  })

  it('counts a lost event whose end is the first byte that is read at once', async () => {
    writeFileSync(pathOf(1), `${'x'.repeat(64 * 1024)}\n`)
    await storeOf(1_000).add([dead(1)])
    expect(lost).to.equal(1)
  })

  it('says that a disk is full, and leaves no file open', async () => {
    mkdirSync(join(folder.path, 'replay'))
    symlinkSync('/dev/full', pathOf(1))
    const refused = await storeOf()
      .add([dead(1)])
      .catch(error => error)
    expect(refused).to.have.property('code', 'ENOSPC')
    const open = readdirSync('/proc/self/fd').flatMap(fd => {
      try {
        return readlinkSync(`/proc/self/fd/${fd}`)
      } catch {
        return []
      }
    })
    expect(open).not.to.include('/dev/full')
  })

  it('is written by one at a time, also after a failure', async () => {
    const store = storeOf()
    let fail: (why: Error) => void = () => undefined
    const first = store.alone(
      () =>
        new Promise<void>((_, reject) => {
          fail = reject
        }),
    )
    let begun = 0
    const second = store.alone(async () => ++begun)
    expect(await settled(second)).to.equal(false)
    expect(begun).to.equal(0)
    fail(new Error('no'))
    expect(await first.catch(error => error)).to.match(/no/)
    expect(await second).to.equal(1)
  })
})
