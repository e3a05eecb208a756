import { setTimeout as sleep } from 'node:timers/promises'
import { expect } from 'chai'
import { HostPool, verdictOn } from '../../../lib/outputs/connection/host-pool.ts'
import { NEVER, rejection } from '../../pipeline/fixtures.ts'

describe('several servers', () => {
  it('are all used at once, the one with the fewest writes first', async () => {
    const pool = new HostPool(['a', 'b', 'c'], true)
    const used: string[] = []
    const write = () =>
      pool.with(async host => {
        used.push(host)
        await sleep(5)
        return host
      }, NEVER)
    await Promise.all(Array.from({ length: 6 }, write))
    expect(used.sort().join('')).to.equal('aabbcc')
  })

  it('are used one by one where they are not to be balanced', async () => {
    const pool = new HostPool(['a', 'b'], false)
    const used: string[] = []
    let isDown = false
    const write = () =>
      pool.with(async host => {
        used.push(host)
        if (host === 'a' && isDown) throw new Error('down')
        return host
      }, NEVER)
    await Promise.all([write(), write()])
    isDown = true
    expect(await write()).to.equal('b')
    isDown = false
    // Left alone for a while.
    expect(await write()).to.equal('b')
    expect(used.join('')).to.equal('aaabb')
  })

  it('take over from one that has no answer of use', async () => {
    const pool = new HostPool(['a', 'b'], true)
    const answer = async (host: string) => host
    const verdictOf = (host: string) => (host === 'b' ? 'fine' : 'useless')
    expect(await pool.with(answer, NEVER, verdictOf)).to.equal('b')
  })

  it('have the last answer count where none is of use, also if another has failed after it', async () => {
    const pool = new HostPool(['a', 'b'], false)
    const used: string[] = []
    const answer = async (host: string) => {
      used.push(host)
      if (host === 'b') throw new Error('down')
      return `${host} is busy`
    }
    expect(await pool.with(answer, NEVER, () => 'useless')).to.equal('a is busy')
    expect(used).to.deep.equal(['a', 'b'])
  })

  it('fail together with the last error, and are asked all the same while all are left alone', async () => {
    const pool = new HostPool(['a', 'b'], true)
    const used: string[] = []
    const fail = async (host: string) => {
      used.push(host)
      throw new Error(`${host} is down`)
    }
    expect(await rejection(pool.with(fail, NEVER))).to.match(/b is down/)
    expect(await rejection(pool.with(fail, NEVER))).to.match(/is down/)
    expect(used).to.have.length(4)
    expect(await pool.with(async host => host, NEVER)).to.match(/a|b/)
  })

  it('are left alone after a part of a write was lost, which counts all the same', async () => {
    const pool = new HostPool(['a', 'b'], false)
    const used: string[] = []
    const write = (cause?: 'lost' | 'throttled') =>
      pool.with(
        async host => {
          used.push(host)
          return { retry: [1], reject: [], ...(cause && { cause }) }
        },
        NEVER,
        verdictOn,
      )
    await write('throttled')
    expect(await write('lost')).to.include({ cause: 'lost' })
    await write()
    expect(used.join('')).to.equal('aab')
  })

  it('count writes that fail together as one failure', async () => {
    const pool = new HostPool(['a', 'b'], false)
    const used: string[] = []
    let isDown = true
    const write = () =>
      pool.with(async host => {
        used.push(host)
        await sleep(1)
        if (host === 'a' && isDown) throw new Error('down')
        return host
      }, NEVER)
    await Promise.all(Array.from({ length: 8 }, write))
    isDown = false
    // A single failure is one second at most, a second one more than that.
    await sleep(1_010)
    expect(await write()).to.equal('a')
  })

  it('are left once the write is aborted', async () => {
    const stop = new AbortController()
    const pool = new HostPool(['a', 'b'], true)
    const used: string[] = []
    const writing = pool.with(async host => {
      used.push(host)
      stop.abort(new Error('stopped'))
      throw new Error('cut')
    }, stop.signal)
    expect(await rejection(writing)).to.match(/cut/)
    expect(used).to.deep.equal(['a'])
  })
})
