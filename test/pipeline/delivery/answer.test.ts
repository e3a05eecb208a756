import { expect } from 'chai'
import type { WriteResult } from '../../../lib/output.ts'
import { answerOf } from '../../../lib/pipeline/delivery/answer.ts'

const DONE: WriteResult = { retry: [], reject: [] }

describe('answer of an output', () => {
  it('has no fates if all events are confirmed, else one for each', () => {
    expect(answerOf(3, DONE)).to.deep.equal({
      isTooLarge: false,
      fates: undefined,
      rejected: [],
      askedMs: 0,
      cause: undefined,
      why: undefined,
    })
    const answer = answerOf(3, { retry: [2], reject: [{ index: 0, reason: 'ugly' }] })
    expect(answer.fates).to.deep.equal(['rejected', 'confirmed', undefined])
    expect(answer.rejected).to.deep.equal([{ index: 0, reason: 'ugly' }])
  })

  it('gives no reason for an event that is tried again all the same', () => {
    const reject = [0, 1].map(index => ({ index, reason: `reason ${index}` }))
    const answer = answerOf(2, { retry: [0], reject })
    expect(answer.fates).to.deep.equal([undefined, 'rejected'])
    expect(answer.rejected).to.deep.equal([{ index: 1, reason: 'reason 1' }])
  })

  it('has each event once, however often it is rejected', () => {
    const reject = ['a', 'b'].flatMap(reason => [0, 2].map(index => ({ index, reason })))
    const answer = answerOf(3, { retry: [], reject })
    expect(answer.rejected).to.deep.equal([
      { index: 0, reason: 'b' },
      { index: 2, reason: 'b' },
    ])
  })

  it('asks for a pause of any length up to ten minutes', () => {
    const askedMs = [0, 0.5, 1, 600_000, 600_001].map(
      retryAfterMs => answerOf(1, { ...DONE, retryAfterMs }).askedMs,
    )
    expect(askedMs).to.deep.equal([0, 0.5, 1, 600_000, 600_000])
  })

  it('holds up others if the output says why, or if the peer asks for a pause', () => {
    const causes: readonly (readonly [Partial<WriteResult>, unknown])[] = [
      [{}, undefined],
      [{ retryAfterMs: Number.NaN }, undefined],
      [{ cause: 'lost' }, 'lost'],
      [{ cause: 'lost', retryAfterMs: 5 }, 'lost'],
      [{ cause: 'throttled' }, 'throttled'],
      [{ retryAfterMs: 5 }, 'throttled'],
      [Object({ cause: 'unheard of' }), 'throttled'],
    ]
    for (const [given, cause] of causes) {
      expect(answerOf(1, { ...DONE, ...given }).cause, JSON.stringify(given)).to.equal(cause)
    }
  })

  it('holds up nobody if the rest of a batch is throttled once more, unless for as long as is asked', () => {
    const causes: readonly (readonly [Partial<WriteResult>, unknown])[] = [
      [{ cause: 'throttled' }, undefined],
      [{ cause: 'throttled', retryAfterMs: 5 }, 'throttled'],
      [{ cause: 'lost' }, 'lost'],
    ]
    for (const [given, cause] of causes) {
      const answer = answerOf(1, { retry: [0], reject: [], ...given }, true)
      expect(answer.cause, JSON.stringify(given)).to.equal(cause)
    }
  })

  it('keeps the code of a peer, if it is a number', () => {
    const reject = [400, '400', undefined].map((status, index) =>
      Object({ index, reason: '', status }),
    )
    expect(answerOf(3, { ...DONE, reject }).rejected).to.deep.equal([
      { index: 0, reason: '', status: 400 },
      { index: 1, reason: '' },
      { index: 2, reason: '' },
    ])
  })

  it('tells why in what was said of it, as texts of our own', () => {
    const all = { message: 'no', hint: 'ask it', status: 503, answer: 'busy' }
    expect(answerOf(1, { ...DONE, why: all }).why).to.deep.equal(all)
    expect(answerOf(1, { ...DONE, why: { message: 'no' } }).why).to.deep.equal({ message: 'no' })
    const odd = Object({ message: 5, status: '503', answer: null })
    expect(answerOf(1, { ...DONE, why: odd }).why).to.deep.equal({ message: '5', answer: 'null' })
  })

  it('keeps a reason of any length from its peer short', () => {
    const reject = [{ index: 0, reason: 'x'.repeat(1e6) }]
    expect(answerOf(1, { ...DONE, reject }).rejected[0]?.reason).to.have.length(1000)
  })

  for (const index of [-1, 2, 3, 0.5, Number.NaN]) {
    it(`makes no sense if it names event ${index} of two`, () => {
      const message = `the output refused event ${index} of a batch of 2`
      expect(() => answerOf(2, { ...DONE, retry: [index] })).to.throw(TypeError, message)
      const reject = [{ index, reason: '' }]
      expect(() => answerOf(2, { ...DONE, reject })).to.throw(TypeError, message)
    })
  }
})
