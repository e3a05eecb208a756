import { expect } from 'chai'
import { isoWriter } from '../../../lib/processors/decode/iso-time.ts'
import timestamp from '../../../lib/processors/decode/timestamp.ts'
import { opened, outcome, problemsOf, type Row } from '../opened.ts'

const RFC3339 = '2006-01-02T15:04:05Z07:00'
const ANSIC = 'Mon Jan _2 15:04:05 2006'
const MOMENT = '2015-03-07T11:06:39.000Z'

/** What `t` is read as, in UTC; undefined if it does not fit. */
function read(layout: string, t: unknown, timezone = 'UTC'): unknown {
  const config = { field: 't', layouts: [layout], timezone }
  const made = outcome(timestamp, config, { t })
  return typeof made === 'string' ? undefined : Object(made)['@timestamp']
}

describe('processor: timestamp', () => {
  const TIMES: readonly (readonly [layout: string, text: unknown, time: string | undefined])[] = [
    [ANSIC, 'Sat Mar  7 11:06:39 2015', MOMENT],
    [ANSIC, 'sat mar 07 11:06:39 2015', MOMENT],
    [ANSIC, 'Sat Mar 7 11:06:39 2015', MOMENT],
    [RFC3339, '2015-03-07T11:06:39Z', MOMENT],
    [RFC3339, '2015-03-07T12:06:39+01:00', MOMENT],
    [RFC3339, '2015-03-07T11:06:39.123456789Z', '2015-03-07T11:06:39.123Z'],
    [RFC3339, '2015-03-07T11:06:39,5Z', '2015-03-07T11:06:39.500Z'],
    [RFC3339, '2015-03-07 11:06:39Z', undefined],
    [RFC3339, '2015-03-07T11:06:39Zx', undefined],
    [RFC3339, '2015-03-07T11:06:39', undefined],
    [RFC3339, '2015-02-29T11:06:39Z', undefined],
    [RFC3339, '2016-02-29T11:06:39Z', '2016-02-29T11:06:39.000Z'],
    [RFC3339, '2015-13-07T11:06:39Z', undefined],
    [RFC3339, '2015-03-07T24:06:39Z', undefined],
    [RFC3339, '2015-03-07T11:60:39Z', undefined],
    [RFC3339, '', undefined],
    [RFC3339, 7, undefined],
    ['2006-01-02T15:04:05.999999999Z07:00', '2015-03-07T11:06:39Z', MOMENT],
    ['2006-01-02 15:04:05.000', '2015-03-07 11:06:39.120', '2015-03-07T11:06:39.120Z'],
    ['2006-01-02 15:04:05.000', '2015-03-07 11:06:39.12', undefined],
    ['2006-01-02 15:04:05.000', '2015-03-07 11:06:39', undefined],
    ['2006-01-02 15:04:05,000', '2015-03-07 11:06:39,120', '2015-03-07T11:06:39.120Z'],
    ['2006-01-02 15:04:05,000', '2015-03-07 11:06:39.120', '2015-03-07T11:06:39.120Z'],
    ['Mon, 02 Jan 2006 15:04:05 -0700', 'Sat, 07 Mar 2015 11:06:39 +0000', MOMENT],
    ['Monday, 02-Jan-06 15:04:05 MST', 'Saturday, 07-Mar-15 11:06:39 UTC', MOMENT],
    ['Monday, 02-Jan-06 15:04:05 MST', 'Saturday, 07-Mar-15 11:06:39 GMT', MOMENT],
    ['Monday, 02-Jan-06 15:04:05 MST', 'Saturday, 07-Mar-15 11:06:39 CET', undefined],
    ['02/Jan/2006:15:04:05 -0700', '07/Mar/2015:12:06:39 +0100', MOMENT],
    ['January 2, 2006 3:04:05 PM', 'March 7, 2015 11:06:39 AM', MOMENT],
    ['2006-01-02 03:04:05pm', '2015-03-07 12:00:00am', '2015-03-07T00:00:00.000Z'],
    ['2006-01-02 03:04:05pm', '2015-03-07 01:02:03pm', '2015-03-07T13:02:03.000Z'],
    ['20060102150405', '20150307110639', MOMENT],
    ['06-1-2 15:4:5', '15-3-7 11:6:39', MOMENT],
    ['06-1-2', '69-3-7', '1969-03-07T00:00:00.000Z'],
    ['06-1-2', '00-3-7', '2000-03-07T00:00:00.000Z'],
    ['2006 002', '2015 066', '2015-03-07T00:00:00.000Z'],
    ['2006 002', '2015 366', undefined],
    ['2006 __2', '2015  66', '2015-03-07T00:00:00.000Z'],
    ['2006_2006', '2015_2015', '2015-01-01T00:00:00.000Z'],
    ['2006-01-02T15:04:05-07', '2015-03-07T13:06:39+02', MOMENT],
    ['2006-01-02T15:04:05Z070000', '2015-03-07T11:06:40+000001', MOMENT],
    ['UNIX', 1425726399, MOMENT],
    ['UNIX', '1425726399', MOMENT],
    ['UNIX', '1425726399.0', MOMENT],
    ['UNIX', 1425726399.5, '2015-03-07T11:06:39.500Z'],
    ['UNIX', -1.5, '1969-12-31T23:59:58.500Z'],
    ['UNIX', '1e9', undefined],
    ['UNIX', true, undefined],
    ['UNIX', 1e300, undefined],
    ['UNIX_MS', 1425726399123, '2015-03-07T11:06:39.123Z'],
    ['UNIX_MS', '1425726399000.0', MOMENT],
    ['UNIX_MS', 8.65e15, undefined],
    ['UNIX_MS', -1e15, undefined],
  ]
  for (const [layout, text, time] of TIMES) {
    it(`${layout} reads ${JSON.stringify(text)} as ${time}`, () => {
      expect(read(layout, text)).to.equal(time)
    })
  }

  describe('time zones', () => {
    const ZONES: readonly (readonly [zone: string, hours: number])[] = [
      ['America/Panama', 5],
      ['Etc/UTC', 0],
      ['Etc/GMT+2', 2],
      ['+0000', 0],
      ['+0430', -4.5],
      ['+03:00', -3],
      ['+04', -4],
      ['-03:30', 3.5],
      ['-00:30', 0.5],
      ['Asia/Kathmandu', -5.75],
    ]
    for (const [zone, hours] of ZONES) {
      it(`${zone} is ${hours} hours behind UTC`, () => {
        const time = new Date(Date.parse(MOMENT) + hours * 3_600_000).toISOString()
        expect(read(ANSIC, 'Sat Mar  7 11:06:39 2015', zone)).to.equal(time)
      })
    }

    it('change their clocks, also in the hour that is twice or never', () => {
      const at = (time: string) => read('2006-01-02 15:04', time, 'Europe/Berlin')
      expect(at('2026-03-29 01:59')).to.equal('2026-03-29T00:59:00.000Z')
      expect(at('2026-03-29 03:00')).to.equal('2026-03-29T01:00:00.000Z')
      expect(at('2026-10-25 01:59')).to.equal('2026-10-24T23:59:00.000Z')
      expect(at('2026-10-25 03:00')).to.equal('2026-10-25T02:00:00.000Z')
      expect(at('2026-10-25 02:30')).to.match(/^2026-10-25T0[01]:30/)
      expect(at('2026-03-29 02:30')).to.match(/^2026-03-29T0[01]:30/)
    })

    it('know their own abbreviations', () => {
      const at = (time: string, zone: string) => read('2006-01-02 15:04 MST', time, zone)
      expect(at('2026-01-31 13:45 CET', 'Europe/Berlin')).to.equal('2026-01-31T12:45:00.000Z')
      expect(at('2026-07-31 13:45 CEST', 'Europe/Berlin')).to.equal('2026-07-31T11:45:00.000Z')
      expect(at('2026-07-31 13:45 EDT', 'America/New_York')).to.equal('2026-07-31T17:45:00.000Z')
      expect(at('2026-07-31 13:45 EDT', 'Europe/Berlin')).to.equal(undefined)
      expect(at('2026-07-31 13:45 GMT-3', 'Europe/Berlin')).to.equal('2026-07-31T16:45:00.000Z')
    })

    it('may be that of the host', () => {
      const local = new Date(2026, 0, 31, 13, 45).toISOString()
      expect(read('2006-01-02 15:04', '2026-01-31 13:45', 'Local')).to.equal(local)
    })

    it('are no others', () => {
      const said =
        'timezone: must be UTC, Local, a time zone such as Europe/Berlin, or an offset such as +0200, not '
      for (const timezone of ['Z', 'Equatorial/Kundu', '-400', '+25', '+0060']) {
        expect(problemsOf(timestamp, { field: 't', layouts: [RFC3339], timezone })).to.deep.equal([
          `${said}"${timezone}"`,
        ])
      }
    })
  })

  it('takes the present year of the zone where there is none', () => {
    const year = new Date(Date.now() - 5 * 3_600_000).getUTCFullYear()
    expect(read('Jan _2 15:04:05.000', 'Mar  7 11:06:39.002', 'America/Panama')).to.equal(
      `${year}-03-07T16:06:39.002Z`,
    )
  })

  const config = { field: 't', layouts: ['UNIX', RFC3339] }
  const ROWS: readonly Row[] = [
    [
      'tries one layout after the other',
      config,
      { t: '2015-03-07T11:06:39Z' },
      { t: '2015-03-07T11:06:39Z', '@timestamp': MOMENT },
    ],
    [
      'sets another field',
      { ...config, target_field: 'event.start' },
      { t: 0 },
      { t: 0, event: { start: '1970-01-01T00:00:00.000Z' } },
    ],
    ['fails where none fits', config, { t: 'x' }, 'throws: the field t (text) fits no layout'],
    [
      'says the id',
      { ...config, id: 'mine' },
      { t: [] },
      'throws: mine: the field t (a list) fits no layout',
    ],
    ['fails for a missing field', config, {}, 'throws: the field t is missing'],
    ['or ignores it', { ...config, ignore_missing: true }, {}, {}],
    [
      'but still fails for another value',
      { ...config, ignore_missing: true },
      { t: null },
      'throws: the field t (null) fits no layout',
    ],
    [
      'or ignores all failures',
      { ...config, ignore_failure: true },
      { t: 'x', '@timestamp': 'y' },
      { t: 'x', '@timestamp': 'y' },
    ],
    [
      'fails where it can not be set',
      { ...config, target_field: 't.x' },
      { t: 0 },
      "throws: the field t.x can't be set: t is a number",
    ],
  ]
  for (const [what, settings, event, result] of ROWS) {
    it(what, () => expect(outcome(timestamp, settings, event)).to.deep.equal(result))
  }

  it('reads the tests with the configuration', () => {
    opened(timestamp, { ...config, test: ['2015-03-07T11:06:39Z', '12.5'] })
    const test = ['2015-03-07T11:06:39Z']
    const wrong = { field: 't', layouts: ['2006-01-89T15:04:05Z07:00'], test }
    expect(problemsOf(timestamp, wrong)).to.deep.equal([
      'test[0]: must be a time that fits one of the layouts',
    ])
  })

  it('refuses layouts of other programs, all of them', () => {
    const layouts = ['yyyy-MM-dd HH:mm', 'UNIX', '%Y-%m-%d', 7]
    const said =
      'must be UNIX, UNIX_MS or how Jan 2 15:04:05 2006 is written, such as 2006-01-02T15:04:05Z07:00, not '
    expect(problemsOf(timestamp, { layouts, target_field: '@metadata' })).to.deep.equal([
      'field: is required',
      'target_field: must be the name of a field that can be set, such as event.start, not "@metadata"',
      `layouts[0]: ${said}"yyyy-MM-dd HH:mm"`,
      `layouts[2]: ${said}"%Y-%m-%d"`,
      `layouts[3]: ${said}7`,
    ])
  })

  it('writes times as Date does', () => {
    const write = isoWriter()
    const times = [0, -1, 86_399_999, 86_400_000, -62_167_219_200_000, 253_402_300_799_999]
    for (let ms = 1.7e12; ms < 1.7e12 + 3e8; ms += 12_345_678) times.push(ms)
    for (const ms of times) expect(write(ms)).to.equal(new Date(ms).toISOString())
  })

  it('takes no longer for long text', () => {
    const started = performance.now()
    read(RFC3339, `2015-03-07T11:06:39.${'1'.repeat(1e6)}`)
    read('2006 002', ' '.repeat(1e6))
    read('MST', 'A'.repeat(1e6))
    expect(performance.now() - started).to.be.below(2000)
  })
})
