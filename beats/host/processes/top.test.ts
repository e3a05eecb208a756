import { expect } from 'chai'
import type { ProcessAnswer } from 'sealbeat/host'
import { spentSince, topOf } from './top.ts'

const process = (pid: number, ticks: number, residentPages: number, start = 1): ProcessAnswer => ({
  ...{ pid, ticks, residentPages, start, state: 'S' },
  ...{ parentPid: 1, groupId: pid, threads: 1, virtualBytes: 0 },
})

describe('host: top processes', () => {
  const pids = (of: ReturnType<typeof topOf>) => of.map(({ process: { pid } }) => pid)
  const before = [process(1, 100, 5), process(2, 5000, 1), process(3, 700, 1), process(4, 8, 1)]
  const byPid = new Map(before.map(each => [each.pid, each]))

  it('have spent their time since the sample before, new ones all of it', () => {
    // 3 is another process than before; 4 has not moved.
    const now = [process(1, 130, 5), process(3, 20, 1, 9), process(4, 8, 1), process(5, 7, 1, 9)]
    const spent = spentSince(byPid, now).map(each => each.spent)
    expect(spent).to.deep.equal([30, 20, 0, 7])
    expect(spentSince(byPid, [process(2, 4999, 1)])[0]?.spent).to.equal(0)
  })

  it('have spent an unknown time if the sample before lacks them, though they are older', () => {
    const now = [process(1, 130, 5), process(6, 90_000, 5, 0.5), process(3, 20, 1, 0.5)]
    expect(spentSince(byPid, now).map(each => each.spent)).to.deep.equal([
      ...[30, undefined, undefined],
    ])
    const unread = { ...process(6, 0, 0, 0), state: '' }
    expect(spentSince(byPid, [unread, process(1, 130, 5)])).to.have.lengthOf(1)
    const since = spentSince(new Map([...byPid, [6, unread]]), now)
    expect(since[1]).to.have.property('spent', undefined)
  })

  it('are those with most time, then those with most memory, each once', () => {
    const now = [process(1, 130, 50), process(2, 5040, 9), process(3, 700, 70), process(4, 9, 0)]
    const all = spentSince(byPid, now)
    expect(pids(topOf(all, { by_cpu: 2, by_memory: 2 }))).to.deep.equal([2, 1, 3])
    expect(pids(topOf(all, { by_cpu: 9, by_memory: 0 }))).to.deep.equal([2, 1, 4])
    expect(pids(topOf(all, { by_cpu: 0, by_memory: 9 }))).to.deep.equal([3, 1, 2])
  })

  it('are those with most memory alone in the first sample', () => {
    const all = spentSince(undefined, before)
    expect(all.map(({ spent }) => spent)).to.deep.equal([
      undefined,
      undefined,
      undefined,
      undefined,
    ])
    expect(pids(topOf(all, { by_cpu: 3, by_memory: 1 }))).to.deep.equal([1])
  })

  it('have spent all of their time if they have started in the tick of the newest before', () => {
    const [first, second] = [process(1, 8, 1, 0), process(2, 7, 1, 0)]
    const since = (start: number) =>
      spentSince(new Map([[1, first]]), [{ ...second, start }]).map(({ spent }) => spent)
    expect([since(0), since(0.5)]).to.deep.equal([[7], [7]])
  })

  it('are told apart by their numbers if they are equal', () => {
    const now = [process(9, 60, 4), process(3, 60, 4), process(5, 60, 4)]
    const all = now.map(each => ({ process: each, spent: 60 }))
    expect(pids(topOf(all, { by_cpu: 2, by_memory: 0 }))).to.deep.equal([3, 5])
    expect(pids(topOf(all, { by_cpu: 0, by_memory: 3 }))).to.deep.equal([3, 5, 9])
  })
})
