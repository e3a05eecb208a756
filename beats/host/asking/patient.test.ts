import { setImmediate } from 'node:timers/promises'
import { expect } from 'chai'
import type { Asking } from 'sealbeat/host'
import { patient } from './patient.ts'

/** A kernel in which whatever begins with `nfs`, or is added to `broken`, hangs until `recover` is called. */
function kernel() {
  const broken = new Set<string>()
  const waiting: (() => void)[] = []
  const asked: string[] = []
  const jobs = { count: 0, left: 0 }
  const ask = (paths: readonly string[]): Asking<{ readonly path: string }> => {
    let [reached, isLeft] = [0, false]
    jobs.count++
    const done = (async () => {
      for (const path of paths) {
        await setImmediate()
        asked.push(path)
        if (path.startsWith('nfs') || broken.has(path))
          await new Promise<void>(resolve => waiting.push(resolve))
        reached++
        if (isLeft) return
      }
    })()
    return {
      done,
      reached: () => reached,
      answers: () => paths.slice(0, reached).map(path => ({ path })),
      leave: () => {
        isLeft = true
        jobs.left++
      },
    }
  }
  const recover = async (): Promise<void> => {
    for (const answer of waiting.splice(0)) answer()
    await setImmediate()
  }
  return { asked, broken, jobs, ask, recover }
}

describe('host: questions that hang', () => {
  const never = new AbortController().signal
  const silent = { problem: 'does not answer' }
  const skipped = { problem: 'skipped, because others do not answer' }
  const of = (...paths: readonly string[]) => paths.map(path => ({ path }))

  it('hold nobody else up, and are not asked again', async () => {
    const { ask, asked, jobs, recover } = kernel()
    const answers = patient(ask, path => path, { timeoutMs: 20, deadlineMs: 5000, maxHanging: 2 })
    expect(await answers(['a', 'b', 'c'], never)).to.deep.equal(of('a', 'b', 'c'))
    expect(jobs).to.deep.equal({ count: 1, left: 0 })
    expect(await answers(['a', 'nfs1', 'b'], never)).to.deep.equal([
      { path: 'a' },
      silent,
      { path: 'b' },
    ])
    expect(jobs).to.deep.equal({ count: 3, left: 1 })
    expect(await answers(['nfs1', 'b'], never)).to.deep.equal([silent, { path: 'b' }])
    expect(jobs).to.deep.equal({ count: 4, left: 1 })
    expect(asked.filter(path => path === 'nfs1')).to.have.lengthOf(1)
    await recover()
    expect(await answers(['a', 'b'], never)).to.deep.equal(of('a', 'b'))
    expect(asked.at(-1)).to.equal('b')
  })

  it('once they are as many as may be, leave those that answered before, in one job', async () => {
    const { ask, asked, broken, jobs, recover } = kernel()
    const answers = patient(ask, path => path, { timeoutMs: 20, deadlineMs: 5000, maxHanging: 2 })
    const paths = ['a', 'nfs1', 'b', 'nfs2', 'c', 'new']
    await answers(['a', 'b', 'c'], never)
    const all = [{ path: 'a' }, silent, { path: 'b' }, silent, { path: 'c' }, skipped]
    for (const count of [4, 5, 6]) {
      expect(await answers(paths, never)).to.deep.equal(all)
      expect(jobs.count).to.equal(count)
    }
    broken.add('a')
    const without = [silent, silent, skipped, silent, skipped, skipped]
    expect(await answers(paths, never)).to.deep.equal(without)
    expect(jobs.count).to.equal(7)
    expect(await answers(paths, never)).to.deep.equal([silent, ...all.slice(1)])
    expect(asked.filter(path => path === 'a')).to.have.lengthOf(5)
    broken.clear()
    await recover()
    await answers(paths.slice(4), never)
    expect(asked.at(-1)).to.equal('new')
    expect(await answers(['nfs1', 'nfs2', 'a', 'new'], never)).to.deep.equal([
      ...[silent, silent, skipped, { path: 'new' }],
    ])
  })

  it('are asked again once they were answered', async () => {
    const { ask, asked, recover } = kernel()
    const answers = patient(ask, path => path, { timeoutMs: 20, deadlineMs: 5000, maxHanging: 2 })
    expect(await answers(['nfs', 'a'], never)).to.deep.equal([silent, { path: 'a' }])
    await recover()
    const second = answers(['nfs', 'a'], never)
    await setImmediate()
    await setImmediate()
    await recover()
    expect(await second).to.deep.equal(of('nfs', 'a'))
    expect(asked).to.deep.equal(['nfs', 'a', 'nfs', 'a'])
  })

  it('are not those that are only slow: each answer has its time', async () => {
    const { ask } = kernel()
    const paths = Array.from({ length: 3000 }, (_, at) => `${at}`)
    const answers = patient(ask, path => path, { timeoutMs: 20, deadlineMs: 60_000, maxHanging: 1 })
    expect(await answers(paths, never)).to.deep.equal(of(...paths))
  })

  it('are skipped after a time for all, and once nobody waits for them', async () => {
    const { ask, asked, jobs } = kernel()
    const limits = { timeoutMs: 40, deadlineMs: 20, maxHanging: 9 }
    const answers = patient(ask, (path: string) => path, limits)
    expect(await answers(['a', 'nfs1', 'nfs2'], never)).to.deep.equal([
      { path: 'a' },
      silent,
      skipped,
    ])
    expect(asked).to.deep.equal(['a', 'nfs1'])
    const stop = new AbortController()
    const stopped = answers(['nfs3', 'a'], stop.signal)
    setTimeout(() => stop.abort(), 5)
    expect(await stopped).to.deep.equal([skipped, skipped])
    expect(jobs).to.deep.equal({ count: 2, left: 2 })
    expect(await answers([], AbortSignal.abort())).to.deep.equal([])
  })

  it('are not those of a job that only does not end', async () => {
    const limits = { timeoutMs: 4, deadlineMs: 5000, maxHanging: 1 }
    const ask = (paths: readonly string[]) => ({
      done: new Promise<void>(() => {}),
      reached: () => paths.length,
      answers: () => of(...paths),
      leave: () => expect.fail('there is nothing further'),
    })
    const answers = patient(ask, path => path, limits)
    for (const _ of [1, 2]) expect(await answers(['a', 'b'], never)).to.deep.equal(of('a', 'b'))
  })
})
