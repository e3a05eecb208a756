import { expect } from 'chai'
import { textOf } from '../../lib/cli/package/step-text.ts'

const EVENT = JSON.stringify({
  '@timestamp': '2026-11-27T01:06:04.842Z',
  event: { dataset: 'heartbeat.alive' },
  message: 'alive',
})

const terminal = { paint: (_: string, text: string) => text, columns: 40 }

describe('a step of sealbeat boot', () => {
  it('is a line, with what to do if it has failed', () => {
    const stop = { step: 'stop', found: 'success' } as const
    expect(textOf(stop, undefined)).to.equal('stop     success\n')
    expect(textOf({ ...stop, found: 'signal', hint: 'look' }, undefined)).to.equal(
      'stop     failed: signal; look\n',
    )
  })

  it('has events below it: as JSON, or as a terminal has them, in its width', () => {
    const step = { step: 'events', found: '1 so far; the first:', lines: [EVENT] } as const
    expect(textOf(step, undefined)).to.equal(`events   ${step.found}\n  ${EVENT}\n`)
    const [head, line = ''] = textOf(step, terminal).split('\n')
    expect(head).to.equal(`events   ${step.found}`)
    expect(line).to.match(/^ {2}\S.*alive/)
    expect(line.length).to.be.at.most(40)
  })

  it('lets nothing that the agent says steer the terminal', () => {
    const said = '\x1b]0;x\x07'
    const step = { step: 'ready', found: said, hint: 'look', lines: [said] } as const
    expect(textOf(step, terminal)).to.equal(
      'ready    failed: \\x1b]0;x\\x07; look\n  \\x1b]0;x\\x07\n',
    )
    expect(textOf(step, undefined)).to.include(`  ${said}\n`)
  })

  it('has the log below it as a terminal has it', () => {
    const line = JSON.stringify({
      '@timestamp': '2026-11-27T01:06:04.842Z',
      'log.level': 'error',
      message: 'Beat failed',
    })
    const step = { step: 'ready', found: 'x', hint: 'y', lines: [line, 'plain'] } as const
    expect(textOf(step, terminal)).to.match(/\n {2}[\d:]+ ERROR .*Beat failed.*\n {2}plain\n$/)
  })
})
