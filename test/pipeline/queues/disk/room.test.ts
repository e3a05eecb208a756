import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect } from 'chai'
import { temporaryFolder } from '../../../agent/temporary.ts'
import { idOf, NEVER, rejection, SOURCE, stuckOutput } from '../../fixtures.ts'
import { MemoryOutput } from '../../memory-output.ts'
import { emptied, large, opened } from './opened.ts'

describe('the room in the queue on the disk', () => {
  const folder = temporaryFolder()
  const path = () => join(folder.path, 'queue')

  it('makes beats wait at max_size, drops nothing, and goes on once there is room', async () => {
    const { output, open } = stuckOutput()
    const { pipeline, publish } = await opened({ path: path() }, output)
    pipeline.start()
    const taken: string[] = []
    let isFull = false
    const flood = (async () => {
      for (let at = 0; at < 60; at++) {
        await publish(large(`e${at}`, 300_000))
        taken.push(`e${at}`)
      }
    })()
    while (!isFull) {
      const before = taken.length
      // Longer than it waits for an output that might keep up.
      await sleep(600)
      isFull = taken.length === before
    }
    expect(taken.length).to.be.within(25, 36)
    expect(pipeline.stats().waiting).to.equal(1)
    const bytes = readdirSync(path()).map(name => statSync(join(path(), name)).size)
    expect(bytes.reduce((sum, each) => sum + each, 0)).to.be.below(10_100_000)
    open()
    await flood
    await emptied(pipeline)
    expect(output.confirmed.map(idOf)).to.deep.equal(taken)
    await pipeline.close(NEVER)
  })

  it('takes a publish that is larger than itself in pieces', async () => {
    const { pipeline, publish } = await opened({ path: path() })
    pipeline.start()
    const receipt = await publish(Array.from({ length: 60 }, (_, at) => large(`${at}`, 300_000)))
    expect((await receipt.confirmed).confirmed).to.equal(60)
    await pipeline.close(NEVER)
  })

  it('takes a single event that is larger than itself while it is empty', async () => {
    const output = new MemoryOutput()
    const { pipeline, publish } = await opened({ path: path() }, output)
    pipeline.start()
    for (const id of ['a', 'b', 'c']) await (await publish(large(id, 11_000_000))).confirmed
    expect(output.confirmed.map(idOf)).to.deep.equal(['a', 'b', 'c'])
    await pipeline.close(NEVER)
  })

  it('refuses a publish that waits when its signal aborts, and all of them when it closes', async () => {
    const { output } = stuckOutput()
    const { pipeline, publish } = await opened({ path: path() }, output)
    pipeline.start()
    for (let at = 0; at < 9; at++) await (await publish(large(`e${at}`, 1_000_000))).stored
    const abort = new AbortController()
    const waits = pipeline.publisher(SOURCE, abort.signal)(large('aborted', 2_000_000))
    const others = publish(large('refused', 2_000_000))
    abort.abort(new Error('enough'))
    expect(String(await rejection(waits))).to.equal('Error: enough')
    const closing = pipeline.close(AbortSignal.timeout(50))
    expect(String(await rejection(others))).to.equal('Error: the pipeline is closed')
    expect(await closing).to.deep.equal({ lost: 0, kept: 9 })
  })
})
