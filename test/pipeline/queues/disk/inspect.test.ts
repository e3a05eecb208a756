import { readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { DiskQueue } from '../../../../lib/pipeline/queues/disk/disk-queue.ts'
import { encodeSegmentHeader, stuckName } from '../../../../lib/pipeline/queues/disk/format.ts'
import { inspect } from '../../../../lib/pipeline/queues/disk/inspect.ts'
import { Workplace } from '../../../cli/workplace.ts'
import { memoryLog, NEVER } from '../../fixtures.ts'
import { flip, framesOf } from './frames.ts'
import { fill, publishesOf, SETTINGS, segmentsIn } from './opened.ts'

describe('sealbeat queue inspect', () => {
  let place: Workplace
  const path = () => place.path('data/queue')
  const segment = () => join(path(), segmentsIn(path())[0] ?? '')

  beforeEach(() => {
    const queue = 'queue.disk: { max_size: 10MB, segment_size: 1MB }'
    place = new Workplace({ 'beat.yml': `beats: [{ type: host }]\noutput.console: {}\n${queue}\n` })
  })

  afterEach(() => place.remove())

  async function inspected(...args: readonly string[]) {
    const before = readdirSync(path()).map(name => readFileSync(join(path(), name)))
    const { code, stdout, stderr } = await place.run('queue', 'inspect', ...args)
    const after = readdirSync(path()).map(name => readFileSync(join(path(), name)))
    expect(after).to.deep.equal(before)
    return { code, stdout, stderr }
  }

  it('shows what waits, and changes nothing', async () => {
    await fill({ path: path() }, publishesOf(3, 4))
    const queue = (await DiskQueue.open({ ...SETTINGS, path: path() }, memoryLog().log))({
      bytes: 0,
    })
    const lease = await queue.take({ maxEvents: 5, maxBytes: 1 << 20 })
    lease?.settleAll('confirmed')
    queue.close(new Error('end'))
    await queue.finish(NEVER)
    const { code, stdout } = await inspected('--json')
    expect(code).to.equal(0)
    const found = JSON.parse(stdout)
    const bytes = statSync(segment()).size
    expect(found).to.deep.include({ ok: true, path: path(), events: 12, bytes, unfinishedBytes: 0 })
    expect(found.waiting).to.equal(12 - Number(lease?.count))
    expect(found.position).to.equal(lease?.count)
    expect(found.segments[0]).to.deep.include({ frames: 3, damage: [], isHeaderDamaged: false })
    expect(Date.parse(found.segments[0].newest)).to.be.within(Date.now() - 60_000, Date.now())
    const text = (await inspected()).stdout
    expect(text).to.contain(`${path()}: ${found.waiting} events waiting, ${bytes} bytes\n`)
  })

  it('exits with 1 where something is damaged, and names it', async () => {
    await fill({ path: path() }, publishesOf(3, 2))
    const [, from = 0, to = 0] = framesOf(readFileSync(segment()))
    flip(segment(), from + 60)
    const { code, stdout } = await inspected()
    expect(code).to.equal(1)
    expect(stdout).to.contain(`    damaged: ${to - from} bytes from byte ${from} on\n`)
  })

  it('shows the files of events that were stored again, and what is damaged of them', async () => {
    await fill({ path: path() }, publishesOf(2, 3))
    const bytes = readFileSync(segment())
    const [begin = 0, end = 0] = framesOf(bytes)
    const stuck = join(path(), stuckName(4))
    const header = encodeSegmentHeader({ number: 4, first: 0 })
    writeFileSync(stuck, Buffer.concat([header, bytes.subarray(begin, end)]))
    const size = statSync(stuck).size
    const { code, stdout } = await inspected()
    expect(code).to.equal(0)
    expect(stdout).to.contain(`: 9 events waiting, ${size + bytes.length} bytes\n`)
    const line = `  stuck-0000000000000004.seg  3 events that were stored again, ${size} bytes\n`
    expect(stdout).to.contain(line)
    flip(stuck, size - 10)
    const damaged = await inspected()
    expect(damaged.code).to.equal(1)
    expect(damaged.stdout).to.contain(
      `0 events that were stored again, ${size} bytes\n    damaged\n`,
    )
  })

  it('takes the begin of a frame at the end for a write under way', async () => {
    await fill({ path: path() }, publishesOf(2, 2))
    truncateSync(segment(), statSync(segment()).size - 1)
    const { code, stdout } = await inspected()
    expect(code).to.equal(0)
    expect(stdout).to.match(/unfinished write at the end: \d+ bytes/)
  })

  it('says that the position is gone, and what was set aside', async () => {
    await fill({ path: path() }, publishesOf(2, 2))
    writeFileSync(join(path(), 'position'), 'x')
    writeFileSync(join(path(), '0000000000000001-40.bad'), 'x')
    const { code, stdout } = await inspected()
    expect(code).to.equal(1)
    expect(stdout).to.contain('position  missing or damaged: all events are sent again\n')
    expect(stdout).to.contain('0000000000000001-40.bad  set aside\n')
    expect((await inspect(path())).setAside).to.deep.equal(['0000000000000001-40.bad'])
  })

  it('says why there is nothing to see', async () => {
    const { code, stderr } = await place.run('queue', 'inspect')
    expect(code).to.equal(1)
    expect(stderr).to.contain('data/queue does not exist')
    place.write({ 'beat.yml': 'beats: [{ type: host }]\noutput.console: {}\n' })
    const other = await place.run('queue', 'inspect')
    expect(other.code).to.equal(1)
    expect(other.stderr).to.contain('the queue is in memory: queue.disk.max_size is not set')
  })
})
