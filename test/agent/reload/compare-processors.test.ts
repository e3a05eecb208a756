import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { changesBetween } from '../../../lib/agent/reload/changes.ts'
import { temporaryFolder } from '../temporary.ts'
import { plansIn } from './plans.ts'

describe('agent: a reload of processors', () => {
  const folder = temporaryFolder()
  const { planOf } = plansIn(folder)

  const STEP =
    'export default { name: "step", schema: { word: { doc: "A.", default: "" } }, open() {} }'
  const of = (own: string, common = '[]') => [
    `beats: [{ type: ./plain.mjs, id: a, processors: ${own} }, { type: ./plain.mjs, id: b }]`,
    `processors: ${common}`,
    'output.console: {}',
  ]
  const STEPS = (keys: string) => `[{ s: { type: ./step.mjs${keys} } }]`
  const IF = (condition: string, lists: string) => `[{ if: ${condition}, ${lists} }]`
  const [ONE, TWO] = ['{ equals: { x.y: 1 } }', '{ equals: { x.y: 2 } }']

  const ROWS: readonly (readonly [
    what: string,
    before: readonly string[],
    after: readonly string[],
    restarted: string,
  ])[] = [
    ['nothing', of(STEPS(`, when: ${ONE}`)), of(STEPS(`, when: ${ONE}`)), ''],
    [
      'nothing by another spelling',
      of(STEPS(`, when: ${ONE}`)),
      of(STEPS(', when.equals.x: { y: 1 }')),
      '',
    ],
    ['another condition', of(STEPS(`, when: ${ONE}`)), of(STEPS(`, when: ${TWO}`)), 'a'],
    ['a condition more', of(STEPS('')), of(STEPS(`, when: ${ONE}`)), 'a'],
    ['a condition less', of(STEPS(`, when: ${ONE}`)), of(STEPS('')), 'a'],
    ['of all', of('[]', STEPS(`, when: ${ONE}`)), of('[]', STEPS(`, when: ${TWO}`)), 'a b'],
    ['fail_on_error', of(STEPS('')), of(STEPS(', fail_on_error: true')), 'a'],
    ['fail_on_error as it is by default', of(STEPS('')), of(STEPS(', fail_on_error: false')), ''],
    [
      'the same branch',
      of(IF(ONE, `then: ${STEPS('')}`)),
      of(IF(ONE, `then: ${STEPS('')}, else: []`)),
      '',
    ],
    ['another if', of(IF(ONE, `then: ${STEPS('')}`)), of(IF(TWO, `then: ${STEPS('')}`)), 'a'],
    [
      'then and else changed over',
      of(IF(ONE, `then: ${STEPS('')}, else: []`)),
      of(IF(ONE, `then: [], else: ${STEPS('')}`)),
      'a',
    ],
    [
      'a setting in a list within',
      of(IF(ONE, `then: ${IF(TWO, `then: ${STEPS('')}`)}`)),
      of(IF(ONE, `then: ${IF(TWO, `then: ${STEPS(', word: x')}`)}`)),
      'a',
    ],
    ['a branch instead of a processor', of(STEPS('')), of(IF(ONE, 'then: []')), 'a'],
    ['from the beat to the agent', of(STEPS('')), of('[]', STEPS('')), 'a b'],
  ]
  for (const [what, before, after, restarted] of ROWS) {
    it(`that changes ${what} restarts ${restarted || 'none'}`, async () => {
      writeFileSync(join(folder.path, 'step.mjs'), STEP)
      const changes = changesBetween(await planOf(before), await planOf(after))
      expect(changes.restarted.map(({ id }) => id).join(' ')).to.equal(restarted)
    })
  }
})
