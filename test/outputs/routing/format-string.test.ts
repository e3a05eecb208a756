import { expect } from 'chai'
import { compileFormat } from '../../../lib/outputs/routing/format-string.ts'

const FIELDS: Readonly<Record<string, unknown>> = {
  '@timestamp': '2026-01-02T03:04:05.678Z',
  'service.name': 'Web',
  'http.status': 200,
  'event.ok': true,
  'log.level': '',
  tags: ['a'],
}

describe('texts with fields of events', () => {
  const get = (field = '') => FIELDS[field]
  const table: readonly [string, string | undefined][] = [
    ['plain', 'plain'],
    ['', ''],
    ['a-%{[service.name]}-b', 'a-Web-b'],
    ['%{[http.status]}%{[event.ok]}', '200true'],
    ['%{[none]}', undefined],
    ['a-%{[none]}', undefined],
    ['%{[none]:other}', 'other'],
    ['%{[none]:}x', 'x'],
    ['%{[service.name]:other}', 'Web'],
    ['%{[log.level]:empty}', 'empty'],
    ['%{[tags]}', undefined],
    ['logs-%{+yyyy.MM.dd}', 'logs-2026.01.02'],
    ['%{+yy-M-d HH:mm:ss}', '26-1-2 03:04:05'],
    ['%{+xxxx.ww}', '2026.01'],
    ['100%', '100%'],
  ]
  for (const [written, expected] of table) {
    it(`${JSON.stringify(written)}: ${expected}`, () => {
      expect(compileFormat(written)(get)).to.equal(expected)
    })
  }

  const weeks = [
    ['2021-01-03T00:00:00Z', '2020.53'],
    ['2021-01-04T00:00:00Z', '2021.01'],
    ['2024-12-30T23:00:00Z', '2025.01'],
    ['2026-12-31T12:00:00Z', '2026.53'],
  ] as const
  for (const [at, expected] of weeks) {
    it(`has ${at} in week ${expected}`, () => {
      expect(compileFormat('%{+xxxx.ww}')(() => at)).to.equal(expected)
    })
  }

  it('reads each time anew, in UTC', () => {
    const format = compileFormat('%{+yyyy.MM.dd}')
    const at = (time: unknown) => format(() => time)
    expect(at('2026-01-02T23:30:00-02:00')).to.equal('2026.01.03')
    expect(at('2026-01-02T23:30:00Z')).to.equal('2026.01.02')
    expect(at('never')).to.equal(undefined)
    expect(at(undefined)).to.equal(undefined)
  })

  const wrong: readonly [string, RegExp][] = [
    ['a-%{[b]', /has no closing }/],
    ['%{b}', /must be %{\[field\]}/],
    ['%{[]}', /must be %{\[field\]}/],
    ['%{+}', /must say which time/],
    ['%{+yyyy.QQ}', /"QQ" in "%{\+yyyy.QQ}" must be one of yyyy/],
  ]
  for (const [written, expected] of wrong) {
    it(`refuses ${written}`, () => expect(() => compileFormat(written)).to.throw(expected))
  }
})
