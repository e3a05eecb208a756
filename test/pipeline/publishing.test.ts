import { setImmediate as turn } from 'node:timers/promises'
import { expect } from 'chai'
import type { Event } from '../../lib/event.ts'
import type { Acker } from '../../lib/pipeline/acker.ts'
import { BLOCK_BYTES } from '../../lib/pipeline/block.ts'
import { Blocks } from '../../lib/pipeline/blocks.ts'
import type { Chain } from '../../lib/pipeline/chain.ts'
import { type Door, Publishing, publisherOf } from '../../lib/pipeline/client.ts'
import { waysOf } from '../../lib/pipeline/encoding/ways.ts'
import type { Encoded } from '../../lib/pipeline/queue.ts'
import { MemoryQueue } from '../../lib/pipeline/queues/memory/memory-queue.ts'
import { noCounts, noSourceCounts } from '../../lib/pipeline/stats.ts'
import { Turns } from '../../lib/pipeline/turns.ts'
import type { MutableEvent } from '../../lib/processor.ts'
import { NEVER, ORDERED, pipelineTo, SOURCE, stuckOutput } from './fixtures.ts'

/** A queue that notes what it is offered. */
class NotingQueue extends MemoryQueue {
  readonly offered: Encoded[] = []

  override offer(acker: Acker, encoded: Encoded): boolean {
    this.offered.push(encoded)
    return super.offer(acker, encoded)
  }
}

function opened(chain: () => Chain | undefined = () => undefined) {
  const pins = { bytes: 0 }
  const room = { events: 100_000, bytes: 64 << 20, flush: { min_events: 1, timeout: 0 } }
  const queue = new NotingQueue(room, pins)
  const [counts, source, dropped] = [noCounts(), noSourceCounts(), [] as unknown[]]
  const door: Door = {
    ...{ chain, signal: NEVER, queue, turns: new Turns(100), pins, counts, source },
    metaOf: (_, metadata) => metadata && { fields: metadata },
    drop: thrown => dropped.push(thrown),
  }
  return { door, counts, source, dropped, offered: queue.offered }
}

function linesOf(encoded: Encoded | undefined): readonly string[] {
  if (encoded === undefined || encoded instanceof Blocks) expect.fail('no lines')
  return encoded.lines
}

describe('pipeline: the events of one publish', () => {
  /** How many blocks lines of these lengths make, with their ends; 0: they are left as lines. */
  function blocksOf(lengths: readonly number[]): number {
    const { door, offered } = opened()
    const publishing = new Publishing(door)
    for (const length of lengths) publishing.add('x'.repeat(length - 1), undefined)
    void publishing.finish()
    const [encoded] = offered
    if (!(encoded instanceof Blocks)) {
      expect(encoded?.size).to.equal(lengths.reduce((sum, length) => sum + length, 0))
      return 0
    }
    expect(encoded.count).to.equal(lengths.length)
    return encoded.spans(0, encoded.count).length
  }

  it('are lines as long as they are less than a block', () => {
    expect(blocksOf([10])).to.equal(0)
    expect(blocksOf([10, BLOCK_BYTES - 11])).to.equal(0)
    expect(blocksOf([10, BLOCK_BYTES - 10])).to.equal(1)
    expect(blocksOf([BLOCK_BYTES])).to.equal(1)
  })

  it('are in as few blocks as they take, which are full but for the last', () => {
    const lines = Array<number>(5 * 64).fill(BLOCK_BYTES / 128)
    expect(blocksOf(lines)).to.equal(3)
  })

  it('have what is beside them, whichever block they are in', () => {
    const { door, offered } = opened()
    const publishing = new Publishing(door)
    const half = 'x'.repeat(BLOCK_BYTES / 2 - 1)
    for (const route of ['a', undefined, 'b']) {
      publishing.add(half, route === undefined ? undefined : { route })
    }
    void publishing.finish()
    const [encoded] = offered
    if (!(encoded instanceof Blocks)) expect.fail('no blocks')
    const routes = encoded
      .spans(0, 3)
      .flatMap(({ block, from, to }) =>
        Array.from({ length: to - from }, (_, at) => block.metaOf(from + at)?.route),
      )
    expect(routes).to.deep.equal(['a', undefined, 'b'])
  })
})

describe('pipeline: a publish through processors', () => {
  const ways = waysOf({ host: 'web-1', team: 'x' }, undefined)

  it('looks for their ways once for each chain', async () => {
    const identity = (): Chain => event => event
    const [one, other] = [identity(), identity()]
    let chain: Chain | undefined = one
    let looked = 0
    const { door } = opened(() => chain)
    const publish = publisherOf(door, given => {
      looked++
      return ways(given)
    })
    const before = looked
    for (const now of [one, one, other, other, one]) {
      chain = now
      await publish({})
    }
    expect(looked - before).to.equal(3)
  })

  it('counts what was dropped, once the others are taken', async () => {
    const chain: Chain = event => (event['drop'] === true ? undefined : event)
    const { door, counts, source, dropped } = opened(() => chain)
    const odd = { '@timestamp': 'never' } as unknown as Event
    await publisherOf(door, ways)([{ drop: true }, odd, {}, odd, odd])
    expect(counts).to.include({ filtered: 1, unencodable: 3 })
    expect(source).to.include({ published: 5, unencodable: 3, pending: 1 })
    expect(dropped).to.have.length(3)
  })

  it('has the constants behind the fields that processors touch', async () => {
    const touches = new Set(['team', 'label'])
    const chain: Chain = Object.assign((event: MutableEvent) => ({ ...event, label: 1 }), {
      touches,
    })
    const { door, offered } = opened(() => chain)
    await publisherOf(door, ways)({ '@timestamp': new Date(0), a: 1 })
    expect(linesOf(offered[0])).to.deep.equal([
      '{"@timestamp":"1970-01-01T00:00:00.000Z","a":1,"team":"x","label":1,"host":"web-1"}',
    ])
  })

  it('never encodes @metadata, and keeps it beside the event if it is some', async () => {
    for (const [metadata, fields] of [
      [{ id: 1 }, { id: 1 }],
      [null, undefined],
      ['text', undefined],
    ]) {
      const chain: Chain = event => ({ ...event, '@metadata': metadata })
      const { door, offered } = opened(() => chain)
      await publisherOf(door, ways)({})
      expect(linesOf(offered[0])[0]).not.to.include('@metadata')
      const [encoded] = offered
      expect(encoded instanceof Blocks ? [] : encoded?.meta?.[0]?.fields).to.deep.equal(fields)
    }
  })
})

describe('pipeline: its figures', () => {
  it('are of all that was published, and of what is under way, however often it is started', async () => {
    const { output, open } = stuckOutput()
    const pipeline = pipelineTo(output, { delivery: { ...ORDERED, bulk_max_size: 2 } })
    pipeline.start()
    const chain: Chain = event => (event['drop'] === true ? undefined : event)
    const publish = pipeline.publisher(SOURCE, NEVER, undefined, () => chain)
    const odd = { '@timestamp': 'never' } as unknown as Event
    await publish([{ drop: true }, odd, odd, {}, {}, {}, {}])
    while (output.attempts.length === 0) await turn()
    for (let at = 0; at < 5; at++) await turn()
    const counts = { published: 7, filtered: 1, unencodable: 2, queued: 2, sending: 2, acked: 0 }
    expect(pipeline.stats()).to.include(counts)
    expect(output.attempts).to.have.length(1)
    expect(pipeline.writingForMs).to.be.above(0)
    expect(pipeline.storedBytes).to.equal(0)
    open()
    expect(await pipeline.close(NEVER)).to.deep.equal({ lost: 0, kept: 0 })
    expect(pipeline.stats()).to.include({ published: 7, queued: 0, sending: 0, acked: 4 })
  })
})
