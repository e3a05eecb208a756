import { expect } from 'chai'
import fc from 'fast-check'
import { bytes, bytesFrom } from '../../../lib/config/schema/bytes.ts'
import { duration, durationFrom, formatDuration } from '../../../lib/config/schema/duration.ts'
import { fileMode } from '../../../lib/config/schema/file-mode.ts'
import {
  accepts,
  type Format,
  integer,
  listOf,
  oneOf,
  text,
} from '../../../lib/config/schema/formats.ts'

const LONGEST = 2 ** 31 - 1
const levels = oneOf(['info', 'error'])

describe('config: formats', () => {
  const good: readonly (readonly [Format<unknown>, written: unknown, value: unknown])[] = [
    [duration, '10s', 10_000],
    [duration, '1m30s', 90_000],
    [duration, '500ms', 500],
    [duration, '1.5h', 5_400_000],
    [duration, '0.7s', 700],
    [duration, '1ms', 1],
    [duration, '1s', 1000],
    [duration, '1m', 60_000],
    [duration, '1h', 3_600_000],
    [duration, '1.001s', 1001],
    [durationFrom(1000), '1s', 1000],
    [duration, '1d', 86_400_000],
    [duration, 0, 0],
    [duration, '0', 0],
    [duration, `${LONGEST}ms`, LONGEST],
    [durationFrom(1), '1ms', 1],
    [bytes, '10MiB', 10_485_760],
    [bytes, '10MB', 10_000_000],
    [bytes, '1.5 kB', 1500],
    [bytes, 4096, 4096],
    [bytes, 0, 0],
    [bytes, '7B', 7],
    [bytes, '1kB', 1_000],
    [bytes, '1KB', 1_000],
    [bytes, '1MB', 1_000_000],
    [bytes, '1GB', 1_000_000_000],
    [bytes, '1TB', 1_000_000_000_000],
    [bytes, '1KiB', 1_024],
    [bytes, '1MiB', 1_048_576],
    [bytes, '1GiB', 1_073_741_824],
    [bytes, '1TiB', 1_099_511_627_776],
    [bytesFrom(1024), 1024, 1024],
    [bytesFrom(1024), '1KiB', 1024],
    [fileMode, '0000', 0],
    [fileMode, '0777', 0o777],
    [integer(1, 3), 1, 1],
    [integer(), Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER],
    [listOf(levels), [], []],
    [fileMode, '0600', 0o600],
    [fileMode, '0o644', 0o644],
    [integer(), -3, -3],
    [integer(1, 3), 3, 3],
    [text, 'x', 'x'],
    [levels, 'info', 'info'],
    [listOf(levels), ['info', 'info'], ['info', 'info']],
    [listOf(duration), ['1s', '2s'], [1000, 2000]],
  ]
  for (const [format, written, value] of good) {
    it(`takes ${JSON.stringify(written)} for ${JSON.stringify(value)}`, () => {
      const parsed = format.parse(written)
      expect(parsed).to.deep.equal(value)
      expect(() => format(parsed)).not.to.throw()
    })
  }

  const bad: readonly (readonly [Format<unknown>, written: unknown, message: string])[] = [
    [
      duration,
      10,
      'must be a duration of at most 24d20h, such as 10s or 1m30s, not 10 (the unit is missing)',
    ],
    [duration, '12 monkeys', 'not "12 monkeys"'],
    [duration, '', 'not ""'],
    [duration, '-1s', 'not "-1s"'],
    [duration, '1s ', 'not "1s "'],
    [duration, '0.1ms', 'not "0.1ms"'],
    [duration, '25d', 'not "25d"'],
    [duration, ['1s'], 'not a list'],
    [duration, 0.5, 'not 0.5 (the unit is missing)'],
    [duration, -1, 'such as 10s or 1m30s, not -1'],
    [duration, true, 'such as 10s or 1m30s, not true'],
    [duration, 'x1s', 'not "x1s"'],
    [duration, `${LONGEST + 1}ms`, 'not "2147483648ms"'],
    [durationFrom(1000), '999ms', 'from 1s to 24d20h, such as 10s or 1m30s, not "999ms"'],
    [durationFrom(1), '0', 'must be a duration from 1ms to 24d20h, such as 10s or 1m30s, not "0"'],
    [bytes, 'x1MB', 'must be a size, such as 10MiB, 10MB or 4096, not "x1MB"'],
    [bytes, '1MBx', 'not "1MBx"'],
    [bytes, 'MB', 'not "MB"'],
    [bytes, '4096', 'not "4096"'],
    [bytes, 2 ** 53, 'not 9007199254740992'],
    [bytes, true, 'not true'],
    [bytesFrom(1), 0, 'must be a size of 1 bytes or more, such as 10MiB, 10MB or 4096, not 0'],
    [fileMode, 'x0600', 'not "x0600"'],
    [fileMode, '06000', 'not "06000"'],
    [fileMode, 0o600, 'not 384'],
    [integer(1, 3), 0, 'must be a whole number from 1 to 3, not 0'],
    [text, true, 'must be text, not true (put it in quotes)'],
    [text, [], 'must be text, not a list'],
    [levels, 5, 'must be one of info, error, not 5'],
    [levels, 'x'.repeat(60), `must be one of info, error, not "${'x'.repeat(60)}"`],
    [levels, 'x'.repeat(61), `must be one of info, error, not "${'x'.repeat(60)}…"`],
    [durationFrom(1), 0, 'must be a duration from 1ms to 24d20h, such as 10s or 1m30s, not 0'],
    [bytes, '10Mb', 'not "10Mb"'],
    [bytes, '10iB', 'not "10iB"'],
    [bytes, -1, 'not -1'],
    [bytes, 1.5, 'not 1.5'],
    [
      bytesFrom(1024),
      1023,
      'must be a size of 1024 bytes or more, such as 10MiB, 10MB or 4096, not 1023',
    ],
    [fileMode, 600, 'must be a file mode such as 0600, not 600'],
    [fileMode, '0999', 'not "0999"'],
    [fileMode, '04755', 'not "04755"'],
    [integer(), '7', 'must be a whole number, not "7"'],
    [integer(0), -1, 'must be a whole number, 0 or more, not -1'],
    [integer(1, 3), 4, 'must be a whole number from 1 to 3, not 4'],
    [integer(), Number.NaN, 'not NaN'],
    [text, '', 'must be text, not ""'],
    [text, 12, 'must be text, not 12 (put it in quotes)'],
    [levels, 'inof', 'must be one of info, error, not "inof" (did you mean "info"?)'],
    [levels, { a: 1 }, 'must be one of info, error, not a map'],
    [listOf(levels), 'info', 'must be a list, such as [a, b], not "info"'],
    [text, null, 'must be text, not null'],
  ]
  for (const [format, written, message] of bad) {
    it(`refuses ${JSON.stringify(written)}: ${message}`, () => {
      expect(() => format.parse(written))
        .to.throw(Error)
        .with.property('message')
        .that.satisfies((got: string) => got.endsWith(message))
    })
  }

  it('checks settled values as convict does, by a call', () => {
    expect(() => duration('10s')).to.throw('must be a duration')
    expect(() => fileMode('0600')).to.throw('must be a file mode')
    expect(() => listOf(duration)(['1s'])).to.throw('must be a list')
  })

  const SETTLED: readonly (readonly [
    what: string,
    format: Format<unknown>,
    taken: readonly unknown[],
    refused: readonly unknown[],
  ])[] = [
    ['duration', duration, [0, 1, LONGEST], [-1, 1.5, LONGEST + 1, '1s', null]],
    ['duration of 1s or more', durationFrom(1000), [1000], [999, 0]],
    ['bytes', bytes, [0, Number.MAX_SAFE_INTEGER], [-1, 1.5, 2 ** 53, '1MB']],
    ['bytes from 5', bytesFrom(5), [5, 6], [4, 5.5]],
    ['file mode', fileMode, [0, 1, 0o777], [-1, 0o1000, 1.5, '0600']],
    ['integer', integer(1, 3), [1, 3], [0, 4, 1.5]],
    ['list', listOf(levels), [[], ['info', 'error']], [['info', 'x'], 'info', null]],
    ['word', levels, ['info'], ['x', null]],
  ]
  for (const [what, format, taken, refused] of SETTLED) {
    it(`knows a settled ${what}`, () => {
      expect(taken.filter(value => !accepts(format, value))).to.deep.equal([])
      expect(refused.filter(value => accepts(format, value))).to.deep.equal([])
    })
  }

  const WRITTEN: readonly (readonly [ms: number, text: string])[] = [
    [0, '0s'],
    [1, '1ms'],
    [1000, '1s'],
    [60_000, '1m'],
    [3_600_000, '1h'],
    [86_400_000, '1d'],
    [90_061_001, '1d1h1m1s1ms'],
    [86_399_999, '23h59m59s999ms'],
  ]
  for (const [ms, written] of WRITTEN) {
    it(`writes ${ms} ms as ${written}`, () => expect(formatDuration(ms)).to.equal(written))
  }

  it('reads back every duration that it writes', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: LONGEST }), ms => {
        expect(duration.parse(formatDuration(ms))).to.equal(ms)
      }),
    )
  })
})
