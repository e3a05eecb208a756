import { expect } from 'chai'
import { ReloadRequest } from '../../../lib/agent/process/reload-request.ts'

describe('agent: a request to reload', () => {
  const turn = () => new Promise(setImmediate)

  /** Counts how often it is answered for. */
  function answering(request: ReloadRequest): { count: number } {
    const answered = { count: 0 }
    void request.next().then(() => answered.count++)
    return answered
  }

  it('is waited for', async () => {
    const request = new ReloadRequest()
    const answered = answering(request)
    await turn()
    expect(answered.count).to.equal(0)
    request.ask()
    await turn()
    expect(answered.count).to.equal(1)
  })

  it('is kept until somebody asks for it, and however often made is one', async () => {
    const request = new ReloadRequest()
    for (let n = 0; n < 3; n++) request.ask()
    const first = answering(request)
    await turn()
    expect(first.count).to.equal(1)
    const later = answering(request)
    await turn()
    expect(later.count).to.equal(0)
  })
})
