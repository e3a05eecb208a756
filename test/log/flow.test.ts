import { expect } from 'chai'
import { flow, flowLines } from '../../lib/log/flow.ts'

describe('a line that is wider than the terminal', () => {
  const words = 'one two three four five six seven eight nine ten eleven'

  it('goes on below, indented, broken between words', () => {
    expect(flow(words, 40, '  ')).to.equal(
      'one two three four five six seven eight\n  nine ten eleven',
    )
  })

  it('stays as it is where it fits, and where there is no terminal', () => {
    expect(flow(words, words.length, '  ')).to.equal(words)
    expect(flow(words, Number.POSITIVE_INFINITY, '  ')).to.equal(words)
  })

  it('stays as it is where the terminal has hardly any room', () => {
    expect(flow(words, 39, '  ')).to.equal(words)
  })

  it('keeps a path whole, however long', () => {
    const path = `/srv/${'x'.repeat(60)}`
    expect(flow(`a folder ${path} is full`, 40, '  ')).to.equal(`a folder\n  ${path}\n  is full`)
  })

  it('keeps the spaces between the columns of a table', () => {
    expect(flow(`  -h     ${words}`, 50, '         ')).to.equal(
      '  -h     one two three four five six seven eight\n         nine ten eleven',
    )
  })

  it('is broken by itself among others', () => {
    const shown = 'one two three four five six seven eight\n  nine ten eleven'
    expect(flowLines(`${words}\n\n${words}\nx\n`, 40, '  ')).to.equal(`${shown}\n\n${shown}\nx\n`)
    const within = shown.replaceAll(/^/gm, '    ')
    expect(flowLines(`    ${words}`, 44, '  ')).to.equal(within)
  })

  it('does not count its colours', () => {
    const painted = words.replaceAll(/\w+/g, word => `\x1b[90m${word}\x1b[39m`)
    expect(flow(painted, words.length, '  ')).to.equal(painted)
    expect(flow(painted, 40, '  ').split('\n')).to.have.length(2)
  })
})
