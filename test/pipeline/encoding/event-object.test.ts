import { expect } from 'chai'
import fc from 'fast-check'
import { messageOf } from '../../../lib/errors.ts'
import type { Event } from '../../../lib/event.ts'
import { dataCopy } from '../../../lib/pipeline/encoding/data-copy.ts'
import { encoderOf, momentOf, stringify } from '../../../lib/pipeline/encoding/encode.ts'
import { constantsOf } from '../../../lib/pipeline/encoding/enrichment.ts'
import { ObjectMaker } from '../../../lib/pipeline/encoding/event-object.ts'
import { metadataOf } from '../../../lib/pipeline/encoding/meta.ts'
import { SOURCE } from '../fixtures.ts'

const layers = [{ tags: ['web'], fields: { team: 'x', deep: { a: 1 } }, fields_under_root: true }]
const source = { ...SOURCE, layers }
const encode = encoderOf(constantsOf(source))
const now = momentOf(0)
const objects = new ObjectMaker(constantsOf(source), encode, undefined)
const make = (event: Event, at: typeof now) => objects.make(event, at)

/** What the object of an event has to be: what its text says. */
function reference(event: Event): unknown {
  const made = JSON.parse(encode(event, now))
  const metadata = metadataOf(event['@metadata'])
  return metadata === undefined ? made : { ...made, '@metadata': metadata }
}

/** As an event and its keys are compared: the order too. */
function outcome(work: () => unknown): string {
  try {
    return JSON.stringify(work())
  } catch (thrown) {
    return `throws ${messageOf(thrown)}`
  }
}

class Point {
  x = 1
}

const CYCLE: Record<string, unknown> = { a: {} }
CYCLE['a'] = CYCLE
const DEEP = JSON.parse(`${'['.repeat(500)}${']'.repeat(500)}`)

const ODD = fc.constantFrom<unknown[]>(
  ...[undefined, Number.NaN, Number.POSITIVE_INFINITY, -0, 1n, 2n ** 64n, Symbol('s')],
  ...[new Date(0), new Date(Number.NaN), new Map([[1, 2]]), new Set([1]), new Point(), /x/],
  ...[() => 1, Object('text'), Object(7), new Uint8Array(2), Array(2), [undefined], DEEP, CYCLE],
  ...[{ toJSON: () => ({ z: 1 }) }, { toJSON: () => undefined }, { toJSON: 1 }, new Error('e')],
  ...[Object.create({ inherited: 1 }), Object.assign(Object.create(null), { a: 1 })],
  ...[
    Object.defineProperty({}, 'hidden', { value: 1 }),
    {
      get own() {
        return 1
      },
    },
  ],
  ...[JSON.parse('{"__proto__":{"x":1}}'), new Proxy({ p: 1 }, {}), Promise.resolve(1)],
)
const KEY = fc.constantFrom(
  ...['@timestamp', '@metadata', 'host', 'agent', 'tags', 'deep', 'a', 'b.c', '1', '__proto__', ''],
)
const VALUE = fc.letrec(tie => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.oneof(fc.string(), fc.integer(), fc.double(), fc.boolean(), fc.constant(null)),
    ODD,
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(KEY, tie('value'), { maxKeys: 3 }),
  ),
})).value
const TIME = fc.constantFrom<unknown[]>('2026-01-31', new Date(1e12), 'soon', undefined, null)
const EVENT = fc.tuple(fc.dictionary(KEY, VALUE, { maxKeys: 6 }), TIME).map(([event, time]) => {
  return time === null ? event : { ...event, '@timestamp': time }
})

describe('pipeline: the object of an event', () => {
  it('is what its text says, in the same order, and fails with the same words', () => {
    fc.assert(
      fc.property(fc.oneof(EVENT, VALUE), event => {
        const given = event as Event
        expect(outcome(() => make(given, now))).to.equal(outcome(() => reference(given)))
      }),
      { numRuns: 5000 },
    )
  })

  it('has what processors touch, and the text of the rest', () => {
    const touched = fc.uniqueArray(KEY).map(keys => new Set(keys))
    fc.assert(
      fc.property(EVENT, touched, (event, touches) => {
        const own = new ObjectMaker(constantsOf(source), encode, touches)
        const given = event as Event
        let made: ReturnType<typeof make>
        try {
          made = own.make(given, now)
        } catch (thrown) {
          expect(outcome(() => reference(given))).to.equal(`throws ${messageOf(thrown)}`)
          return
        }
        const whole = JSON.parse(`${stringify(made).slice(0, -1)}${own.of(made)}}`)
        expect(whole).to.deep.equal(reference(given))
        for (const key of touches) expect(made[key]).to.deep.equal(whole[key])
      }),
      { numRuns: 5000 },
    )
    const none = new ObjectMaker(constantsOf(source), encode, new Set())
    expect(Object.keys(none.make({ a: 1 }, now))).to.deep.equal(['@timestamp', 'a'])
  })

  it('lacks constants that no processor touches, but for names that every map has', () => {
    const constants = { host: 'web-1', constructor: 'c', team: 'x' }
    const maker = new ObjectMaker(constants, encoderOf(constants), new Set(['team']))
    const made = maker.make({}, now)
    expect(Object.keys(made)).to.deep.equal(['@timestamp', 'constructor', 'team'])
    expect(maker.outside).to.deep.equal({ host: 'web-1' })
    expect(maker.of(made)).to.equal(',"host":"web-1"')
    const { team: _, ...without } = made
    expect(maker.of(without), 'a processor has left one out').to.equal(',"host":"web-1"')
  })

  it('has fields of any name, and @metadata only if the event has it', () => {
    expect(make({ '@other': 1 }, now)).to.have.property('@other', 1)
    for (const event of [{ a: 1 }, { a: 1n }, { a: 1, '@metadata': undefined }]) {
      expect(Object.keys(make(event as never, now))).not.to.include('@metadata')
    }
  })

  it('shares nothing with the event, the source, or the next one', () => {
    const event = { list: [{ a: 1 }], host: { cpu: 1 }, '@metadata': { m: { n: 1 } } }
    const [one, two] = [make(event, now), make(event, now)]
    const change = (value: unknown): void => {
      if (typeof value !== 'object' || value === null) return
      for (const each of Object.values(value)) change(each)
      Object.assign(value, { changed: true })
    }
    change(one)
    expect(JSON.stringify(two)).not.to.contain('changed')
    expect(JSON.stringify(event)).not.to.contain('changed')
    expect(JSON.stringify(make(event, now))).to.equal(JSON.stringify(two))
  })

  it('has no field that somebody has given to every map in the process', () => {
    Object.defineProperty(Object.prototype, 'everywhere', {
      value: 1,
      enumerable: true,
      configurable: true,
    })
    const made = make({ a: 1 }, now)
    const copy = dataCopy({ a: { b: 1 } })
    Reflect.deleteProperty(Object.prototype, 'everywhere')
    expect(Object.keys(made)).not.to.include('everywhere')
    expect(copy).to.deep.equal({ a: { b: 1 } })
  })
})
