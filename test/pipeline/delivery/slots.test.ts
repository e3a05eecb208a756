import { expect } from 'chai'
import { Pauses } from '../../../lib/pipeline/delivery/pauses.ts'
import { Slots } from '../../../lib/pipeline/delivery/slots.ts'
import { settled } from '../fixtures.ts'

describe('the slots of a delivery', () => {
  it('let so many in at once, and the others in order', async () => {
    const slots = new Slots(2)
    await slots.take()
    await slots.take()
    const entered: string[] = []
    const waiting = ['a', 'b', 'c'].map(async name => {
      await slots.take()
      entered.push(name)
    })
    expect(await settled(Promise.race(waiting))).to.equal(false)
    slots.release()
    expect(await settled(Promise.all(waiting.slice(0, 1)))).to.equal(true)
    expect(entered).to.deep.equal(['a'])
    slots.release()
    slots.release()
    await Promise.all(waiting)
    expect(entered).to.deep.equal(['a', 'b', 'c'])
    slots.release()
    await slots.take()
    expect(await settled(slots.take())).to.equal(false)
  })

  it('let all go who wait at the end', async () => {
    const slots = new Slots(1)
    await slots.take()
    const waiting = [slots.take(), slots.take()]
    slots.end()
    await Promise.all(waiting)
    expect(await settled(slots.take())).to.equal(false)
  })
})

describe('the pauses of a delivery', () => {
  const hour = () => performance.now() + 3_600_000

  it('are over in their time', async () => {
    const pauses = new Pauses()
    const dueMs = performance.now() + 10
    await pauses.until(dueMs)
    // A timer may be early by as much as a millisecond of the clock is cut off.
    expect(performance.now()).to.be.at.least(dueMs - 3)
    expect(await settled(pauses.until(performance.now()))).to.equal(true)
  })

  it('are ended early, those of now', async () => {
    const pauses = new Pauses()
    const now = [pauses.until(hour()), pauses.until(hour())]
    expect(await settled(Promise.race(now))).to.equal(false)
    pauses.end()
    await Promise.all(now)
    const later = pauses.until(hour())
    expect(await settled(later)).to.equal(false)
    expect(pauses.isStopped).to.equal(false)
    pauses.end()
    await later
  })

  it('are none once the delivery is stopped', async () => {
    const pauses = new Pauses()
    const before = pauses.until(hour())
    pauses.stop()
    await before
    expect(await settled(pauses.until(hour()))).to.equal(true)
    expect(pauses.isStopped).to.equal(true)
  })
})
