import { spawnSync } from 'node:child_process'
import { expect } from 'chai'
import { Workplace } from '../cli/workplace.ts'
import { compiledName, EXAMPLES, writeExamples } from './examples.ts'

/** Settings with which an example runs on any machine and publishes at once. */
const SETTINGS: Readonly<Record<string, string>> = {
  'size.js': 'path: beat.yml, period: 10ms',
  'heartbeat.js': 'period: 10ms',
}

describe('TypeScript in the documentation', function () {
  this.timeout(60_000)
  let place: Workplace
  before(() => {
    place = new Workplace()
    writeExamples(place)
  })
  after(() => place.remove())

  const beats = EXAMPLES.filter(({ text }) => text.includes('export default defineBeat'))

  for (const example of EXAMPLES) {
    const name = compiledName(example)
    if (beats.includes(example)) {
      it(`${example.place}: ${name} runs in an agent, under the filter`, async () => {
        const beat = `{ type: ./${name}, ${SETTINGS[name] ?? ''} }`
        place.write({ 'beat.yml': `beats: [${beat}]\noutput.console: {}\n` })
        const agent = place.start('run')
        await agent.logged('Beat started')
        if (SETTINGS[name]) await agent.printed('"event":')
        agent.child.kill('SIGTERM')
        const { code, log } = await agent.ended()
        expect(log.filter(line => /error|fatal/.test(String(line['log.level'])))).to.deep.equal([])
        expect(code).to.equal(0)
      })
    } else {
      it(`${example.place}: ${name} runs to its end`, () => {
        const { status, stderr } = spawnSync(process.execPath, [name], {
          cwd: place.folder,
          encoding: 'utf8',
        })
        expect({ status, stderr }).to.deep.equal({ status: 0, stderr: '' })
      })
    }
  }

  it('shows a beat of fewer than 20 lines first', () => {
    const [first] = EXAMPLES
    expect(first?.place).to.match(/^README\.md/)
    expect(first?.text.trimEnd().split('\n').length).to.be.below(20)
  })
})
