import { expect } from 'chai'
import { pino } from 'pino'
import { parseSettings } from '../../../lib/config/schema/settings.ts'
import { formatPath } from '../../../lib/errors.ts'
import type { MutableEvent } from '../../../lib/processor.ts'
import addFields from '../../../lib/processors/add/add-fields.ts'

function parse(value: Readonly<Record<string, unknown>>) {
  const problems: string[] = []
  const section = { path: ['processors', 0, 'add_fields'], value }
  const settings = parseSettings(addFields, section, (path, message) =>
    problems.push(`${formatPath(path.slice(3))}: ${message}`),
  )
  return { settings, problems }
}

function processor(value: Readonly<Record<string, unknown>>) {
  const { settings } = parse(value)
  if (settings === undefined) throw new Error('the settings are wrong')
  return addFields.open({ settings, log: pino({ enabled: false }) })
}

const added = (value: Readonly<Record<string, unknown>>, event: MutableEvent) =>
  processor(value).process(event)

describe('processor: add_fields', () => {
  it('adds below fields by default, below a target, and at the top level', () => {
    expect(added({ fields: { a: 1 } }, { m: 1 })).to.deep.equal({ m: 1, fields: { a: 1 } })
    expect(added({ target: 'x.y', fields: { a: 1 } }, {})).to.deep.equal({ x: { y: { a: 1 } } })
    expect(added({ target: '', fields: { a: 1 } }, { m: 1 })).to.deep.equal({ m: 1, a: 1 })
  })

  it('merges maps and replaces anything else', () => {
    const event = added(
      { target: '', fields: { host: { os: { kernel: '6' } }, n: [1] } },
      { host: { name: 'h', os: { type: 'linux' } }, n: 7 },
    )
    expect(event).to.deep.equal({ host: { name: 'h', os: { type: 'linux', kernel: '6' } }, n: [1] })
    expect(added({ target: 'a.b', fields: { c: 1 } }, { a: 'text' })).to.deep.equal({
      a: { b: { c: 1 } },
    })
  })

  it('gives every event maps and lists of its own', () => {
    const { process } = processor({ fields: { map: { a: [{ b: 1 }] } } })
    const [first, second] = [process({}), process({})]
    expect(first).to.deep.equal(second)
    Object(first)['fields'].map.a[0].b = 2
    expect(second).to.deep.equal({ fields: { map: { a: [{ b: 1 }] } } })
  })

  it('takes __proto__ for a field like any other', () => {
    const fields = JSON.parse('{ "__proto__": { "polluted": true } }')
    const log = pino({ enabled: false })
    const event = addFields.open({ settings: { target: '', fields }, log }).process({})
    expect(JSON.stringify(event)).to.equal('{"__proto__":{"polluted":true}}')
    expect(Reflect.get({}, 'polluted')).to.equal(undefined)
  })

  it('adds to @metadata', () => {
    const config = { target: '@metadata', fields: { pipeline: 'web' } }
    expect(added(config, {})).to.deep.equal({ '@metadata': { pipeline: 'web' } })
    expect(added(config, { '@metadata': { _id: 1 } })).to.deep.equal({
      '@metadata': { _id: 1, pipeline: 'web' },
    })
    expect(added({ ...config, target: '@metadata.a' }, {})).to.deep.equal({
      '@metadata': { a: { pipeline: 'web' } },
    })
  })

  it('says what is wrong with its settings', () => {
    const target =
      "target: must be the name of a field that can be set, such as labels, a.b or @metadata; '' is the top level of the event"
    expect(parse({}).problems).to.deep.equal(['fields: is required'])
    expect(parse({ fields: { a: 1 }, target: '@timestamp.x' }).problems).to.deep.equal([
      `${target}, not "@timestamp.x"`,
    ])
    expect(parse({ fields: { a: 1 }, target: 5 }).problems).to.deep.equal([`${target}, not 5`])
    expect(parse({ fields: { a: 1 }, target: 'a..b' }).problems).to.deep.equal([
      `${target}, not "a..b"`,
    ])
    expect(parse({ fields: { '@metadata': {} } }).problems).to.deep.equal([
      'fields: must be a map of fields, without @metadata, not a map',
    ])
    expect(parse({ fields: [1] }).problems).to.deep.equal([
      'fields: must be a map of fields, without @metadata, not a list',
    ])
  })

  it('adds null, and merges maps without a prototype, as parsers make them', () => {
    expect(added({ target: '', fields: { a: null } }, { a: { b: 2 } })).to.deep.equal({ a: null })
    const fields = { a: Object.assign(Object.create(null), { b: 1 }) }
    const { process } = addFields.open({
      settings: { target: '', fields },
      log: pino({ enabled: false }),
    })
    expect(process({ a: { c: 2 } })).to.deep.equal({ a: { b: 1, c: 2 } })
  })

  it('adds fields that a later processor can change and remove', () => {
    const event = Object(added({ target: '', fields: { a: 1 } }, {}))
    event['a'] = 2
    expect(event).to.deep.equal({ a: 2 })
    delete event['a']
    expect(event).to.deep.equal({})
  })
})
