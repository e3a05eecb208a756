import { expect } from 'chai'
import fc from 'fast-check'
import type { Event } from '../../../lib/event.ts'
import type { Route } from '../../../lib/output.ts'
import { constantsOf } from '../../../lib/pipeline/encoding/enrichment.ts'
import { metaOf } from '../../../lib/pipeline/encoding/meta.ts'
import { SOURCE } from '../fixtures.ts'

const FIELDS = [
  'a',
  'b.c',
  'host.name',
  'agent.version',
  'event.module',
  '@timestamp',
  '@metadata.to',
]
const NOW = ['2026-01-31T00:00:00.000Z', '2026-02-01T00:00:00.000Z']

const VALUE = fc.oneof(fc.constantFrom<unknown[]>('x', 'y', 1, null, undefined), fc.boolean())
const EVENT = fc.record(
  {
    a: VALUE,
    b: fc.record({ c: VALUE }),
    host: fc.record({ name: VALUE }),
    '@timestamp': fc.constantFrom<unknown[]>(...NOW, undefined, new Date(0)),
  },
  { requiredKeys: [] },
)
const METADATA = fc.option(fc.record({ to: VALUE }), { nil: undefined })

/** Looks at one field after the other, as long as the answer is not among those that end it. */
const routeOf =
  (fields: readonly string[], ends: readonly unknown[]): Route =>
  get => {
    let text = ''
    for (const field of fields) {
      const value = field === '' ? get() : get(field)
      text += `${field}=${JSON.stringify(value)};`
      if (ends.includes(value)) return undefined
    }
    return text
  }

describe('pipeline: a route that is not asked again', () => {
  it('goes where it would have gone, whatever came before', () => {
    const fields = fc.array(fc.constantFrom('', ...FIELDS), { minLength: 1, maxLength: 4 })
    const events = fc.array(fc.tuple(EVENT, METADATA, fc.constantFrom(...NOW)), { minLength: 2 })
    fc.assert(
      fc.property(fields, fc.array(VALUE, { maxLength: 2 }), events, (fields, ends, events) => {
        const route = routeOf(fields, ends)
        const one = metaOf(constantsOf(SOURCE), route)
        for (const [event, metadata, now] of events) {
          const given = event as Event
          expect(one(given, metadata, now)).to.deep.equal(
            metaOf(constantsOf(SOURCE), route)(given, metadata, now),
          )
        }
      }),
      { numRuns: 1000 },
    )
  })

  it('goes by the time that a Date has now', () => {
    const meta = metaOf(constantsOf(SOURCE), get => String(get('@timestamp')))
    const date = new Date(0)
    const routes = [0, 864e5].map(ms => {
      date.setTime(ms)
      return meta({ '@timestamp': date } as Event, undefined, NOW[0])?.route
    })
    expect(routes).to.deep.equal(['1970-01-01T00:00:00.000Z', '1970-01-02T00:00:00.000Z'])
  })

  describe('is asked', () => {
    /** How often it is for ten events with these fields, each published at another time unless `at` is given. */
    const asked = (fields: readonly string[], own: object = {}, at?: string): number => {
      let times = 0
      const meta = metaOf(constantsOf(SOURCE), get => {
        times++
        return routeOf(fields, [])(get)
      })
      for (let n = 0; n < 10; n++) meta({ n, ...own } as Event, undefined, at ?? `${NOW[0]}${n}`)
      return times
    }

    it('once for events that look the same to it', () => {
      expect(asked(['agent.version', '@metadata.to'])).to.equal(1)
      expect(asked(['@timestamp'], { '@timestamp': NOW[1] }), 'their own time').to.equal(1)
      expect(asked(['@timestamp'], {}, NOW[0]), 'the time of a publish').to.equal(1)
      expect(asked(['@metadata.to'], { '@metadata': null }), 'no metadata').to.equal(1)
    })

    it('for each that may look different', () => {
      expect(asked(['n']), 'a field of the event').to.equal(10)
      expect(asked(['']), 'all of them').to.equal(10)
      expect(asked(['@timestamp']), 'the time').to.equal(10)
    })
  })

  it('sees the whole event as it is encoded', () => {
    let seen: unknown
    const meta = metaOf({ host: 'web-1', tags: ['b'], team: 'x' }, get => {
      seen = get()
      return undefined
    })
    const event = { big: 2n ** 64n, tags: ['a'], team: 'own' } as Event
    const whole = {
      '@timestamp': NOW[0],
      big: '18446744073709551616',
      tags: ['a', 'b'],
      team: 'own',
      host: 'web-1',
    }
    meta(event, undefined, NOW[0])
    expect(seen).to.deep.equal(whole)
    meta(event, { to: 'a' }, NOW[0])
    expect(seen).to.deep.equal({ ...whole, '@metadata': { to: 'a' } })
  })
})
