import { readdirSync, readlinkSync } from 'node:fs'
import { setImmediate } from 'node:timers/promises'
import { expect } from 'chai'
import { tree } from '../testing/tree.ts'
import { processReader } from './read.ts'

const STAT = '7 (sh) R 1 1 0 0 0 0 0 0 0 0 3 4 0 0 20 0 1 0 9 4096 2 0\n'

describe('host: reading all processes', () => {
  const signal = new AbortController().signal
  const problemOf = (reading: Promise<unknown>): Promise<unknown> =>
    reading.then(
      () => undefined,
      (error: Error) => error.message,
    )

  const until = async (isSo: () => Promise<boolean>): Promise<void> => {
    const endMs = performance.now() + 20_000
    while (!(await isSo())) {
      if (performance.now() > endMs) expect.fail('it does not become so')
      await setImmediate()
    }
  }

  before(function () {
    if (process.platform === 'linux') return
    console.log('    skipped: there is no /proc here')
    this.skip()
  })

  it('is not waited for without end, and goes on once the kernel answers', async () => {
    const host = tree({ 'proc/7/stat': STAT })
    const folder = host.files.resolve('proc')
    const { read, close } = processReader(host.files)
    // Nothing can have been answered before the event loop has turned.
    expect(await problemOf(read({}, AbortSignal.abort()))).to.equal(`${folder} does not answer`)
    expect(await problemOf(read({}, signal))).to.equal(`${folder} does not answer`)
    await until(async () => (await problemOf(read({}, signal))) === undefined)
    const { all } = await read({}, signal)
    expect(all.map(({ pid, ticks, start }) => [pid, ticks, start])).to.deep.equal([[7, 7, 9]])
    await close()
    host.remove()
  })

  it('keeps files open until it is closed, also while the kernel does not answer', async () => {
    const host = tree({ 'proc/7/stat': STAT })
    const opened = () =>
      readdirSync('/proc/self/fd').filter(name => {
        try {
          return readlinkSync(`/proc/self/fd/${name}`) === `${host.root}/proc/7/stat`
        } catch {
          return false
        }
      }).length
    const first = processReader(host.files)
    await first.read({}, signal)
    expect(opened()).to.be.above(0)
    await first.close()
    expect(opened()).to.equal(0)
    // One that was never asked has nothing to close.
    await processReader(host.files).close()
    const second = processReader(host.files)
    await second.read({}, signal)
    await problemOf(second.read({}, AbortSignal.abort()))
    await second.close()
    expect(opened()).to.be.above(0)
    await until(async () => opened() === 0)
    host.remove()
  })
})
