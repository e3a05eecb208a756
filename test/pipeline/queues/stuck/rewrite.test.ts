import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { Block } from '../../../../lib/pipeline/block.ts'
import { Lease } from '../../../../lib/pipeline/lease.ts'
import {
  type StuckFile,
  StuckFiles,
} from '../../../../lib/pipeline/queues/disk/stuck/stuck-files.ts'
import { temporaryFolder } from '../../../agent/temporary.ts'
import { memoryLog } from '../../fixtures.ts'
import { SETTINGS } from '../disk/opened.ts'

const MAX_BYTES = 2 * 1024 * 1024

describe('files of events that were stored again: which are written anew', () => {
  const folder = temporaryFolder()
  let files: StuckFiles

  beforeEach(() => {
    const path = join(folder.path, 'queue')
    mkdirSync(path)
    const { log } = memoryLog()
    files = new StuckFiles({ settings: { ...SETTINGS, path }, pins, log, onRoom: () => {} }, [])
  })

  const pins = { bytes: 0 }

  /** A file of so many events, of which some are settled since. */
  async function made(events: number, settled = 0, bytes = 100): Promise<StuckFile> {
    const line = `${'x'.repeat(bytes - 1)}\n`
    const ends = Array.from({ length: events }, (_, at) => (at + 1) * bytes)
    const block = Block.of(pins, Buffer.from(line.repeat(events)), ends)
    const file = await files.write([block])
    file.taken.add(new Lease([{ block, from: settled, to: events }], () => {}))
    return file
  }

  it('none, while they are few, and what is in them is not settled', async () => {
    for (let at = 0; at < 16; at++) await made(4)
    expect(files.toRewrite(MAX_BYTES, true)).to.deep.equal([])
  })

  it('none of which nothing is settled, however much of them is not lines', async () => {
    await made(1, 0, 20)
    await made(3, 0, 2)
    expect(files.toRewrite(MAX_BYTES, true)).to.deep.equal([])
  })

  it('small ones, once they are many, as many as fit into one', async () => {
    const all: StuckFile[] = []
    for (let at = 0; at < 17; at++) all.push(await made(4, 0, 200_000))
    expect(files.toRewrite(MAX_BYTES, false)).to.deep.equal(all.slice(0, 2))
  })

  it('those of whose events a quarter is settled, if room is needed', async () => {
    await made(4)
    const thin = await made(4, 1)
    expect(files.toRewrite(MAX_BYTES, true)).to.deep.equal([thin])
    expect(files.toRewrite(MAX_BYTES, false)).to.deep.equal([])
  })

  it('none that the output has not been given since the start', async () => {
    const file = await made(4, 2)
    file.untaken = 1
    expect(files.toRewrite(MAX_BYTES, true)).to.deep.equal([])
  })

  it('and counts all that is in them, until they are removed', async () => {
    const file = await made(4, 1)
    expect(files).to.include({ events: 4, unsettled: 3 })
    expect(files.bytes).to.equal(file.bytes)
    file.taken.moveTo((await made(1)).taken)
    files.sweep()
    await files.close()
    expect(files).to.include({ events: 1, unsettled: 4 })
  })
})
