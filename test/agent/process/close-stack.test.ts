import { expect } from 'chai'
import { CloseStack } from '../../../lib/agent/process/close-stack.ts'
import { listeningLog } from '../lines.ts'

describe('agent: what has been opened', () => {
  const never = new AbortController().signal

  it('is closed in reverse, one after the other', async () => {
    const order: string[] = []
    const opened = new CloseStack()
    for (const what of ['a', 'b', 'c']) {
      opened.add(what, async () => {
        order.push(`${what} begins`)
        await new Promise(setImmediate)
        order.push(`${what} ends`)
      })
    }
    await opened.closeAll(never, listeningLog().log)
    expect(order).to.deep.equal(['c begins', 'c ends', 'b begins', 'b ends', 'a begins', 'a ends'])
  })

  it('is closed once', async () => {
    let times = 0
    const opened = new CloseStack()
    opened.add('a', () => void times++)
    await opened.closeAll(never, listeningLog().log)
    await opened.closeAll(never, listeningLog().log)
    expect(times).to.equal(1)
  })

  it('is closed to the end, whatever fails, and each failure is named', async () => {
    const closed: string[] = []
    const opened = new CloseStack()
    opened.add('a', () => void closed.push('a'))
    opened.add('b', () => Promise.reject(new Error('stuck')))
    opened.add('c', () => {
      throw new Error('broken')
    })
    const { log, lines } = listeningLog()
    await opened.closeAll(never, log)
    expect(closed).to.deep.equal(['a'])
    expect(lines.map(({ level, msg }) => `${level}: ${msg}`)).to.deep.equal([
      'error: Closing c failed: broken',
      'error: Closing b failed: stuck',
    ])
  })

  it('goes on without what is not closed in time, and names it', async () => {
    const closed: string[] = []
    const opened = new CloseStack()
    opened.add('a', async () => {
      await new Promise(setImmediate)
      closed.push('a')
    })
    opened.add('b', () => new Promise(() => {}))
    const { log, lines } = listeningLog()
    const lifeline = setInterval(() => {}, 1_000)
    await opened.closeAll(AbortSignal.abort(), log)
    clearInterval(lifeline)
    expect(closed, 'one that needs a moment still gets it').to.deep.equal(['a'])
    expect(lines.map(({ msg }) => msg)).to.deep.equal([
      'Closing b takes longer than shutdown_timeout allows: going on without it',
    ])
  })

  it('is closed one alone, before its turn, and then no more', async () => {
    const closed: string[] = []
    const opened = new CloseStack()
    const { log, lines } = listeningLog()
    const [, closeB] = ['a', 'b', 'c'].map(what =>
      opened.add(what, () => {
        closed.push(what)
        if (what === 'b') throw new Error('stuck')
      }),
    )
    await closeB?.(never, log)
    await closeB?.(never, log)
    expect(closed).to.deep.equal(['b'])
    await opened.closeAll(never, log)
    expect(closed).to.deep.equal(['b', 'c', 'a'])
    expect(lines.map(({ msg }) => msg)).to.deep.equal(['Closing b failed: stuck'])
  })

  it('tells each step of the deadline', async () => {
    const deadline = new AbortController()
    const opened = new CloseStack()
    const seen: boolean[] = []
    opened.add('b', signal => void seen.push(signal.aborted))
    opened.add('a', signal => {
      seen.push(signal.aborted)
      deadline.abort()
    })
    await opened.closeAll(deadline.signal, listeningLog().log)
    expect(seen).to.deep.equal([false, true])
  })
})
