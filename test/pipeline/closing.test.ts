import { setImmediate as turn } from 'node:timers/promises'
import { expect } from 'chai'
import { openPipeline } from '../../lib/pipeline/pipeline.ts'
import {
  aborted,
  events,
  idOf,
  memoryLog,
  NEVER,
  ORDERED,
  pipelineTo,
  rejection,
  SOURCE,
  stuckOutput,
} from './fixtures.ts'
import { MemoryOutput } from './memory-output.ts'

describe('pipeline: the end, and receipts', () => {
  it('takes no further piece once the signal has aborted, and sends those before', async () => {
    const { output, open } = stuckOutput()
    const pipeline = pipelineTo(output)
    const stop = new AbortController()
    const publishing = rejection(pipeline.publisher(SOURCE, stop.signal)(events(20)))
    stop.abort(new Error('stop'))
    expect(await publishing).to.equal(stop.signal.reason)
    open()
    await pipeline.close(NEVER)
    expect(output.confirmed.map(idOf).join()).to.equal('e0,e1,e2,e3,e4,e5,e6,e7')
  })

  it('can be closed before it was started', async () => {
    const pipeline = openPipeline({
      output: new MemoryOutput(),
      queue: { events: 8, bytes: 1 << 20, flush: { min_events: 1, timeout: 0 } },
      delivery: ORDERED,
      log: memoryLog().log,
    })
    await pipeline.publisher(SOURCE, NEVER)(events(2))
    expect(await pipeline.close(NEVER)).to.deep.equal({ lost: 2, kept: 0 })
  })

  it('is closed once: a second call has the result of the first', async () => {
    const { output, open } = stuckOutput()
    const pipeline = pipelineTo(output)
    await pipeline.publisher(SOURCE, NEVER)(events(3))
    while (output.attempts.length === 0) await turn()
    const first = pipeline.close(aborted('late'))
    const second = pipeline.close(NEVER)
    expect(second).to.equal(first)
    expect(await second).to.deep.equal({ lost: 3, kept: 0 })
    open()
  })

  it('says what was dropped because it can not be encoded', async () => {
    const { log, lines } = memoryLog()
    const pipeline = pipelineTo(new MemoryOutput(), { log })
    await pipeline.publisher(SOURCE, NEVER)({ '@timestamp': 'never' })
    await pipeline.close(NEVER)
    expect(lines.map(({ msg }) => msg)).to.deep.equal(['Events dropped: they can not be encoded'])
  })

  it('resolves every promise of a receipt, however often it is asked for', async () => {
    const { output, open } = stuckOutput()
    const pipeline = pipelineTo(output)
    const receipt = await pipeline.publisher(SOURCE, NEVER)(events(2))
    const before = [receipt.confirmed, receipt.confirmed, receipt.stored, receipt.acked]
    open()
    const counts = { confirmed: 2, rejected: 0, filtered: 0, unencodable: 0 }
    expect(await Promise.all(before)).to.deep.equal([counts, counts, undefined, undefined])
    expect(await receipt.confirmed).to.deep.equal(counts)
    await pipeline.close(NEVER)
  })
})
