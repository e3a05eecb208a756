import { setImmediate as turn } from 'node:timers/promises'
import { expect } from 'chai'
import type { Batch, Output, WriteResult } from '../../../lib/output.ts'
import { WRITTEN } from '../../../lib/output.ts'
import { BLOCK_BYTES, Block, noPins } from '../../../lib/pipeline/block.ts'
import { SpareBuffers } from '../../../lib/pipeline/spare-buffers.ts'
import { NEVER, ORDERED, pipelineTo, SOURCE } from '../fixtures.ts'

const QUEUE = { events: 100, bytes: 64 << 20, flush: { min_events: 1, timeout: 0 } }

/** Most of a block. */
const LINE = 'x'.repeat(BLOCK_BYTES - 100)

function sealed(pins: ReturnType<typeof noPins>, line = LINE): Block {
  const block = new Block(pins)
  block.fill([line], undefined, 0, 1)
  block.seal()
  return block
}

/** An output that keeps the chunks that it was given, and answers each write as it is told. */
class KeepingOutput implements Output {
  readonly kept: Buffer[] = []
  readonly #answer: (n: number) => Promise<WriteResult>

  constructor(answer: (n: number) => Promise<WriteResult>) {
    this.#answer = answer
  }

  write({ chunks }: Batch): Promise<WriteResult> {
    this.kept.push(
      ...chunks.map(chunk => Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length)),
    )
    return this.#answer(this.kept.length)
  }

  async close(): Promise<void> {}
}

describe('the memory of blocks', () => {
  it('goes to another block once every event is settled', () => {
    const pins = noPins()
    const block = sealed(pins)
    const { buffer } = block.slice(0, 1)
    const beside = sealed(pins)
    expect(beside.slice(0, 1).buffer).not.to.equal(buffer)
    block.settle(0, 1, 'confirmed')
    expect(block.slice(0, 1)).to.have.length(0)
    expect(sealed(pins).slice(0, 1).buffer).to.equal(buffer)
  })

  it('goes to no other block while an event is not settled', () => {
    const pins = noPins()
    const block = new Block(pins)
    block.fill([LINE, 'y'], undefined, 0, 2)
    block.seal()
    block.settle(0, 1, 'confirmed')
    const { buffer } = block.slice(1, 2)
    expect(sealed(pins).slice(0, 1).buffer).not.to.equal(buffer)
    expect(String(block.slice(1, 2))).to.equal('y\n')
  })

  it('goes to no other block if an output may still be at work with it', () => {
    const pins = noPins()
    const block = sealed(pins)
    const { buffer } = block.slice(0, 1)
    block.keep()
    block.settle(0, 1, 'confirmed')
    expect(sealed(pins).slice(0, 1).buffer).not.to.equal(buffer)
  })

  it('is no more than a small block takes', () => {
    const pins = noPins()
    expect(sealed(pins, 'x'.repeat(100)).slice(0, 1).buffer.byteLength).to.be.below(200)
    expect(sealed(pins, 'x'.repeat(1e6)).slice(0, 1)).to.have.length(1e6 + 1)
  })

  it('is that of a full block from half of one on', () => {
    const pins = noPins()
    const memoryOf = (bytes: number) => {
      return sealed(pins, 'x'.repeat(bytes - 1)).slice(0, 1).buffer.byteLength
    }
    expect(pins.bytes).to.equal(0)
    expect(memoryOf(BLOCK_BYTES / 2)).to.be.above(BLOCK_BYTES)
    expect(memoryOf(BLOCK_BYTES / 2 - 1)).to.be.below(BLOCK_BYTES)
  })

  it('stays with a small block, which gives nothing to others', () => {
    const pins = noPins()
    const block = sealed(pins, 'small')
    block.settle(0, 1, 'confirmed')
    expect(String(block.slice(0, 1))).to.equal('small\n')
    expect(String(sealed(pins).slice(0, 1))).to.equal(`${LINE}\n`)
  })

  it('is given back at once by text of more than ASCII', () => {
    const pins = noPins()
    const block = sealed(pins, 'ü'.repeat(40_000))
    expect(block.slice(0, 1)).to.have.length(80_001)
    const taken = pins.spare?.take().bytes
    expect(taken?.toString('utf8', 0, 4)).to.equal('üü')
    expect(block.slice(0, 1).buffer).not.to.equal(taken?.buffer)
  })

  it('knows where each event ends, however many there are, also of another block later', () => {
    const pins = noPins()
    for (const bytes of [100, 20, 62, 100, 64, 20]) {
      const block = new Block(pins)
      const all = Array.from({ length: 4_000 }, (_, at) => `${at}`.padEnd(bytes - 1, '.'))
      const count = block.fill(all, undefined, 0, all.length)
      block.seal()
      const lines = Array.from({ length: count }, (_, at) => String(block.slice(at, at + 1)))
      expect(lines).to.deep.equal(all.slice(0, count).map(line => `${line}\n`))
      expect(count).to.equal(Math.min(4_000, Math.floor(BLOCK_BYTES / bytes)))
      block.settle(0, count, 'confirmed')
      expect(block.slice(0, count)).to.have.length(0)
    }
  })

  it('holds text of more than ASCII as well', () => {
    const pins = noPins()
    const line = 'ü'.repeat(40_000)
    for (let n = 0; n < 3; n++) {
      const block = sealed(pins, line)
      expect(String(block.slice(0, 1))).to.equal(`${line}\n`)
      block.settle(0, 1, 'confirmed')
    }
  })

  it('is kept for as much as an output takes at once, and no more', () => {
    const spare = new SpareBuffers(8)
    const all = Array.from({ length: 40 }, () => spare.take())
    for (const buffer of all) spare.give(buffer)
    const again = Array.from({ length: 40 }, () => spare.take())
    expect(again.filter(buffer => all.includes(buffer))).to.have.length(32)
  })
})

describe('the bytes that an output was given', () => {
  it('are those of other events after it has answered', async () => {
    const output = new KeepingOutput(async () => WRITTEN)
    await publishTo(output, 4)
    expect(
      output.kept.map(chunk => String(chunk)).some(text => !text.includes('"id":0,')),
    ).to.equal(true)
    expect(String(output.kept[0])).not.to.include('"id":0,')
  })

  it('stay as they are after a write that was left behind: it may still be at work', async () => {
    const hung = new Promise<never>(() => undefined)
    const output = new KeepingOutput(n => (n === 1 ? hung : Promise.resolve(WRITTEN)))
    await publishTo(output, 8)
    expect(String(output.kept[0])).to.include('"id":0,')
    // Its retry was the same memory.
    expect(output.kept[1]?.buffer).to.equal(output.kept[0]?.buffer)
  })

  it('stay as they are after a write that has failed', async () => {
    const failed = () => Promise.reject(new Error('lost'))
    const output = new KeepingOutput(n => (n === 1 ? failed() : Promise.resolve(WRITTEN)))
    await publishTo(output, 8)
    expect(String(output.kept[0])).to.include('"id":0,')
  })
})

/** Publishes so many events, each of most of a block, one after the other is confirmed. */
async function publishTo(output: Output, events: number): Promise<void> {
  const delivery = { ...ORDERED, timeout: 20 }
  const pipeline = pipelineTo(output, { queue: QUEUE, delivery })
  const publish = pipeline.publisher(SOURCE, NEVER)
  for (let id = 0; id < events; id++) {
    const receipt = await publish({ id, pad: 'x'.repeat(BLOCK_BYTES - 1000) })
    await receipt.confirmed
    await turn()
  }
  await pipeline.close(AbortSignal.timeout(1000))
}
