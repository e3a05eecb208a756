import { expect } from 'chai'
import { asksOf, parsed, shippedModules, textsOf } from './messages.ts'
import { codeIn, page } from './page.ts'

const PAGE = page('docs/troubleshooting.md')

/** The messages in the first column of every table that has such a column. */
const ENTRIES = PAGE.prose
  .split('| message |')
  .slice(1)
  .flatMap(table => table.slice(0, table.indexOf('\n\n')).split('\n').slice(2))
  .flatMap(row => codeIn(row.split(' | ')[0] ?? ''))

/** All that is between two variable parts has to be in a text, in this order. */
function isIn(text: string, entry: string): boolean {
  let from = 0
  for (const piece of entry.split('…')) {
    const at = text.indexOf(piece, from)
    if (at < 0) return false
    from = at + piece.length
  }
  return true
}

describe('docs/troubleshooting.md', () => {
  const modules = shippedModules()

  it('would be found to lack a message, however it is given', () => {
    const lines = [
      `log.warn({ n }, \`The moon is \${phase}\`)`,
      "log.error(isFull ? 'The moon is full' : 'The moon is not full')",
      `throw new AgentError('OPEN_FAILED', \`\${path}: the moon \` + 'is down')`,
      "const words = { found: 'the moon has set', hint: 'wait for the night' }",
      "const more = { found, hint: 'wait for the day' }",
      "const HINTS = { NO_MOON: 'look at the sun' }",
      "push('the moon is away: look at the sun')",
      "log.info('The moon is as it was')",
    ]
    const found = asksOf([parsed('lib/moon.js', lines.join('\n'))])
    expect(found.map(({ text }) => text)).to.deep.equal([
      'The moon is …',
      'The moon is full',
      'The moon is not full',
      '…: the moon is down',
      'the moon has set',
      'wait for the day',
      'look at the sun',
      'the moon is away: look at the sun',
    ])
    expect(found.at(-1)?.place).to.equal('lib/moon.js:7')
  })

  it('has every message that asks for an action', () => {
    const missing = asksOf(modules).filter(({ text }) => !ENTRIES.some(entry => isIn(text, entry)))
    expect(missing.map(({ place, text }) => `${place}: ${text}`)).to.deep.equal([])
  })

  it('has no message that the product does not have', () => {
    const texts = [...new Set(textsOf(modules).map(({ text }) => text))]
    const gone = ENTRIES.filter(entry => !texts.some(text => isIn(text, entry)))
    expect(gone).to.deep.equal([])
  })
})
