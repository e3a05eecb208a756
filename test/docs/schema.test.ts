import { expect } from 'chai'
import { schemaValidator } from '../cli/export/schema-validator.ts'
import { Workplace } from '../cli/workplace.ts'
import { installPackages } from './installed-packages.ts'
import { type Block, blockAfter, blocksOf } from './page.ts'
import { completed } from './whole.ts'

describe('YAML in the documentation, in an editor with the schema', () => {
  let flagged: (text: string) => readonly string[]
  before(async () => {
    const place = new Workplace()
    installPackages(place)
    const { stdout } = await place.run('export', 'schema')
    flagged = schemaValidator(JSON.parse(stdout))
    place.remove()
  })

  for (const block of blocksOf('yaml').filter(({ note }) => note !== 'refused')) {
    it(`${block.place} is taken`, () => {
      expect(flagged(completed(block).whole)).to.deep.equal([])
    })
  }

  // Some are refused for what no schema can say.
  for (const block of blocksOf('yaml').filter(({ note }) => note === 'refused')) {
    it(`${block.place} is flagged nowhere but where the agent refuses it`, () => {
      expect(refusedPlaces(block)).to.include.members([...flagged(completed(block).whole)])
    })
  }

  it('flags all of what README shows as refused', () => {
    const [first] = blocksOf('yaml').filter(({ note }) => note === 'refused')
    if (first === undefined) throw new Error('README has no such block')
    expect(flagged(completed(first).whole)).to.have.members([...refusedPlaces(first)])
  })
})

/** From the message below a block: `beat.yml:3:5: beats[0].perod: unknown key`. */
function refusedPlaces(block: Block): readonly string[] {
  const lines = blockAfter(block)?.text.trim().split('\n') ?? []
  return lines.map(line => line.split(': ')[1] ?? '')
}
