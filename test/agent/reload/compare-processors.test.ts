import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import type { ConfiguredBeat } from '../../../lib/agent/plan.ts'
import { changesBetween } from '../../../lib/agent/reload/changes.ts'
import { temporaryFolder } from '../temporary.ts'
import { plansIn } from './plans.ts'

describe('agent: a reload of processors', () => {
  const folder = temporaryFolder()
  const { planOf, refusals } = plansIn(folder)

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
    changed: string,
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
  const idsOf = (beats: readonly ConfiguredBeat[]) => beats.map(({ id }) => id).join(' ')

  for (const [what, before, after, changed] of ROWS) {
    it(`that changes ${what} restarts no beat, and changes those of ${changed || 'none'}`, async () => {
      writeFileSync(join(folder.path, 'step.mjs'), STEP)
      const changes = changesBetween(await planOf(before), await planOf(after))
      expect(idsOf(changes.restarted)).to.equal('')
      expect(idsOf(changes.processors)).to.equal(changed)
    })
  }

  it('restarts a beat whose settings have changed too', async () => {
    writeFileSync(join(folder.path, 'step.mjs'), STEP)
    const both = (word: string) => [
      `beats: [{ type: ./plain.mjs, id: a, word: ${word}, processors: ${STEPS(`, word: ${word}`)} }]`,
      'output.console: {}',
    ]
    const changes = changesBetween(await planOf(both('x')), await planOf(both('y')))
    expect([idsOf(changes.restarted), idsOf(changes.processors)]).to.deep.equal(['a', ''])
  })

  describe('is refused', () => {
    const declaring = (need: string) =>
      `export default { name: "step", schema: {}, privileges: () => [{ ${need}, why: 'w' }], open() {} }`
    const RAW = "capability: 'CAP_NET_RAW', during: 'open'"
    const ROWS: readonly (readonly [what: string, need: string, refused: readonly RegExp[]])[] = [
      ['where it needs nothing', "proc: 'system'", []],
      [
        'where it opens with a capability, which is dropped',
        RAW,
        [
          /^1:\d+: beats\.0\.processors\.0\.s: processor s opens with CAP_NET_RAW, which the running agent has dropped$/,
        ],
      ],
      ['where it needs a folder beyond', "writes: '/srv/out'", [/processor s needs .*\/srv\/out/]],
    ]
    for (const [what, need, refused] of ROWS) {
      it(what, async () => {
        writeFileSync(join(folder.path, 'needy.mjs'), declaring(need))
        const found = await refusals(of('[]'), of('[{ s: { type: ./needy.mjs } }]'))
        expect(found).to.have.length(refused.length)
        for (const [at, expected] of refused.entries()) expect(found[at]).to.match(expected)
      })
    }

    it('where only one that stays opens with a capability: all of a list are opened again', async () => {
      writeFileSync(join(folder.path, 'raw.mjs'), declaring(RAW))
      writeFileSync(join(folder.path, 'step.mjs'), STEP)
      const raw = '{ r: { type: ./raw.mjs } }'
      const found = await refusals(of(`[${raw}]`), of(`[${raw}, { s: { type: ./step.mjs } }]`))
      expect(found.map(each => each.replace(/^.*: processor/, 'processor'))).to.deep.equal([
        'processor r opens with CAP_NET_RAW, which the running agent has dropped',
      ])
    })
  })
})
