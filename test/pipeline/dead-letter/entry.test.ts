import { expect } from 'chai'
import { decodeEntry, encodeEntry } from '../../../lib/pipeline/dead-letter/entry.ts'

const TIME = '2026-11-26T10:00:00.000Z'
const DEAD = { meta: undefined, reason: 'mapping', status: 400, attempts: 2 }

describe('an entry of the dead letter', () => {
  function roundTrip(line: string, more: object = {}) {
    const text = encodeEntry('main', { ...DEAD, line, ...more }, TIME)
    expect(text).to.match(/^\{.*\}\n$/)
    expect(JSON.parse(text).event).to.deep.equal(JSON.parse(line))
    return decodeEntry(text.trimEnd())
  }

  it('is one line with all that is known, and the event as it was encoded', () => {
    const line = '{"a":1,"big":12345678901234567890,"text":"ü\\n"}'
    expect(roundTrip(line)).to.deep.equal({ ...DEAD, time: TIME, output: 'main', line })
  })

  it('keeps what lies beside the event, whatever it is named', () => {
    const meta = { route: 'logs', fields: { event: { event: {} }, x: ',"event":{' } }
    const line = '{"event":{"event":{}},"big":12345678901234567890}'
    const found = roundTrip(line, { meta, reason: 'says ,"event":{' })
    expect(found?.line).to.equal(line)
    expect(found?.meta).to.deep.equal(meta)
  })

  it('keeps either of a route and metadata', () => {
    for (const meta of [{ route: 'logs' }, { fields: { a: 1 } }, {}]) {
      expect(roundTrip('{}', { meta })?.meta).to.deep.equal(meta)
    }
  })

  it('may have been edited', () => {
    const text = `{ "event": {"a": 1}, "@timestamp": "${TIME}", "output": "main" }`
    expect(decodeEntry(text)).to.include({ line: '{"a":1}', reason: 'undefined', attempts: 0 })
    const odd = `{"@timestamp":"x","output":"y","status":"400","meta":{"route":5},"event":{}}`
    expect(decodeEntry(odd)).to.deep.include({ status: undefined, meta: {} })
  })

  it('is nothing else', () => {
    for (const text of [
      '',
      '{',
      '[]',
      '{}',
      '{"event":{}}',
      '{"event":{},"@timestamp":"x"}',
      '{"event":{},"output":"y"}',
      '{"event":1,"@timestamp":"x","output":"y"}',
      '{"event":null,"@timestamp":"x","output":"y"}',
      '{"event":[],"@timestamp":"x","output":"y"}',
    ])
      expect(decodeEntry(text), text).to.equal(undefined)
  })
})
