import { expect } from 'chai'
import { messagesOf, routeOf, sizeOf } from '../../../packages/kafka/src/messages.ts'
import { batchOf } from '../batch.ts'
import { settingsOf, type Written } from './opened.ts'

const NOW = Date.UTC(2026, 5, 1)

/** What becomes of events with these fields. */
function messages(written: Written, events: readonly Record<string, unknown>[]) {
  const settings = settingsOf(written)
  const route = routeOf(settings)
  const meta = events.map(event => {
    const to = route(field => (field === undefined ? event : event[field]))
    return to === undefined ? undefined : { route: to }
  })
  const lines = events.map(event => JSON.stringify(event))
  const { byTopic, rejected } = messagesOf(batchOf(lines, meta), settings, NOW)
  const all = [...byTopic].flatMap(([topic, own]) =>
    own.map(({ index, key, topic: same }) => {
      expect(same).to.equal(topic)
      return [index, topic, key?.toString()] as const
    }),
  )
  return { all, rejected: rejected.map(({ index, reason }) => [index, reason] as const) }
}

describe('events as messages of Kafka', () => {
  it('are for one topic, without a key', () => {
    const { all } = messages({ topic: 'logs' }, [{ a: 1 }, { a: 2 }])
    expect(all).to.deep.equal([
      [0, 'logs', undefined],
      [1, 'logs', undefined],
    ])
  })

  it('are for topics by their fields, by rules first, with keys by their fields', () => {
    const written = {
      topic: 'logs-%{[kind]}',
      topics: [{ topic: 'errors', when: { equals: { level: 'error' } } }],
      key: '%{[host]}-%{[kind]:none}',
    }
    const { all } = messages(written, [
      { kind: 'web', host: 'a' },
      { level: 'error', host: 'b' },
      { kind: 'web' },
    ])
    expect(all).to.deep.equal([
      [0, 'logs-web', 'a-web'],
      [2, 'logs-web', undefined],
      [1, 'errors', 'b-none'],
    ])
  })

  it('are given up without a topic, or with a name that is none', () => {
    const { all, rejected } = messages({ topic: '%{[t]}', key: '%{[k]:k}' }, [
      {},
      { t: 'a b' },
      { t: '..' },
      { t: 'x'.repeat(250) },
      { t: 'other\nkey' },
      { t: 'x'.repeat(249) },
      { t: 'A.b_c-1', k: 'two\nlines' },
    ])
    expect(rejected.map(([index]) => index)).to.deep.equal([0, 1, 2, 3, 4])
    expect(rejected[0]?.[1]).to.equal('no rule gives it a topic')
    expect(rejected[4]?.[1]).to.equal('its topic is no name that Kafka takes')
    expect(all.map(([, topic, key]) => [topic.length, key])).to.deep.equal([
      [249, 'k'],
      [7, 'two\nlines'],
    ])
  })

  it('are given up before they are sent if they are too large, and their texts are not repeated', () => {
    const written = { topic: 'logs', key: '%{[key]}', max_message_bytes: 1024 }
    const [fits, key] = ['x'.repeat(960), 'k'.repeat(50)]
    const { all, rejected } = messages(written, [{ fits }, { fits, key }, { a: fits.repeat(2) }])
    expect(all.map(([index]) => index)).to.deep.equal([0])
    const reason = 'it is larger than max_message_bytes'
    expect(rejected).to.deep.equal([
      [1, reason],
      [2, reason],
    ])
  })

  it('have the time of the event, or that of now', () => {
    const at = '2026-01-31T13:45:00.123Z'
    const lines = [`{"@timestamp":"${at}"}`, '{"@timestamp":"never"}', '{"a":1}', '1']
    const { byTopic } = messagesOf(batchOf(lines), settingsOf({ topic: 'logs' }), NOW)
    const times = byTopic.get('logs')?.map(({ timestamp }) => Number(timestamp))
    expect(times).to.deep.equal([Date.parse(at), NOW, NOW, NOW])
  })

  it('are the bytes of the event, and a little more', () => {
    const { byTopic } = messagesOf(batchOf(['{"a":"ü"}']), settingsOf({ topic: 'logs' }), NOW)
    const [message] = byTopic.get('logs') ?? []
    expect(message?.value.toString()).to.equal('{"a":"ü"}')
    expect(message && sizeOf(message)).to.be.within(10, 60)
  })
})
