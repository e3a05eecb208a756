import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect } from 'chai'
import type { EventMeta, Receipt, ReceiptCounts } from '../../../lib/event.ts'
import { encodeEntry } from '../../../lib/pipeline/dead-letter/entry.ts'
import { Replayer } from '../../../lib/pipeline/dead-letter/replay.ts'
import { temporaryFolder } from '../../agent/temporary.ts'
import { memoryLog } from '../fixtures.ts'

const DONE: ReceiptCounts = { confirmed: 0, rejected: 0, filtered: 0, unencodable: 0 }

const entry = (n: number, meta?: EventMeta) =>
  encodeEntry(
    'main',
    { line: `{"n":${n}}`, meta, reason: 'no', status: 400, attempts: 1 },
    '2026-11-26T10:00:00.000Z',
  )

const entries = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, at) => entry(from + at)).join('')

describe('the dead letter that is sent again', () => {
  const folder = temporaryFolder()
  const pathOf = (name: string) => join(folder.path, 'replay', name)
  const write = (name: string, text: string) => writeFileSync(pathOf(name), text)
  let replayer: Replayer | undefined

  beforeEach(() => mkdirSync(pathOf('')))
  afterEach(() => replayer?.stop())

  /** Looks into the folder, and notes what it publishes. `confirmed`: that of each publish. */
  function started(
    confirmed: () => Promise<ReceiptCounts> = async () => DONE,
    intervalMs = 60_000,
  ) {
    const { log, lines } = memoryLog()
    const published: { lines: readonly string[]; meta: readonly (EventMeta | undefined)[] }[] = []
    let alone = 0
    replayer = new Replayer({
      folder: folder.path,
      log,
      intervalMs,
      publish: async (lines, meta) => {
        published.push({ lines, meta })
        const acked = Promise.resolve()
        return { stored: acked, acked, confirmed: confirmed() } satisfies Receipt
      },
      alone: act => {
        alone++
        return act()
      },
    })
    replayer.start()
    const numbers = () => published.map(each => each.lines.map(line => JSON.parse(line).n))
    return { replayer, log: lines, published, numbers, alone: () => alone }
  }

  it('is all files, oldest first, each removed once its events have their fate', async () => {
    const later = [3, 4, 5, 6, 7, 8].map(n => `dead-00000${n}.ndjson`)
    for (const name of ['dead-000002.ndjson', ...later.toReversed()]) write(name, entries(2, 4))
    write('dead-000001.ndjson', entry(0, { route: 'r', fields: { id: 1 } }) + entry(1))
    write('dead-000003.txt', entry(9))
    const { log, numbers, published, alone } = started()
    await until(() => !existsSync(pathOf('dead-000008.ndjson')))
    expect(numbers()).to.deep.equal([[0, 1], ...Array(7).fill([2, 3])])
    expect(published.slice(0, 2).map(({ meta }) => meta)).to.deep.equal([
      [{ route: 'r', fields: { id: 1 } }, undefined],
      [undefined, undefined],
    ])
    expect(existsSync(pathOf('dead-000001.ndjson'))).to.equal(false)
    expect(existsSync(pathOf('dead-000003.txt'))).to.equal(true)
    expect(alone()).to.equal(1)
    await until(() => log.length === 16)
    const said = log.map(({ msg, file, events, unreadable }) => [msg, file, events, unreadable])
    const [begin, end] = ['are being', 'have been'].map(
      words => `Events of the dead letter ${words} sent again`,
    )
    expect(said).to.deep.equal(
      ['dead-000001.ndjson', 'dead-000002.ndjson', ...later].flatMap(name => [
        [begin, name, 2, 0],
        [end, name, 2, undefined],
      ]),
    )
  })

  it('goes into the queue 500 events at a time, and lines that are no entry are counted', async () => {
    write('dead-000001.ndjson', `${entries(0, 600)}oops\n\n{}\n${entries(600, 1_000)}`)
    const { log, numbers, published } = started()
    await until(() => log.length === 2)
    expect(numbers().map(({ length }) => length)).to.deep.equal([500, 500])
    expect(published.map(({ meta }) => meta)).to.deep.equal(
      Array(2).fill(Array(500).fill(undefined)),
    )
    expect(numbers().flat()).to.deep.equal(Array.from({ length: 1_000 }, (_, n) => n))
    expect(log[0]).to.include({ events: 1_000, unreadable: 2 })
  })

  it('stays where it is until the last event has its fate', async () => {
    write('dead-000001.ndjson', entries(0, 501))
    const settle: (() => void)[] = []
    const { log, published } = started(
      () => new Promise(resolve => settle.push(() => resolve(DONE))),
    )
    await until(() => log.length === 1)
    expect(published).to.have.length(2)
    settle[0]?.()
    await sleep(5)
    expect(existsSync(pathOf('dead-000001.ndjson'))).to.equal(true)
    settle[1]?.()
    await until(() => !existsSync(pathOf('dead-000001.ndjson')))
  })

  it('is looked for again and again, also where there was nothing, or an error', async () => {
    rmSync(pathOf(''), { recursive: true })
    let failures = 0
    const { log, numbers, alone } = started(async () => {
      if (failures++ === 0) throw new Error('closed')
      return DONE
    }, 1)
    await sleep(5)
    mkdirSync(pathOf(''))
    await sleep(5)
    expect(log).to.deep.equal([])
    expect(alone()).to.equal(0)
    write('dead-000001.ndjson', entry(1))
    await until(() => !existsSync(pathOf('dead-000001.ndjson')))
    expect(numbers()).to.deep.equal([[1], [1]])
    const failed = log.find(({ level }) => level === 50)
    expect(failed).to.include({ msg: 'Replay failed: closed' })
    expect(failed).to.have.property('err')
  })

  it('says what is wrong if its folder can not be read', async () => {
    rmSync(pathOf(''), { recursive: true })
    writeFileSync(join(folder.path, 'replay'), 'a file')
    const { log } = started()
    await until(() => log.length > 0)
    expect(log[0]?.['msg']).to.match(/^Replay failed: ENOTDIR/)
  })

  it('is left alone once the agent stops, and without a word', async () => {
    write('dead-000001.ndjson', entries(0, 1_001))
    write('dead-000002.ndjson', entry(2_000))
    const {
      log,
      published,
      replayer: stopped,
      alone,
    } = started(async () => {
      stopped.stop()
      return DONE
    }, 1)
    await until(() => published.length === 1)
    await sleep(10)
    expect(published).to.have.length(1)
    expect(log).to.deep.equal([])
    expect(alone()).to.equal(1)
    expect(existsSync(pathOf('dead-000001.ndjson'))).to.equal(true)
  })

  it('says nothing of the queue that is closed then', async () => {
    write('dead-000001.ndjson', entry(1))
    const {
      log,
      published,
      replayer: stopped,
    } = started(() => {
      stopped.stop()
      throw new Error('closed')
    })
    await until(() => published.length === 1)
    await sleep(1)
    expect(log).to.deep.equal([])
  })
})

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await sleep(1)
}
