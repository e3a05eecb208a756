import { expect } from 'chai'
import { Killers } from '../../tools/mutants/killers.ts'

describe('the order of test files', () => {
  const quick = { file: 'quick', tookMs: 10 }
  const middle = { file: 'middle', tookMs: 30 }
  const slow = { file: 'slow', tookMs: 300 }
  const tests = [slow, quick, middle]

  it('is the fastest first, as long as none has noticed a mutant', () => {
    expect(new Killers().ordered('a', tests)).to.deep.equal([quick, middle, slow])
  })

  it('has those earlier that noticed mutants of the module', () => {
    const killers = new Killers()
    for (let n = 0; n < 3; n++) killers.count('a', 'middle')
    expect(killers.ordered('a', tests)).to.deep.equal([middle, quick, slow])
    expect(killers.ordered('b', tests)).to.deep.equal([quick, middle, slow])
  })

  it('has a slow one later than a quick one that never noticed, unless it notices most', () => {
    const killers = new Killers()
    for (let n = 0; n < 20; n++) killers.count('a', 'slow')
    expect(killers.ordered('a', tests)).to.deep.equal([quick, slow, middle])
    for (let n = 0; n < 20; n++) killers.count('a', 'slow')
    expect(killers.ordered('a', tests)).to.deep.equal([slow, quick, middle])
  })
})
