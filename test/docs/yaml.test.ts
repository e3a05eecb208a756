import { expect } from 'chai'
import { Workplace } from '../cli/workplace.ts'
import { writeExamples } from './examples.ts'
import { type Block, blockAfter, blocksOf } from './page.ts'

const BEAT = 'beats: [{ type: host }]\n'
const OUTPUT = 'output.console: {}\n'

/** How a block is made a whole beat.yml, by what it holds at its top; what is added comes after it. */
const COMPLETIONS: readonly (readonly [
  kind: string,
  holds: RegExp,
  whole: (text: string) => string,
])[] = [
  ['a beat.yml', /^beats:(.|\n)*^output/m, text => text],
  ['a beat.yml but for the output', /^beats:/m, text => text + OUTPUT],
  ['a list of beats', /^- type:/, text => `beats:\n${text}${OUTPUT}`],
  ['one section', /^[a-z]+:/, text => text + BEAT + OUTPUT],
]

function completed({ place, text }: Block) {
  const found = COMPLETIONS.find(([, holds]) => holds.test(text))
  if (!found) throw new Error(`${place}: how is this a part of a beat.yml?`)
  const [kind, , whole] = found
  return { kind, whole: whole(text) }
}

describe('YAML in the documentation', () => {
  let place: Workplace
  before(function () {
    this.timeout(60_000)
    place = new Workplace()
    writeExamples(place)
  })
  after(() => place.remove())

  for (const block of blocksOf('yaml')) {
    const { kind, whole } = completed(block)
    const test = async () => {
      place.write({ 'beat.yml': whole })
      const { code, stdout, stderr } = await place.run('test', 'config')
      return { code, said: stdout + stderr }
    }
    if (block.note === 'refused') {
      it(`${block.place} (${kind}) is refused in the words below it`, async () => {
        expect(await test()).to.deep.equal({ code: 78, said: blockAfter(block)?.text })
      })
    } else {
      it(`${block.place} (${kind}) is sound`, async () => {
        expect(block.note).to.equal('')
        expect(await test()).to.deep.equal({ code: 0, said: 'Config OK\n' })
      })
    }
  }
})
