import { expect } from 'chai'
import { inTurns, median, spread, times } from '../../bench/rounds.ts'

describe('rounds of a benchmark', () => {
  it('run all sides, each round in the reverse order of the one before', async () => {
    const ran: string[] = []
    const side = (name: string) => () => `${name}${ran.push(name)}`
    const samples = await inTurns(3, { a: side('a'), b: async () => side('b')(), c: side('c') })
    expect(ran.join('')).to.equal('abccbaabc')
    expect(samples).to.deep.equal({
      a: ['a1', 'a6', 'a7'],
      b: ['b2', 'b5', 'b8'],
      c: ['c3', 'c4', 'c9'],
    })
  })

  it('one side runs after the other, not beside it', async () => {
    let running = 0
    const alone = async () => {
      const others = running++
      await new Promise(resolve => setImmediate(resolve))
      running--
      return others
    }
    expect(await inTurns(2, { a: alone, b: alone })).to.deep.equal({ a: [0, 0], b: [0, 0] })
    expect(await Promise.all([alone(), alone()]), 'control').to.deep.equal([0, 1])
  })

  it('have a median: the one in the middle by size, or the mean of the two', () => {
    expect(median([100, 9, 20])).to.equal(20)
    expect(median([4, 100, 1, 2])).to.equal(3)
    expect(median([])).to.be.NaN
  })

  it('have a spread, from the lowest to the highest', () => {
    expect(spread([230, 201, 218.4], 'k/s')).to.equal('218 k/s (201–230)')
    expect(spread([1.5], 's', 2)).to.equal('1.50 s (1.50–1.50)')
  })

  it('are compared by their medians', () => {
    expect(times([3, 30, 5], [1000, 4, 2])).to.equal('1.25×')
  })
})
