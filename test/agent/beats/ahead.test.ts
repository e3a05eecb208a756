import { expect } from 'chai'
import fc from 'fast-check'
import { pino } from 'pino'
import { openChain } from '../../../lib/agent/beats/chain.ts'
import type { ConfiguredProcessor, ConfiguredStep } from '../../../lib/agent/plan.ts'
import type { Event } from '../../../lib/event.ts'
import type { Chain } from '../../../lib/pipeline/chain.ts'
import { constantsOf, type EventSource } from '../../../lib/pipeline/encoding/enrichment.ts'
import type { ProcessorType } from '../../../lib/processor.ts'
import { builtinProcessor } from '../../../lib/processors/builtin.ts'
import { settingsOf } from '../../../lib/testing/session.ts'
import { NEVER, pipelineTo, SOURCE } from '../../pipeline/fixtures.ts'
import { MetaOutput } from '../../pipeline/meta-output.ts'

type Written = readonly [name: string, config: Readonly<Record<string, unknown>>, more?: object]

const AT = '2026-01-31T12:00:00.000Z'
const layers = [
  { tags: ['web'], fields: { deep: { a: 1 }, site: 'x' }, fields_under_root: true },
] as const
const source: EventSource = { ...SOURCE, layers }

/** It fails at events without the field. */
const CONVERT = { fields: [{ from: 'z', type: 'string' }] }

const NAMES = [
  'add_fields',
  'add_tags',
  'drop_fields',
  'rename',
  'copy_fields',
  'convert',
  'add_id',
]
const types = new Map<string, ProcessorType>()

function stepOf([name, config, more = {}]: Written): ConfiguredStep {
  const plugin = types.get(name)
  if (plugin === undefined) throw new Error(`there is no ${name}`)
  const settings = settingsOf(plugin, config)
  const own = { failOnError: false }
  const made = { kind: 'processor', id: name, plugin, settings, path: [name], builtin: true }
  return { ...made, config: own, ...more } as unknown as ConfiguredProcessor
}

function chainOf(...lists: readonly (readonly ConfiguredStep[])[]): Chain {
  const deps = { log: pino({ enabled: false }), failed: new Map<string, number>() }
  const { chain } = openChain(lists, deps)
  if (chain === undefined) throw new Error('there is no chain')
  return chain
}

const aheadOf = (...steps: readonly Written[]) =>
  chainOf(steps.map(stepOf)).ahead?.(constantsOf(source))

/** What the output gets of these, each with its route. */
async function sent(chain: Chain, events: readonly Event[]): Promise<readonly unknown[]> {
  const output = new MetaOutput()
  const route = (get: (field?: string) => unknown) =>
    `${get('site')}-${get('agent.version')}-${get('a')}-${get('labels.team')}`
  const pipeline = pipelineTo(output, { route })
  const publish = pipeline.publisher(source, NEVER, undefined, () => chain)
  await publish(events)
  await pipeline.close(NEVER)
  return output.lines.map((line, at) => ({ event: JSON.parse(line), meta: output.meta[at] }))
}

describe('processors whose work is done ahead', () => {
  before(async () => {
    for (const name of NAMES) {
      const type = await builtinProcessor(name)
      if (type !== undefined) types.set(name, type)
    }
  })

  it('are those that do the same to what is in every event', () => {
    const done = aheadOf(
      ['add_fields', { target: 'labels', fields: { team: 'storage' } }],
      ['drop_fields', { fields: ['agent.ephemeral_id', 'ecs'] }],
      ['rename', { fields: [{ from: 'site', to: 'place.site' }] }],
      ['copy_fields', { fields: [{ from: 'host.name', to: 'node' }] }],
      ['add_tags', { tags: ['more'] }],
      ['convert', { fields: [{ from: 'message', type: 'string' }] }],
    )
    const { agent, host, event } = SOURCE
    const { ephemeral_id: _, ...kept } = agent
    expect(done?.constants).to.deep.equal({
      ...{ agent: kept, host, event, deep: { a: 1 }, tags: ['web', 'more'] },
      ...{ labels: { team: 'storage' }, place: { site: 'x' }, node: 'web-1' },
    })
    expect([...(done?.keys ?? [])]).to.include.members(['labels', 'ecs', 'agent', 'site', 'tags'])
    expect([...(done?.keys ?? [])]).not.to.include('message')
    expect([...(done?.chain?.touches ?? [])].sort()).to.deep.equal(['error', 'message'])
  })

  it('may be all of them: then no event becomes an object', () => {
    const done = aheadOf(['add_fields', { target: '', fields: { labels: 1 } }])
    expect(done).to.have.property('chain', undefined)
  })

  const add: Written = ['add_fields', { target: '', fields: { labels: { team: 'x' } } }]
  const bad = { failOnError: true }
  const holds = { written: { has_fields: ['z'] }, holds: () => true }
  const none: readonly [string, ...Written[]][] = [
    ['a condition decides', [...add.slice(0, 2), { when: holds }] as unknown as Written],
    ['another processor looks at the field', ['add_id', { target_field: 'labels.id' }], add],
    ['it is of somebody else', [...add.slice(0, 2), { builtin: false }] as unknown as Written],
    ['a processor before may end the list', ['convert', CONVERT, { config: bad }], add],
    ['what it needs is not in every event', ['rename', { fields: [{ from: 'a', to: 'b' }] }]],
    ['it has nothing to do', ['drop_fields', { fields: ['a'], ignore_missing: true }]],
    ['it says that a field is missing', ['drop_fields', { fields: ['a', 'ecs'] }]],
    [
      'every event has the field itself',
      ['copy_fields', { fields: [{ from: 'site', to: '@metadata.s' }] }],
    ],
    ['its answer is never the same', ['add_id', {}]],
    ['every map inherits the key', ['add_fields', { target: '', fields: { constructor: 1 } }]],
  ]
  for (const [why, ...steps] of none) {
    it(`are none where ${why}`, () => expect(aheadOf(...steps)).to.equal(undefined))
  }

  it('are not those that could do nothing without one of those that are not done', () => {
    const done = aheadOf(
      ['add_id', { target_field: 'made' }],
      ['copy_fields', { fields: [{ from: 'site', to: 'made' }], fail_on_error: false }],
      ['rename', { fields: [{ from: 'made', to: 'last' }] }],
      add,
    )
    expect([...(done?.keys ?? [])]).to.deep.equal(['labels'])
  })

  it('are none where many hang together one by one: to find that out would take long', () => {
    const fields = (at: number) => ({ [`k${at}`]: 1, [`k${at + 1}`]: 1 })
    const linked = Array.from(
      { length: 1_000 },
      (_, at): Written => ['add_fields', { target: '', fields: fields(at) }],
    )
    expect(aheadOf(['add_id', { target_field: 'k0' }], ...linked, add)).to.equal(undefined)
    const few = aheadOf(['add_id', { target_field: 'k0' }], ...linked.slice(0, 5), add)
    expect([...(few?.keys ?? [])]).to.deep.equal(['labels'])
  })

  it('are those behind a list that another one may end', () => {
    const ends = stepOf(['convert', CONVERT, { config: bad }])
    const done = chainOf([ends], [stepOf(add)]).ahead?.(constantsOf(source))
    expect([...(done?.keys ?? [])]).to.deep.equal(['labels'])
  })

  it('are not seen by who watches each step', () => {
    const deps = { log: pino({ enabled: false }), failed: new Map<string, number>() }
    const { chain } = openChain([[stepOf(add)]], { ...deps, watch: () => undefined })
    expect(chain?.ahead).to.equal(undefined)
  })

  it('decide where an event goes, whether they are done ahead or at work on it', async () => {
    const drop: Written = ['drop_fields', { fields: ['agent.version', 'site'] }]
    const own = { '@timestamp': AT, agent: { version: 'own', id: 'i' } }
    const routes = async (...events: readonly Event[]) =>
      (await sent(chainOf([stepOf(drop)]), events)).map(one => Object(one).meta.route)
    expect(await routes({ '@timestamp': AT }, own)).to.deep.equal(
      Array(2).fill('undefined-undefined-undefined-undefined'),
    )
  })

  it('make the same of every event as at work on each', async function () {
    this.timeout(60_000)
    const name = fc.constantFrom(
      ...['a', 'b', 'agent.version', 'agent', 'site', 'labels.team', 'labels', 'deep.a', 'tags'],
      ...['ecs', 'a.b', 'x', 'error.message'],
    )
    const pair = fc.record({ from: name, to: name }).filter(({ from, to }) => from !== to)
    const flag = fc.boolean()
    const written = fc.oneof(
      fc
        .tuple(fc.constantFrom('', 'labels', 'a', 'deep'), fc.constantFrom('team', 'a', 'site'))
        .map(([target, key]) => ['add_fields', { target, fields: { [key]: 'n' } }] as const),
      fc
        .constantFrom('tags', 'labels.tags', 'a')
        .map(target => ['add_tags', { target, tags: ['t'] }] as const),
      fc
        .tuple(fc.uniqueArray(name, { minLength: 1, maxLength: 3 }), flag)
        .map(([fields, ignore_missing]) => ['drop_fields', { fields, ignore_missing }] as const),
      fc
        .tuple(fc.constantFrom('rename', 'copy_fields'), pair, flag, flag)
        .map(([kind, one, ignore_missing, fail_on_error]) => {
          return [kind, { fields: [one], ignore_missing, fail_on_error }] as const
        }),
      name.map(from => ['convert', { fields: [{ from, type: 'string' }] }] as const),
    )
    const step = fc.tuple(written, flag).filter(([one]) => isAccepted(one))
    const key = fc.constantFrom('a', 'b', 'x', 'site', 'labels', 'agent', 'deep', 'tags', 'a.b')
    const value = fc.constantFrom<unknown[]>(1, 'v', { team: 'own' }, ['own'], { version: 'own' })
    const event = fc.dictionary(key, value, { maxKeys: 4 })
    const one = fc.record({
      lists: fc.array(fc.array(step, { maxLength: 5 }), { minLength: 1, maxLength: 2 }),
      events: fc.array(event, { minLength: 1, maxLength: 6 }),
    })
    let times = 0
    await fc.assert(
      fc.asyncProperty(one, async ({ lists, events }) => {
        const opened = lists.map(list =>
          list.map(([[name, config], failOnError]) =>
            stepOf([name, config, failOnError ? { config: { failOnError } } : {}]),
          ),
        )
        if (opened.flat().length === 0) return
        const chain = chainOf(...opened)
        if (chain.ahead?.(constantsOf(source)) !== undefined) times++
        const given = events.map(each => ({ '@timestamp': AT, ...each }))
        const { touches } = chain
        const whole = Object.assign((event: Parameters<Chain>[0]) => chain(event), { touches })
        expect(await sent(chain, given)).to.deep.equal(await sent(whole, given))
      }),
      { numRuns: 300 },
    )
    expect(times).to.be.above(50)
  })
})

function isAccepted([name, config]: Written): boolean {
  try {
    stepOf([name, config])
    return true
  } catch {
    return false
  }
}
