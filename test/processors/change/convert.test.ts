import { expect } from 'chai'
import convert from '../../../lib/processors/change/convert.ts'
import { outcome, problemsOf, type Row } from '../opened.ts'

const failed = (field: string, type: string, why: string) =>
  `throws: the field ${field} is no ${type}: ${why}`

describe('processor: convert', () => {
  describe('converts a value', () => {
    const VALUES: readonly (readonly [type: string, value: unknown, result: unknown])[] = [
      ['integer', '1', 1],
      ['integer', '-0x80000000', -2147483648],
      ['integer', '+7', 7],
      ['integer', 7.9, 7],
      ['integer', -7.9, -7],
      [
        'integer',
        2147483648,
        failed('v', 'integer', 'the value is not from -2147483648 to 2147483647'),
      ],
      ['integer', '1.0', failed('v', 'integer', 'the text is not a whole number')],
      ['integer', ' 1', failed('v', 'integer', 'the text is not a whole number')],
      ['integer', '', failed('v', 'integer', 'the text is not a whole number')],
      ['integer', true, failed('v', 'integer', 'true or false is not a whole number')],
      ['integer', '9'.repeat(100_000), failed('v', 'integer', 'the text is not a whole number')],
      ['long', '0x1F', 31],
      ['long', '9007199254740991', 9007199254740991],
      ['long', '9223372036854775807', '9223372036854775807'],
      ['long', '9223372036854775808', failed('v', 'long', 'the value is too large')],
      ['long', null, failed('v', 'long', 'null is not a whole number')],
      ['long', [1], failed('v', 'long', 'a list is not a whole number')],
      ['float', '1.1', 1.1],
      ['float', 1 / 3, 0.33333334],
      ['float', '1e39', failed('v', 'float', 'the value is too large')],
      ['float', 16777217, 16777216],
      ['double', '1.1', 1.1],
      ['double', '-.5e3', -500],
      ['double', 'NaN', failed('v', 'double', 'the text is not a number')],
      ['double', '1e999', failed('v', 'double', 'the value is too large')],
      ['double', '0x10', failed('v', 'double', 'the text is not a number')],
      ['string', 1, '1'],
      ['string', 1e21, '1e+21'],
      ['string', 0.00001, '1e-05'],
      ['string', 1.5e-300, '1.5e-300'],
      ['string', 0.0001, '0.0001'],
      ['string', 1234567.5, '1.2345675e+06'],
      ['string', 999999.5, '999999.5'],
      ['string', 1234567, '1234567'],
      ['string', false, 'false'],
      ['string', { a: 1 }, '{"a":1}'],
      ['string', 'ü', 'ü'],
      ['string', null, failed('v', 'string', 'null is not text')],
      ['boolean', 'T', true],
      ['boolean', '0', false],
      ['boolean', false, false],
      ['boolean', 'yes', failed('v', 'boolean', 'the text is not true or false')],
      ['boolean', 1, failed('v', 'boolean', 'a number is not true or false')],
      ['ip', '192.0.2.1', '192.0.2.1'],
      ['ip', '::ffff:1.2.3.4', '::ffff:1.2.3.4'],
      ['ip', 'fe80::1%eth0', failed('v', 'ip', 'the text is not an IP address')],
      ['ip', '256.0.0.1', failed('v', 'ip', 'the text is not an IP address')],
      ['ip', 1, failed('v', 'ip', 'a number is not an IP address')],
    ]
    for (const [type, value, result] of VALUES) {
      const shown = JSON.stringify(value).slice(0, 30)
      it(`${shown} to ${type}`, () => {
        const made = outcome(convert, { fields: [{ from: 'v', type }] }, { v: value })
        expect(typeof made === 'string' ? made : Object(made)['v']).to.deep.equal(result)
      })
    }
  })

  const two = [
    { from: 'source.ip', to: 'ip', type: 'ip' },
    { from: 'port', to: 'p', type: 'integer' },
  ]
  const ROWS: readonly Row[] = [
    [
      'copies where there is a target',
      { fields: two },
      { source: { ip: '::1' }, port: '80' },
      { source: { ip: '::1' }, port: '80', ip: '::1', p: 80 },
    ],
    [
      'renames if it is told to',
      { fields: two, mode: 'rename' },
      { source: { ip: '::1' }, port: '80' },
      { source: {}, ip: '::1', p: 80 },
    ],
    [
      'copies without a type',
      { fields: [{ from: 'a', to: 'b' }] },
      { a: { c: [1] } },
      { a: { c: [1] }, b: { c: [1] } },
    ],
    ['replaces the target', { fields: [{ from: 'a', to: 'b' }] }, { a: 1, b: 2 }, { a: 1, b: 1 }],
    [
      'keeps a field that is renamed to itself',
      { fields: [{ from: 'a', to: 'a', type: 'long' }], mode: 'rename' },
      { a: '1' },
      { a: 1 },
    ],
    [
      'lets a become a.b',
      { fields: [{ from: 'a', to: 'a.b' }], mode: 'rename' },
      { a: { c: 1 } },
      { a: { b: { c: 1 } } },
    ],
    [
      'loses nothing where it can not be set',
      { fields: [{ from: 'a', to: 'b.c', type: 'long' }], mode: 'rename', fail_on_error: false },
      { a: '1', b: 'x' },
      { a: '1', b: 'x' },
    ],
    [
      'does not see what it has set itself',
      {
        fields: [
          { from: 'a', to: 'b' },
          { from: 'b', to: 'c' },
        ],
      },
      { a: 1, b: 2 },
      { a: 1, b: 1, c: 2 },
    ],
    [
      'fails for a missing field',
      { fields: two },
      { port: '80' },
      'throws: the field source.ip is missing',
    ],
    ['or ignores it', { fields: two, ignore_missing: true }, { port: '80' }, { port: '80', p: 80 }],
    [
      'or leaves what fails',
      { fields: two, fail_on_error: false },
      { source: { ip: 'x' }, port: '80' },
      { source: { ip: 'x' }, port: '80', p: 80 },
    ],
    [
      'says the tag',
      { fields: [{ from: 'a', type: 'ip' }], tag: 'conv-1' },
      { a: 'x' },
      'throws: conv-1: the field a is no ip: the text is not an IP address',
    ],
  ]
  for (const [what, config, event, result] of ROWS) {
    it(what, () => expect(outcome(convert, config, event)).to.deep.equal(result))
  }

  it('says which of its conversions are wrong', () => {
    const fields = [
      { from: 'a' },
      { from: 'a', type: 'int' },
      { from: 'a', to: '@timestamp' },
      { from: '@timestamp', type: 'string' },
      { from: 'a', to: 'b', tipe: 'ip' },
      { to: 'b' },
      'a',
      { from: 'a', type: 'ip' },
    ]
    const problems = problemsOf(convert, { fields, mode: 'move' })
    const said = 'must be a map such as { from: code, to: status, type: integer }, not'
    expect(problems).to.deep.equal([
      `fields[0]: ${said} a map: to or type is missing`,
      `fields[1]: ${said} a map: type must be one of integer, long, float, double, string, boolean, ip`,
      `fields[2]: ${said} a map: to must be a field that can be set`,
      `fields[3]: ${said} a map: @timestamp can not be set`,
      `fields[4]: ${said} a map: there is no tipe (did you mean "type"?)`,
      `fields[5]: ${said} a map: from must be the name of a field`,
      `fields[6]: ${said} "a"`,
      'mode: must be one of copy, rename, not "move"',
    ])
  })
})
