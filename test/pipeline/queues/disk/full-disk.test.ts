import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect } from 'chai'
import { skip } from '../../../live.ts'
import { smallDisk } from '../../../outputs/folder.ts'
import { idOf, stuckOutput } from '../../fixtures.ts'
import { drained, emptied, opened, unaccounted } from './opened.ts'

describe('the queue on a disk that is full', () => {
  let disk: ReturnType<typeof smallDisk>

  beforeEach(function () {
    disk = smallDisk('4m')
    if (disk === undefined) skip(this, 'only root mounts a small disk')
  })

  afterEach(() => disk?.remove())

  it('makes beats wait, says so once, settles without room, and goes on by itself', async () => {
    const path = join(disk?.path ?? '', 'queue')
    const { output, open } = stuckOutput()
    const { pipeline, publish, lines } = await opened({ path, max_size: 1_000_000_000 }, output)
    pipeline.start()
    const published: string[] = []
    let ended = false
    const flood = (async () => {
      for (let at = 0; !ended; at++) {
        await publish({ id: `e${at}`, pad: 'x'.repeat(50_000) })
        published.push(`e${at}`)
        await sleep(0)
      }
    })()
    const said = (text: string) => lines.filter(({ msg }) => String(msg).includes(text))
    while (said('the disk is full').length === 0) await sleep(10)
    // Several tries more.
    await sleep(2_500)
    expect(said('the disk is full').length).to.equal(1)
    expect(pipeline.stats().waiting).to.equal(1)
    open()
    while (said('events are taken again').length === 0) await sleep(10)
    ended = true
    await flood
    await emptied(pipeline)
    expect(output.confirmed.map(idOf)).to.deep.equal(published)
    expect(unaccounted(pipeline.stats())).to.equal(0)
    expect(said('can not be kept').length).to.equal(0)
    await pipeline.close(AbortSignal.timeout(1000))
  })

  it('stops all the same, keeps what is stored, and counts what is not', async () => {
    const path = join(disk?.path ?? '', 'queue')
    const ballast = join(disk?.path ?? '', 'ballast')
    const { output } = stuckOutput()
    const { pipeline, publish } = await opened({ path }, output)
    pipeline.start()
    await (await publish([{ id: 'a' }, { id: 'b' }])).stored
    fillUp(ballast)
    const receipt = await publish({ id: 'c', pad: 'x'.repeat(100_000) })
    let isStored = false
    void receipt.stored.then(() => {
      isStored = true
    })
    await sleep(100)
    const remains = await pipeline.close(AbortSignal.timeout(200))
    expect(remains).to.deep.equal({ lost: 1, kept: 2 })
    expect(isStored).to.equal(false)
    const { ids, messages } = await drained({ path })
    expect(ids).to.deep.equal(['a', 'b'])
    // What was written of the frame that did not fit is cut off at once.
    expect(messages.filter(text => /cut off|damaged/.test(text))).to.deep.equal([])
    rmSync(ballast)
  })
})

/** Takes the last byte of the disk. */
function fillUp(file: string): void {
  for (let size = 1 << 20; size >= 4096; size /= 2) {
    try {
      for (;;) writeFileSync(file, Buffer.alloc(size), { flag: 'a' })
    } catch {
      // A smaller piece may fit.
    }
  }
}
