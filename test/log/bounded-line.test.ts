import { expect } from 'chai'
import { boundedLine } from '../../lib/log/bounded-line.ts'

describe('a line of the log', () => {
  it('is what it was, however many fields it has', () => {
    const beats = Object.fromEntries(Array.from({ length: 5_000 }, (_, at) => [`beat-${at}`, at]))
    for (const fields of [{ message: 'm' }, { message: 'm', beats }]) {
      const line = `${JSON.stringify(fields)}\n`
      expect(boundedLine(line)).to.equal(line)
    }
  })

  it('has the begin of texts that are too long for it, whatever is in them', () => {
    const text = '\u0000"ü\n'.repeat(1e6)
    const line = JSON.stringify({ 'log.level': 'error', message: text, error: { stack: [text] } })
    const bounded = boundedLine(`${line}\n`)
    expect(bounded.length).to.be.below(100_000)
    expect(bounded.endsWith('}\n')).to.equal(true)
    const { message, error, ...rest } = JSON.parse(bounded)
    expect(message).to.equal(`${text.slice(0, 8192)}…`)
    expect(error.stack).to.deep.equal([message])
    expect(rest).to.deep.equal({ 'log.level': 'error' })
  })
})
