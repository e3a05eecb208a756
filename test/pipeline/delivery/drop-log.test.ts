import { setTimeout as sleep } from 'node:timers/promises'
import { expect } from 'chai'
import { DropLog } from '../../../lib/pipeline/drop-log.ts'
import { memoryLog } from '../fixtures.ts'

/** A log with at most one line in so many milliseconds, and what it has logged: how many events, and why. */
function dropLog(intervalMs?: number) {
  const { log, lines } = memoryLog()
  return {
    log: new DropLog(log, 'dropped', intervalMs),
    logged: () => lines.map(line => [line['msg'], line['events'], line['error.message']]),
  }
}

describe('drop log', () => {
  it('logs the first event at once, and the others when it is closed', () => {
    const { log, logged } = dropLog()
    log.note('a')
    log.note('b')
    expect(logged()).to.deep.equal([['dropped', 1, 'a']])
    log.close()
    expect(logged()).to.deep.equal([
      ['dropped', 1, 'a'],
      ['dropped', 1, 'b'],
    ])
    log.close()
    expect(logged()).to.have.length(2)
    // One that comes late is the first again.
    log.note('c')
    expect(logged()[2]).to.deep.equal(['dropped', 1, 'c'])
    log.close()
  })

  it('logs the number of further events after the interval, and the last reason', async () => {
    const { log, logged } = dropLog(50)
    for (const reason of ['a', 'b', 'c']) log.note(reason)
    expect(logged()).to.deep.equal([['dropped', 1, 'a']])
    await sleep(300)
    expect(logged()).to.deep.equal([
      ['dropped', 1, 'a'],
      ['dropped', 2, 'c'],
    ])
    // Nothing was dropped meanwhile, so the next one is the first again.
    log.note('d')
    expect(logged()[2]).to.deep.equal(['dropped', 1, 'd'])
    log.close()
    expect(logged()).to.have.length(3)
  })

  it('names reasons only if there are several, and says no more before the interval is over', async () => {
    const { log, lines } = memoryLog()
    const drops = new DropLog(log, 'dropped')
    for (const reason of ['a', 'b', 'b']) drops.note(reason)
    await sleep(15)
    expect(lines).to.have.length(1)
    drops.close()
    expect(lines[1]).to.include({ events: 2, 'error.message': 'b' })
    for (const line of lines) expect(line).not.to.have.property('reasons')
    for (const reason of ['a', 'b', 'c']) drops.note(reason)
    drops.close()
    expect(lines[3]?.['reasons']).to.deep.equal({ b: 1, c: 1 })
  })

  it('counts by reason, of which it tells ten, each of them short', () => {
    const { log, lines } = memoryLog()
    const drops = new DropLog(log, 'dropped')
    drops.note('first')
    for (const reason of ['a', 'b', 'a', '__proto__', 'x'.repeat(10_000)]) drops.note(reason)
    for (let at = 0; at < 1000; at++) drops.note(`document ${at}`)
    drops.note('b')
    drops.close()
    const { events, reasons } = Object(lines[1])
    expect(events).to.equal(1006)
    expect(Object.keys(reasons)).to.have.length(11)
    expect(reasons).to.include({ a: 2, b: 2, ['x'.repeat(200)]: 1, 'other reasons': 994 })
    const counts: number[] = Object.values(reasons)
    expect(counts.reduce((sum, count) => sum + count)).to.equal(1006)
  })
})
