import { expect } from 'chai'
import type { EventMeta } from '../../../lib/event.ts'
import { Messages } from '../../../lib/outputs/syslog/messages.ts'
import output from '../../../lib/outputs/syslog/syslog.ts'
import { batchOf, settingsOf } from '../batch.ts'

type Fields = Readonly<Record<string, unknown>>

/** The message of one event. */
function messageOf(
  line: string,
  { written = {}, fields = {} }: { written?: object; fields?: Fields },
) {
  const settings = settingsOf(output, { hosts: ['a'], ...written })
  const route = output.route?.(settings)(field => fields[field ?? ''])
  return made([line], settings.format, [{ route: String(route) }])
    .message(0)
    .toString('utf8')
}

function made(
  lines: readonly string[],
  format: 'json' | 'message' = 'json',
  meta: readonly EventMeta[] = [],
  maxBytes = 8192,
): Messages {
  const otherwise = '<14>1 \n - sealbeat - - -'
  return new Messages(batchOf(lines, meta), { format, maxBytes, otherwise })
}

const AT = '2026-01-31T13:45:00.123Z'
const LINE = `{"@timestamp":"${AT}","message":"hello ü"}`
const FIELDS = {
  ...{ 'host.name': 'web-1', 'event.module': 'nginx', 'log.level': 'error' },
  ...{ 'process.pid': 4711, 'agent.version': '0.1.0' },
}

describe('messages of syslog', () => {
  it('have what RFC 5424 wants, by the fields of the event', () => {
    expect(messageOf(LINE, { fields: FIELDS })).to.equal(`<11>1 ${AT} web-1 nginx 4711 - - ${LINE}`)
    expect(messageOf(LINE, {})).to.equal(`<14>1 ${AT} - sealbeat - - - ${LINE}`)
    const written = {
      ...{ facility: 'local7', severity: 'notice', hostname: '%{[agent.version]}' },
      ...{ app_name: 'a b', procid: '%{[nothing]}', msgid: 'ID47', format: 'message' },
    }
    const expected = `<189>1 ${AT} 0.1.0 a_b - ID47 - hello ü`
    expect(messageOf(LINE, { written, fields: FIELDS })).to.equal(expected)
  })

  const times: readonly [string, string][] = [
    ['"2026-01-31T13:45:00Z"', '2026-01-31T13:45:00Z'],
    ['"2026-01-31T13:45:00.123456+01:00"', '2026-01-31T13:45:00.123456+01:00'],
    ['"2026-01-31T13:45:00.123456789Z"', '2026-01-31T13:45:00.123Z'],
    ['"2026-01-31"', '2026-01-31T00:00:00.000Z'],
    ['"2026-01-31T13:45:00 <1>1 evil"', '-'],
    ['"never"', '-'],
    ['7', '-'],
    ['null', '-'],
  ]
  for (const [written, expected] of times) {
    it(`have the time ${expected} for ${written}, wherever it stands in the event`, () => {
      const lines = [`{"@timestamp":${written},"a":1}`, `{"a":1,"@timestamp":${written}}`]
      const messages = made(lines)
      for (const at of [0, 1]) {
        const [, time] = messages.message(at).toString('utf8').split(' ')
        expect(time).to.equal(expected)
      }
    })
  }

  it('have no time where the line is no JSON', () => {
    expect(made(['{"a']).message(0).toString('utf8')).to.equal('<14>1 - - sealbeat - - - {"a')
  })

  it('are the whole event where it has no message', () => {
    for (const line of ['{"a":1}', '{"message":7}', '{"message":"']) {
      expect(made([line], 'message').message(0).toString('utf8')).to.match(/ - - - \{/)
    }
    expect(made(['{"message":"a\\nb"}'], 'message').message(0).toString('utf8')).to.match(
      / - a\nb$/,
    )
  })

  const severities: readonly [unknown, number][] = [
    ['emerg', 0],
    ['alert', 1],
    ['FATAL', 2],
    ['critical', 2],
    ['Error', 3],
    ['warn', 4],
    ['warning', 4],
    ['notice', 5],
    ['info', 6],
    ['trace', 7],
    [0, 0],
    ['7', 7],
    ['8', 6],
    ['unheard of', 6],
    [undefined, 6],
  ]
  for (const [level, severity] of severities) {
    it(`have the severity ${severity} for ${level}`, () => {
      const [priority] = messageOf(LINE, { fields: { 'log.level': level } }).split('>')
      expect(priority).to.equal(`<${8 + severity}`)
    })
  }

  it('have the facilities of RFC 5424, in its order', () => {
    const facilities = ['kern', 'mail', 'cron', 'authpriv', 'ftp', 'ntp', 'local0', 'local7']
    const codes = facilities.map(facility => {
      const message = messageOf(LINE, { written: { facility, severity: 'emerg' } })
      return Number(/^<(\d+)>/.exec(message)?.[1]) / 8
    })
    expect(codes).to.deep.equal([0, 2, 9, 10, 11, 12, 16, 23])
  })

  it('have structured data that can not be broken out of, without what is missing', () => {
    const written = {
      structured_data: {
        'origin@32473': { software: 'sealbeat', level: '%{[log.level]}', none: '%{[none]}' },
        'empty@32473': { none: '%{[none]}' },
        'x@1': { say: '%{[say]}' },
      },
    }
    const fields = { ...FIELDS, say: '"a\\]\nü' }
    expect(messageOf(LINE, { written, fields })).to.equal(
      `<11>1 ${AT} web-1 nginx 4711 - [origin@32473 software="sealbeat" level="error"][x@1 say="\\"a\\\\\\]\nü"] ${LINE}`,
    )
  })

  it('have headers of printable ASCII, no longer than they may be', () => {
    const fields = { 'host.name': `wéb 1\n<0>${'x'.repeat(300)}`, 'event.module': 'm'.repeat(99) }
    const [, , hostname, appName] = messageOf(LINE, { fields }).split(' ')
    expect(hostname).to.match(/^w_b_1_<0>x+$/)
    expect([hostname?.length, appName?.length]).to.deep.equal([255, 48])
  })

  it('are refused where they are too long, and the others keep their places', () => {
    const long = `{"message":"${'ü'.repeat(300)}"}`
    const messages = made(['{"a":1}', long, '{"b":1}', long], 'json', [], 500)
    const { rejected } = messages
    expect(rejected.map(({ index }) => index)).to.deep.equal([1, 3])
    expect(rejected[0]?.reason).to.match(
      /^a message of 6\d\d bytes is longer than max_message_bytes$/,
    )
    expect([messages.count, messages.indexOf(0), messages.indexOf(1)]).to.deep.equal([2, 0, 2])
    const framed = messages.framed({ before: bytes => `${bytes} `, after: '' }).toString('utf8')
    const [first, second] = [0, 1].map(at => messages.message(at).toString('utf8'))
    expect(framed).to.equal(`${first?.length} ${first}${second?.length} ${second}`)
    expect(() => messages.message(2)).to.throw(/no such message/)
  })

  it('are counted in bytes', () => {
    const line = '{"message":"üü€"}'
    const limit = Buffer.byteLength(made([line]).message(0))
    expect(made([line], 'json', [], limit).count).to.equal(1)
    expect(made([line], 'json', [], limit - 1).count).to.equal(0)
    expect(made([line], 'message').message(0)).to.have.length(
      limit - Buffer.byteLength('{"message":""}'),
    )
  })
})
