import { expect } from 'chai'
import fc from 'fast-check'
import { Acker } from '../../../lib/pipeline/acker.ts'
import { Block } from '../../../lib/pipeline/block.ts'
import { Blocks } from '../../../lib/pipeline/blocks.ts'
import { noSourceCounts } from '../../../lib/pipeline/stats.ts'
import { NEVER, pipelineTo, rejection, SOURCE } from '../fixtures.ts'
import { MemoryOutput } from '../memory-output.ts'
import { MetaOutput } from '../meta-output.ts'

const LARGE_QUEUE = { events: 10_000, bytes: 64 << 20, flush: { min_events: 1, timeout: 1 } }

/** Blocks of so many events, with one number each. */
function blocksOf(pins: { bytes: number }, ...counts: readonly number[]): Blocks {
  let number = 0
  const made = counts.map(count => {
    const block = new Block(pins)
    const lines = Array.from({ length: count }, () => `${number++}`)
    block.fill(lines, undefined, 0, count)
    block.seal()
    return block
  })
  return new Blocks(...made)
}

function textOf(blocks: Blocks, from: number, to: number): string {
  return blocks
    .spans(from, to)
    .map(span => String(span.block.slice(span.from, span.to)))
    .join('')
}

describe('the blocks of a publish', () => {
  it('are cut anywhere, and count what they pin', () => {
    const counts = fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 5 })
    fc.assert(
      fc.property(counts, fc.nat(25), fc.nat(25), (each, a, b) => {
        const pins = { bytes: 0 }
        const blocks = blocksOf(pins, ...each)
        const [from, to] = [a, b].map(at => Math.min(at, blocks.count)).sort((x, y) => x - y)
        if (from === undefined || to === undefined) throw new Error('no range')
        const all = Array.from({ length: blocks.count }, (_, at) => `${at}\n`)
        expect(textOf(blocks, from, to)).to.equal(all.slice(from, to).join(''))
        expect(blocks.size).to.equal(pins.bytes)
        const parts = [0, from, to].map((start, at, starts) =>
          blocks.sizeOfBegun(start, starts[at + 1] ?? blocks.count),
        )
        expect(parts.reduce((sum, part) => sum + part)).to.equal(blocks.size)
        blocks.drop(0, from)
        blocks.drop(from, blocks.count)
        expect(pins.bytes).to.equal(0)
      }),
    )
  })

  it('count the bytes of the blocks that begin in a range', () => {
    const blocks = blocksOf({ bytes: 0 }, 2, 3, 1)
    const sizes = [
      [0, 2],
      [0, 3],
      [1, 2],
      [2, 5],
      [5, 6],
    ].map(([from = 0, to = 0]) => blocks.sizeOfBegun(from, to))
    expect(sizes).to.deep.equal([4, 10, 0, 6, 2])
  })

  it('have one owner', () => {
    const source = noSourceCounts()
    const acker = new Acker(5, source)
    const blocks = blocksOf({ bytes: 0 }, 2, 3)
    blocks.own(acker)
    acker.take(5)
    for (const { block, from, to } of blocks.spans(1, 4)) block.settle(from, to, 'confirmed')
    expect(source.pending).to.equal(2)
  })
})

describe('a publish of several blocks', () => {
  const texts = Array.from({ length: 300 }, (_, id) => ({ id, text: 'ä'.repeat(500 + id) }))

  it('brings each event once, in order, with what lies beside it', async () => {
    const output = new MetaOutput()
    const pipeline = pipelineTo(output, { queue: LARGE_QUEUE })
    const publish = pipeline.publisher(SOURCE, NEVER)
    const withMeta = texts.map(each =>
      each.id % 7 === 0 ? { ...each, '@metadata': { at: each.id } } : each,
    )
    const unencodable = [{ id: -1, '@timestamp': 'never' }]
    const receipt = await publish([
      ...withMeta.slice(0, 150),
      ...unencodable,
      ...withMeta.slice(150),
    ])
    expect(await receipt.confirmed).to.deep.equal({
      confirmed: 300,
      rejected: 0,
      filtered: 0,
      unencodable: 1,
    })
    const read = output.lines.map(line => JSON.parse(line))
    expect(read.map(({ id, text }) => ({ id, text }))).to.deep.equal(texts)
    expect(output.meta).to.deep.equal(
      texts.map(({ id }) => (id % 7 === 0 ? { fields: { at: id } } : undefined)),
    )
    await pipeline.close(NEVER)
    expect(pipeline.stats()).to.include({ acked: 300, queued: 0, sending: 0, unencodable: 1 })
  })

  it('is taken in pieces if it never fits at once, and gives up the rest when its beat ends', async () => {
    const stop = new AbortController()
    const output = new MemoryOutput(lines => {
      if (output.confirmed.length > 100) stop.abort(new Error('stopped'))
      return lines.map(() => 'confirm')
    })
    const pipeline = pipelineTo(output)
    expect(await rejection(pipeline.publisher(SOURCE, stop.signal)(texts))).to.match(/stopped/)
    const rest = pipeline.publisher(SOURCE, NEVER)
    await (await rest({ id: 'last' })).confirmed
    const ids = output.confirmed.map(line => JSON.parse(line).id)
    expect(ids.length).to.be.within(101, 200)
    expect(ids).to.deep.equal([...texts.slice(0, ids.length - 1).map(({ id }) => id), 'last'])
    expect(pipeline.stats()).to.include({ queued: 0, sending: 0, waiting: 0 })
    await pipeline.close(NEVER)
  })
})
