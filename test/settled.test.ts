import { getEventListeners } from 'node:events'
import { expect } from 'chai'
import { settledBy } from '../lib/settled.ts'

describe('settledBy', () => {
  const never = new Promise<never>(() => {})

  it('says that a promise has settled, also with a rejection, and leaves no listener', async () => {
    const { signal } = new AbortController()
    expect(await settledBy(Promise.resolve(), signal)).to.equal(true)
    expect(await settledBy(Promise.reject(new Error('no')), signal)).to.equal(true)
    expect(getEventListeners(signal, 'abort')).to.have.length(0)
  })

  it('says that the signal came first', async () => {
    const stop = new AbortController()
    const waiting = settledBy(never, stop.signal)
    stop.abort()
    expect(await waiting).to.equal(false)
    expect(await settledBy(never, stop.signal), 'aborted before').to.equal(false)
  })

  it('counts what has settled already, whatever the signal says', async () => {
    expect(await settledBy(Promise.resolve(), AbortSignal.abort())).to.equal(true)
    const stop = new AbortController()
    const waiting = settledBy(Promise.resolve(), stop.signal)
    stop.abort()
    expect(await waiting, 'aborted at once').to.equal(true)
  })
})
