import { setImmediate as turn } from 'node:timers/promises'
import { expect } from 'chai'
import { Takers } from '../../../lib/pipeline/queues/takers.ts'

/** Three that wait, and who of them was woken. */
function waiting() {
  let isDue = false
  const takers = new Takers(() => isDue)
  const woken: number[] = []
  for (const n of [1, 2, 3]) void takers.wait().then(() => woken.push(n))
  const due = (now: boolean) => {
    isDue = now
  }
  return { takers, woken, due }
}

describe('those that wait for a batch', () => {
  it('wait in vain as long as none is due', async () => {
    const { takers, woken } = waiting()
    expect(takers.wakeIfDue()).to.equal(true)
    await turn()
    await turn()
    expect(woken).to.deep.equal([])
  })

  it('are woken together, after all that is published in the same turn', async () => {
    const { takers, woken, due } = waiting()
    due(true)
    expect(takers.wakeIfDue()).to.equal(false)
    expect(takers.wakeIfDue()).to.equal(false)
    await Promise.resolve()
    expect(woken).to.deep.equal([])
    await turn()
    await turn()
    expect(woken).to.deep.equal([1, 2, 3])
    expect(takers.wakeIfDue()).to.equal(false)
  })

  it('are not woken if nothing is due any more by then, but the next time that something is', async () => {
    const { takers, woken, due } = waiting()
    due(true)
    takers.wakeIfDue()
    due(false)
    await turn()
    await turn()
    expect(woken).to.deep.equal([])
    due(true)
    takers.wakeIfDue()
    await turn()
    await turn()
    expect(woken).to.deep.equal([1, 2, 3])
  })

  it('are woken at once by a close', async () => {
    const { takers, woken } = waiting()
    takers.wakeNow()
    await Promise.resolve()
    expect(woken).to.deep.equal([1, 2, 3])
  })
})
