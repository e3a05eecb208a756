import { setImmediate as turn } from 'node:timers/promises'
import { expect } from 'chai'
import type { DeliverySettings, Output, WriteResult } from '../../../lib/output.ts'
import { temporaryFolder } from '../../outputs/folder.ts'
import { NEVER, ORDERED } from '../fixtures.ts'
import { opened } from '../queues/disk/opened.ts'

const DONE: WriteResult = { retry: [], reject: [] }
const AGAIN: WriteResult = { retry: [0], reject: [] }
const DELIVERY: DeliverySettings = {
  ...ORDERED,
  ...{ ordered: false, inFlight: 1, bulk_max_size: 1, backoff: { init: 5, max: 60_000 } },
}

/** Answers when the test says so, which does not wait for it again. */
function asking() {
  let answer: (answer: WriteResult | Error) => void = () => undefined
  let writes = 0
  const output: Output = {
    write: () => {
      writes++
      return new Promise((resolve, reject) => {
        answer = given => (given instanceof Error ? reject(given) : resolve(given))
      })
    },
    async close() {},
  }
  const written = async (count: number) => {
    while (writes < count) await turn()
  }
  return {
    output,
    written,
    writes: () => writes,
    answer: (given: WriteResult | Error) => answer(given),
  }
}

describe('the end of a delivery whose events are kept', () => {
  let folder: ReturnType<typeof temporaryFolder>
  beforeEach(() => {
    folder = temporaryFolder()
  })
  afterEach(() => folder.remove())

  /** A pipeline with two events on the disk, the first of which is being written. */
  async function begun(delivery = DELIVERY) {
    const asked = asking()
    const { pipeline, publish } = await opened({ path: folder.path }, asked.output, { delivery })
    await (await publish([{ id: 1 }, { id: 2 }])).stored
    pipeline.start()
    await asked.written(1)
    return { ...asked, pipeline }
  }

  it('tries once more what fails then, so that nothing behind it is sent again', async () => {
    for (const failure of [new Error('reset'), AGAIN]) {
      const { pipeline, written, answer } = await begun()
      const closing = pipeline.close(NEVER)
      answer(failure)
      // In either order: the one that has failed has a pause.
      await written(2)
      answer(DONE)
      await written(3)
      answer(DONE)
      expect(await closing).to.deep.equal({ lost: 0, kept: 0 })
    }
  })

  it('is there when that fails as well, and tries nothing else', async () => {
    const { pipeline, written, writes, answer } = await begun({ ...DELIVERY, ordered: true })
    const closing = pipeline.close(NEVER)
    answer(new Error('reset'))
    await written(2)
    answer(new Error('reset'))
    expect(await closing).to.deep.equal({ lost: 0, kept: 2 })
    expect(writes()).to.equal(2)
  })

  it('does not wait for a pause of its own', async () => {
    const { pipeline, written, answer } = await begun({
      ...DELIVERY,
      backoff: { init: 60_000, max: 60_000 },
    })
    answer(AGAIN)
    await written(2)
    answer(DONE)
    const closing = pipeline.close(NEVER)
    await written(3)
    answer(DONE)
    expect(await closing).to.deep.equal({ lost: 0, kept: 0 })
  })

  it('is there at once if the peer asks for a long pause, or is away already', async () => {
    const asked = await begun()
    const closing = asked.pipeline.close(NEVER)
    asked.answer({ ...AGAIN, retryAfterMs: 5_000 })
    expect(await closing).to.deep.equal({ lost: 0, kept: 2 })
    expect(asked.writes()).to.equal(1)

    const away = await begun({ ...DELIVERY, backoff: { init: 60_000, max: 60_000 } })
    away.answer(new Error('down'))
    while (away.pipeline.stats().failed_writes === 0) await turn()
    expect(await away.pipeline.close(NEVER)).to.deep.equal({ lost: 0, kept: 4 })
    expect(away.writes()).to.equal(1)
  })
})
