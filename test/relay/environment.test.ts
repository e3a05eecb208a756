import { expect } from 'chai'
import { columnsOf, relayedTerminal } from '../../lib/log/terminal.ts'
import { environmentFor } from '../../lib/relay/terminal.ts'

describe('the terminal of root behind the relay', () => {
  it('has as many columns as it says, or else any', () => {
    expect(columnsOf({ columns: 80 })).to.equal(80)
    for (const terminal of [undefined, {}, { columns: 0 }]) {
      expect(columnsOf(terminal)).to.equal(Number.POSITIVE_INFINITY)
    }
  })

  it('behind the relay is that of each output', () => {
    const file = { isTTY: false }
    const env = environmentFor([file, { isTTY: true, columns: 132 }], { A: 'b' }, 42)
    expect(env).to.include({ A: 'b', NO_COLOR: '1' })
    expect(relayedTerminal(2, env, 42)).to.deep.equal({ columns: 132 })
    expect(relayedTerminal(1, env, 42)).to.equal(undefined)
    const unknown = environmentFor([{ isTTY: true }, file], {}, 42)
    expect(columnsOf(relayedTerminal(1, unknown, 42))).to.equal(Number.POSITIVE_INFINITY)
  })

  it('behind the relay is there for what the relay has started, and not for what that starts', () => {
    const env = environmentFor([{ isTTY: true, columns: 80 }], {}, 42)
    expect(relayedTerminal(1, env, 43)).to.equal(undefined)
    expect(relayedTerminal(1, {}, 42)).to.equal(undefined)
    expect(relayedTerminal(1, { SEALBEAT_TERMINAL: '42 1:x' }, 42)).to.deep.equal({ columns: 0 })
  })

  it('is none of another relay around it', () => {
    const inherited = { SEALBEAT_TERMINAL: '42 1:80', NO_COLOR: '' }
    expect(environmentFor([{}, {}], inherited, 42)).to.deep.equal({ NO_COLOR: '' })
  })
})
