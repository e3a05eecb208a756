import { expect } from 'chai'
import { pino } from 'pino'
import { openChain } from '../../lib/agent/beats/chain.ts'
import type { ConfiguredStep } from '../../lib/agent/plan.ts'
import type { Chain } from '../../lib/pipeline/chain.ts'
import { builtinProcessor } from '../../lib/processors/builtin.ts'
import { settingsOf } from '../../lib/testing/session.ts'
import type { Config } from './opened.ts'
import { untrueTouches } from './touched.ts'

const condition = (written: unknown) => ({ written, holds: () => true })

async function step(name: string, config: Config, more: object = {}): Promise<ConfiguredStep> {
  const plugin = await builtinProcessor(name)
  if (plugin === undefined) throw new Error(`there is no ${name}`)
  const settings = settingsOf(plugin, config)
  const own = { failOnError: false }
  const made = {
    kind: 'processor',
    id: name,
    plugin,
    settings,
    config: own,
    builtin: true,
    ...more,
  }
  return made as unknown as ConfiguredStep
}

function touchesOf(...steps: readonly ConfiguredStep[]): readonly string[] | undefined {
  const { chain }: { chain: Chain | undefined } = openChain([steps], {
    log: pino({ enabled: false }),
    failed: new Map(),
  })
  return chain?.touches && [...chain.touches].sort()
}

describe('the fields that processors touch', () => {
  it('are those of all of them, of conditions and of branches, and error', async () => {
    const add = await step('add_fields', { target: '', fields: { c: { d: 2 }, e: 1 } })
    const rename = await step(
      'rename',
      { fields: [{ from: 'x.y', to: 'z' }] },
      { when: condition({ and: [{ equals: { 'http.code': 200 } }, { has_fields: ['user.id'] }] }) },
    )
    const branch = {
      kind: 'branch',
      path: [],
      condition: condition({ range: { n: { gte: 1 } } }),
      ifTrue: [await step('add_tags', { tags: ['t'], target: 'labels' })],
      ifFalse: [],
    } as ConfiguredStep
    expect(touchesOf(add, rename, branch)).to.include.members([
      ...['c', 'e', 'error', 'http', 'http.code', 'labels', 'n', 'user', 'user.id'],
      ...['x', 'x.y', 'z'],
    ])
  })

  it('are any where one of them does not say it, or is not of the framework', async () => {
    const tags = await step('add_tags', { tags: ['t'] })
    const patterns = await step('drop_fields', { fields: ['/^a/'] })
    const own = await step('add_tags', { tags: ['t'] }, { builtin: false })
    expect(touchesOf(tags)).to.deep.equal(['error', 'tags'])
    expect(touchesOf(tags, patterns)).to.equal(undefined)
    expect(touchesOf(tags, own)).to.equal(undefined)
  })

  it('a processor that touches more than it says is found', () => {
    const event = { a: 1, b: 2 }
    const says = new Set(['a'])
    expect(
      untrueTouches(({ a, ...more }) => ({ ...more, a: Number(a) + 1 }), says, event),
    ).to.equal(undefined)
    expect(untrueTouches(given => ({ ...given, b: 3 }), says, event)).to.equal(
      'it sets other fields',
    )
    expect(untrueTouches(given => ({ ...given, a: given['b'] }), says, event)).to.equal(
      'it is led by other fields',
    )
    expect(untrueTouches(given => (given['b'] ? undefined : given), says, event)).to.equal(
      'it is led by other fields',
    )
  })
})
