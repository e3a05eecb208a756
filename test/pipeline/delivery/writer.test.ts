import { expect } from 'chai'
import type { Output, WriteResult } from '../../../lib/output.ts'
import { Writer } from '../../../lib/pipeline/delivery/writer.ts'
import { Lease } from '../../../lib/pipeline/lease.ts'
import { rejection } from '../fixtures.ts'

const BATCH = new Lease([], () => undefined)
const DONE: WriteResult = { retry: [], reject: [] }

function outputOf(write: Output['write']): Output {
  return { write, close: async () => undefined }
}

describe('writer', () => {
  for (const answer of [undefined, null, {}, { retry: [] }, { reject: [] }, 'done']) {
    it(`fails a write that is answered with ${JSON.stringify(answer)}`, async () => {
      const writer = new Writer(
        outputOf(async () => answer as WriteResult),
        0,
      )
      const thrown = await rejection(writer.write(BATCH))
      expect(thrown).to.be.an.instanceOf(TypeError)
      expect(thrown).to.match(/answered without \{ retry: \[…\], reject: \[…\] \}/)
    })
  }

  it('fails a write that is not answered in time, and says how long it has waited', async () => {
    const writer = new Writer(
      outputOf(() => new Promise(() => undefined)),
      20,
    )
    expect(await rejection(writer.write(BATCH))).to.match(/has not answered within 20 ms/)
  })

  it('hears of a part that was taken at the end of its time, and nothing else or later', async () => {
    const part: WriteResult = { retry: [1], reject: [], cause: 'lost' }
    const saying = (afterMs: number, said = part) =>
      new Writer(
        outputOf(
          (_, { signal }) =>
            new Promise(resolve => {
              const say = () => (afterMs === 0 ? resolve(said) : setTimeout(resolve, afterMs, said))
              signal.addEventListener('abort', say)
            }),
        ),
        20,
      )
    const failing = outputOf(
      (_, { signal }) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => reject(new Error('aborted')))
        }),
    )
    const why = await rejection(new Writer(failing, 20).write(BATCH))
    expect(why).to.match(/has not answered within 20 ms/)
    expect(await saying(0).write(BATCH)).to.equal(part)
    expect(await rejection(saying(50).write(BATCH))).to.match(/has not answered within 20 ms/)
    // Whoever ends without an error then may not mean it.
    for (const said of [DONE, { ...part, retry: [] }, { retry: [1], reject: [] }]) {
      expect(await rejection(saying(0, said).write(BATCH))).to.match(
        /has not answered within 20 ms/,
      )
    }
  })

  it('ends its writes without an answer after an abort, and writes no more', async () => {
    let writes = 0
    const writer = new Writer(
      outputOf(() => {
        writes++
        return new Promise(() => undefined)
      }),
      0,
    )
    const writing = writer.write(BATCH)
    writer.abort()
    expect(await writing).to.equal(undefined)
    expect(await writer.write(BATCH)).to.equal(undefined)
    expect(writes).to.equal(1)
  })

  it('sets no timer for progress of a write that has its answer', async () => {
    const timers = () => process.getActiveResourcesInfo().filter(kind => kind === 'Timeout').length
    let progress = () => {}
    const writer = new Writer(
      outputOf(async (_, call) => {
        progress = call.progress
        return DONE
      }),
      60_000,
    )
    await writer.write(BATCH)
    const before = timers()
    progress()
    expect(timers()).to.equal(before)
  })
})
