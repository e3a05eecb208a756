import { expect } from 'chai'
import { Workplace } from '../cli/workplace.ts'
import { skip } from '../live.ts'
import { NO_NEWER_NODE, newerNode } from '../outputs/kafka/newer-node.ts'
import { writeExamples } from './examples.ts'
import { installPackages } from './installed-packages.ts'
import { blockAfter, blocksOf } from './page.ts'
import { completed } from './whole.ts'

describe('YAML in the documentation', () => {
  let place: Workplace
  before(function () {
    this.timeout(60_000)
    place = new Workplace()
    writeExamples(place)
    installPackages(place)
  })
  after(() => place.remove())

  for (const block of blocksOf('yaml')) {
    const { kind, whole } = completed(block)
    // Packages may need a newer Node than the agent.
    const node = block.place.startsWith('packages/') ? newerNode() : process.execPath
    const test = async (context: Mocha.Context) => {
      if (node === undefined) return skip(context, NO_NEWER_NODE)
      place.write({ 'beat.yml': whole })
      const { code, stdout, stderr } = await place.startOn(node, [], 'test', 'config').ended()
      return { code, said: stdout + stderr }
    }
    if (block.note === 'refused') {
      it(`${block.place} (${kind}) is refused with the message below it`, async function () {
        expect(await test(this)).to.deep.equal({ code: 78, said: blockAfter(block)?.text })
      })
    } else {
      it(`${block.place} (${kind}) is valid`, async function () {
        expect(block.note).to.equal('')
        const { code, said } = await test(this)
        expect(code, said).to.equal(0)
        expect(said).to.match(/^Config OK\n(An event is confirmed once .*\n)?$/)
      })
    }
  }
})
