import { expect } from 'chai'
import { boundedStatfs, type StatFs } from './statfs.ts'

const STATS: StatFs = { bsize: 1, blocks: 1, bfree: 1, bavail: 1, files: 1, ffree: 1 }

/** A kernel in which everything below /nfs hangs until `recover` is called. */
function kernel() {
  const waiting: (() => void)[] = []
  const asked: string[] = []
  return {
    asked,
    recover: () => {
      for (const answer of waiting.splice(0)) answer()
    },
    statfs: (path: string): Promise<StatFs> => {
      asked.push(path)
      if (path === '/gone') return Promise.reject(new Error('ENOENT'))
      if (!path.startsWith('/nfs')) return Promise.resolve(STATS)
      return new Promise(resolve => waiting.push(() => resolve(STATS)))
    },
  }
}

const outcome = (promise: Promise<StatFs>): Promise<unknown> =>
  promise.then(
    stats => stats,
    (error: Error) => error.message,
  )

describe('host: statfs that hangs', () => {
  it('times out, is not called again, and blocks no more threads than it may', async () => {
    const { statfs, asked, recover } = kernel()
    const ask = boundedStatfs(statfs, { timeoutMs: 1, maxHanging: 2 })
    const silent = 'does not answer statfs'
    expect(await outcome(ask('/'))).to.equal(STATS)
    expect(await outcome(ask('/nfs/a'))).to.equal(silent)
    expect(await outcome(ask('/nfs/a'))).to.equal(silent)
    expect(await outcome(ask('/nfs/b'))).to.equal(silent)
    expect(await outcome(ask('/nfs/c'))).to.match(/^skipped, because other mounts/)
    expect(asked).to.deep.equal(['/', '/nfs/a', '/nfs/b'])
    recover()
    await new Promise(resolve => setImmediate(resolve))
    expect(await outcome(ask('/'))).to.equal(STATS)
  })

  it('passes on the answer of the kernel', async () => {
    const ask = boundedStatfs(kernel().statfs, { timeoutMs: 1000, maxHanging: 1 })
    expect(await outcome(ask('/gone'))).to.equal('ENOENT')
    expect(await outcome(ask('/'))).to.equal(STATS)
  })
})
