import { expect } from 'chai'
import { pino } from 'pino'
import { openChain } from '../../../lib/agent/beats/chain.ts'
import type { ConfiguredProcessor } from '../../../lib/agent/plan.ts'
import { defineProcessor, type MutableEvent } from '../../../lib/processor.ts'
import { NEVER, pipelineTo, SOURCE } from '../../pipeline/fixtures.ts'
import { MetaOutput } from '../../pipeline/meta-output.ts'

type Process = (event: MutableEvent) => unknown

const AT = '2026-01-31T12:00:00.000Z'

function configured(id: string, process: Process): ConfiguredProcessor {
  const plugin = defineProcessor({
    name: 'probe',
    schema: {},
    open: () => ({ process: event => process(event) as MutableEvent }),
  })
  return { kind: 'processor', id, plugin, settings: {} } as unknown as ConfiguredProcessor
}

/** What the output gets of one event that passes these. */
async function passed(...processes: readonly Process[]) {
  const output = new MetaOutput()
  const pipeline = pipelineTo(output)
  const steps = processes.map((process, at) => configured(`p${at}`, process))
  const { chain, close } = openChain(steps, pino({ enabled: false }))
  const publish = pipeline.publisher(SOURCE, NEVER, undefined, chain)
  const receipt = await publish({ '@timestamp': AT, id: 1, '@metadata': { m: 1 } })
  const { confirmed } = await receipt.confirmed
  await pipeline.close(NEVER)
  close()
  expect(confirmed).to.equal(1)
  return { event: JSON.parse(output.lines[0] ?? ''), meta: output.meta[0] }
}

describe('chain: an answer that is no event', () => {
  const table: readonly [string, Process, RegExp][] = [
    ['a Map', () => new Map([['id', 2]]), /neither an event/],
    ['a Date', () => new Date(0), /neither an event/],
    ['a list', event => [event], /neither an event/],
    ['a promise', async event => event, /neither an event/],
    ['a thenable', () => Object.fromEntries([['then', () => undefined]]), /without @timestamp/],
    ['an heir of the event', event => Object.create(event), /neither an event/],
    ['a toJSON', event => ({ ...event, toJSON: () => 'text' }), /toJSON/],
    ['a cycle', event => Object.assign(event, { self: event }), /circular/],
    ['a getter that throws', event => Object.defineProperty(event, 'bad', THROWING), /not now/],
    ['@metadata that is text', event => ({ ...event, '@metadata': 'text' }), /must be an object/],
    ['no @timestamp', ({ '@timestamp': _, ...event }) => event, /without @timestamp/],
    ['a wrong @timestamp', event => ({ ...event, '@timestamp': 'soon' }), /@timestamp must be/],
    ['a @timestamp of null', event => ({ ...event, '@timestamp': null }), /@timestamp must be/],
  ]
  const THROWING: PropertyDescriptor = {
    enumerable: true,
    get() {
      throw new Error('not now')
    },
  }
  for (const [what, process, reason] of table) {
    it(`costs no event if it is ${what}`, async () => {
      const half: Process = event => {
        event['id'] = 'changed half-way'
        return process(event)
      }
      const after: Process = event => ({ ...event, after: true })
      const { event, meta } = await passed(half, after)
      expect(event).to.deep.include({ '@timestamp': AT, id: 1, after: true })
      expect(event.error.message)
        .to.match(/^processor p0: /)
        .and.to.match(reason)
      expect(meta).to.deep.equal({ fields: { m: 1 } })
    })
  }
})

describe('chain: an answer that is an event', () => {
  const table: readonly [string, Process, object, unknown][] = [
    ['a BigInt', event => ({ ...event, id: 2n ** 64n }), { id: '18446744073709551616' }, { m: 1 }],
    ['@metadata of null', event => ({ ...event, '@metadata': null }), { id: 1 }, undefined],
    ['a BigInt in @metadata', event => ({ ...event, '@metadata': { n: 5n } }), { id: 1 }, { n: 5 }],
    [
      'another time',
      event => ({ ...event, '@timestamp': new Date(0) }),
      { '@timestamp': '1970-01-01T00:00:00.000Z' },
      { m: 1 },
    ],
    [
      'no prototype',
      event => Object.assign(Object.create(null), event, { id: 2 }),
      { id: 2 },
      { m: 1 },
    ],
  ]
  for (const [what, process, expected, fields] of table) {
    it(`may have ${what}`, async () => {
      const { event, meta } = await passed(process)
      expect(event).to.deep.include(expected)
      expect(event).not.to.have.property('error')
      expect(meta).to.deep.equal(fields === undefined ? undefined : { fields })
    })
  }

  it('is what a later processor that fails leaves, with the reason of each', async () => {
    const fail: Process = event => {
      event['id'] = 'changed half-way'
      throw new Error('no')
    }
    const { event } = await passed(event => ({ ...event, id: 2n }), fail)
    expect(event).to.deep.include({ id: 2, error: { message: 'processor p1: no' } })
  })
})
