import { expect } from 'chai'
import { didYouMean } from '../lib/suggest.ts'

const WORDS = ['fatal', 'error', 'warning', 'info', 'debug', 'index', 'indices']

describe('what somebody may have meant', () => {
  const cases: readonly (readonly [written: string, meant: string | undefined])[] = [
    ['warning', 'warning'],
    ['Waring', 'warning'],
    ['eror', 'error'],
    // The begin of one word, and what begins several or is too short to say.
    ['warn', 'warning'],
    ['debu', 'debug'],
    ['nothing like it', undefined],
    ['war', undefined],
    ['x'.repeat(1000), undefined],
  ]
  for (const [written, meant] of cases) {
    it(`by "${written.slice(0, 20)}" is ${meant ?? 'nothing known'}`, () => {
      const hint = didYouMean(written, WORDS)
      expect(hint).to.equal(meant === undefined ? '' : ` (did you mean "${meant}"?)`)
    })
  }

  it('is nothing where several words begin so', () => {
    expect(didYouMean('seccomp', ['seccomp explain it all', 'seccomp export it all'])).to.equal('')
  })
})
