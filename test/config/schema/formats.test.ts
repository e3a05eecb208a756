import { expect } from 'chai'
import fc from 'fast-check'
import { bytes, bytesFrom } from '../../../lib/config/schema/bytes.ts'
import { duration, durationFrom, formatDuration } from '../../../lib/config/schema/duration.ts'
import { fileMode } from '../../../lib/config/schema/file-mode.ts'
import { type Format, integer, listOf, oneOf, text } from '../../../lib/config/schema/formats.ts'

const LONGEST = 2 ** 31 - 1
const levels = oneOf(['info', 'error'])

describe('config: formats', () => {
  const good: readonly (readonly [Format<unknown>, written: unknown, value: unknown])[] = [
    [duration, '10s', 10_000],
    [duration, '1m30s', 90_000],
    [duration, '500ms', 500],
    [duration, '1.5h', 5_400_000],
    [duration, '0.7s', 700],
    [duration, '1d', 86_400_000],
    [duration, 0, 0],
    [duration, '0', 0],
    [duration, `${LONGEST}ms`, LONGEST],
    [durationFrom(1), '1ms', 1],
    [bytes, '10MiB', 10_485_760],
    [bytes, '10MB', 10_000_000],
    [bytes, '1.5 kB', 1500],
    [bytes, 4096, 4096],
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

  it('reads back every duration that it writes', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: LONGEST }), ms => {
        expect(duration.parse(formatDuration(ms))).to.equal(ms)
      }),
    )
  })
})
