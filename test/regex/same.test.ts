import { expect } from 'chai'
import { fuzz } from '../fuzz/fuzz.ts'
import { regexTarget } from '../fuzz/regex.ts'

describe('regular expressions in V8 and in re2js', () => {
  it('give the same answers; make fuzz asks a million times', () => {
    const { failure, accepted, inputs } = fuzz(regexTarget(), 1500, 1)
    expect(failure, failure).to.equal(undefined)
    expect(accepted / inputs, 'those that V8 runs').to.be.above(0.05)
  })
})
