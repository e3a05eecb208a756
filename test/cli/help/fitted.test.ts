import { expect } from 'chai'
import { fitted } from '../../../lib/cli/help/fitted.ts'
import { helpOf, overviewOf } from '../../../lib/cli/help/help.ts'
import { SEALBEAT } from '../../../lib/cli/help/program.ts'

/** Every help that there is. */
const HELPS = [
  helpOf(SEALBEAT, { command: undefined, begun: [] }),
  overviewOf(SEALBEAT, ['seccomp']),
  ...SEALBEAT.commands.map(command => helpOf(SEALBEAT, { command, begun: [] })),
]

describe('help on a terminal', () => {
  it('has no line that is wider, and says the same', () => {
    const wordsOf = (text: string) => text.split(/\s+/)
    for (const help of HELPS) {
      const seen = fitted(help, 80)
      expect(seen.split('\n').filter(line => line.length > 80)).to.deep.equal([])
      expect(wordsOf(seen)).to.deep.equal(wordsOf(help))
    }
  })

  it('is as it is written where that fits, and where it is no terminal', () => {
    for (const help of HELPS) {
      expect(fitted(help, 120)).to.equal(help)
      expect(fitted(help, Number.POSITIVE_INFINITY)).to.equal(help)
    }
  })

  it('has what is too wide in its own column, and paragraphs without gaps', () => {
    const text = `Commands:
  test config  check the configuration and report each problem
  run          run it

It reads the configuration, and then
runs the beats. A signal ends it.
`
    expect(fitted(text, 45)).to.equal(`Commands:
  test config  check the configuration and
               report each problem
  run          run it

It reads the configuration, and then runs the
beats. A signal ends it.
`)
  })
})
