import { expect } from 'chai'
import decodeBase64 from '../../../lib/processors/decode/decode-base64-field.ts'
import decodeCsv from '../../../lib/processors/decode/decode-csv-fields.ts'
import urldecode from '../../../lib/processors/decode/urldecode.ts'
import { outcome, problemsOf, type Row } from '../opened.ts'

describe('processor: decode_base64_field', () => {
  const into = { field: { from: 'a', to: 'b' } }
  const decoded = (a: string, b: string) => ({ a, b })
  const ROWS: readonly Row[] = [
    ['decodes', into, { a: 'Y29ycmVjdCBkYXRh' }, decoded('Y29ycmVjdCBkYXRh', 'correct data')],
    ['decodes with padding', into, { a: 'YQ==' }, decoded('YQ==', 'a')],
    ['decodes without padding', into, { a: 'YQ' }, decoded('YQ', 'a')],
    ['decodes over line ends', into, { a: 'Y\r\nQ==' }, decoded('Y\r\nQ==', 'a')],
    ['decodes nothing', into, { a: '' }, decoded('', '')],
    ['decodes in place', { field: { from: 'a' } }, { a: 'w7w=' }, { a: 'ü' }],
    ['replaces the target', into, { a: 'YQ', b: 1 }, decoded('YQ', 'a')],
    ['has no half characters', into, { a: '/w==' }, decoded('/w==', '\ufffd')],
    ['fails for what is none', into, { a: 'bad data' }, 'throws: the field a is no base64'],
    ['fails for URL-safe digits', into, { a: '-_' }, 'throws: the field a is no base64'],
    ['fails for one digit', into, { a: 'Y' }, 'throws: the field a is no base64'],
    ['fails for padding inside', into, { a: 'Y=Q' }, 'throws: the field a is no base64'],
    ['fails for a number', into, { a: 1 }, 'throws: the field a is a number, not text'],
    ['fails for what is missing', into, {}, 'throws: the field a is missing'],
    ['or ignores it', { ...into, ignore_missing: true }, {}, {}],
    ['or leaves what fails', { ...into, fail_on_error: false }, { a: '-' }, { a: '-' }],
  ]
  for (const [what, config, event, result] of ROWS) {
    it(what, () => expect(outcome(decodeBase64, config, event)).to.deep.equal(result))
  }

  it('says what is wrong with its settings', () => {
    expect(problemsOf(decodeBase64, { field: { form: 'a' } })).to.deep.equal([
      'field.form: unknown key (did you mean "from"?)',
      'field.from: is required',
    ])
  })
})

describe('processor: urldecode', () => {
  const fields = [{ from: 'a', to: 'b' }]
  const ROWS: readonly Row[] = [
    [
      'decodes',
      { fields },
      { a: 'correct+data%20%C3%BC' },
      { a: 'correct+data%20%C3%BC', b: 'correct data ü' },
    ],
    ['decodes in place', { fields: [{ from: 'a' }] }, { a: '%2Fx%3D1' }, { a: '/x=1' }],
    ['leaves other text', { fields: [{ from: 'a' }] }, { a: 'ü😀' }, { a: 'ü😀' }],
    ['has no half characters', { fields: [{ from: 'a' }] }, { a: 'ü%ff%41' }, { a: 'ü\ufffdA' }],
    ['replaces the target', { fields }, { a: 'x', b: 1 }, { a: 'x', b: 'x' }],
    ['fails for half a code', { fields }, { a: '%2' }, 'throws: the field a is not URL-encoded'],
    [
      'fails for what is no code',
      { fields },
      { a: 'Hello G%ünter' },
      'throws: the field a is not URL-encoded',
    ],
    ['fails for a number', { fields }, { a: 1 }, 'throws: the field a is a number, not text'],
    ['fails for what is missing', { fields }, {}, 'throws: the field a is missing'],
    ['or ignores it', { fields, ignore_missing: true }, {}, {}],
    ['or leaves what fails', { fields, fail_on_error: false }, { a: '%' }, { a: '%' }],
  ]
  for (const [what, config, event, result] of ROWS) {
    it(what, () => expect(outcome(urldecode, config, event)).to.deep.equal(result))
  }
})

describe('processor: decode_csv_fields', () => {
  const inPlace = (options: object = {}) => ({ fields: { m: 'm' }, ...options })
  const ROWS: readonly Row[] = [
    [
      'decodes in place',
      inPlace(),
      { m: '17,192.168.33.1,8.8.8.8' },
      { m: ['17', '192.168.33.1', '8.8.8.8'] },
    ],
    [
      'decodes a field in a map',
      { fields: { my: { field: 'csv' } } },
      { my: { field: 'a,b' } },
      { my: { field: 'a,b' }, csv: ['a', 'b'] },
    ],
    [
      'decodes @metadata',
      { fields: { '@metadata.a': '@metadata.b' } },
      { '@metadata': { a: '1' } },
      { '@metadata': { a: '1', b: ['1'] } },
    ],
    ['decodes quotes', inPlace(), { m: '"hello ""world""",x' }, { m: ['hello "world"', 'x'] }],
    [
      'decodes lazy quotes',
      inPlace(),
      { m: 'a "b" c,"d "e" f",g"' },
      { m: ['a "b" c', 'd "e" f', 'g"'] },
    ],
    ['decodes quotes without an end', inPlace(), { m: 'a,"b,c' }, { m: ['a', 'b,c'] }],
    ['decodes line ends in quotes', inPlace(), { m: '"a\r\nb",c\nd' }, { m: ['a\nb', 'c'] }],
    ['decodes the first line', inPlace(), { m: '\n\r\na,b\nc,d' }, { m: ['a', 'b'] }],
    ['decodes empty values', inPlace(), { m: ',,""' }, { m: ['', '', ''] }],
    [
      'decodes other separators',
      inPlace({ separator: ';' }),
      { m: '1.5;false;hello world' },
      { m: ['1.5', 'false', 'hello world'] },
    ],
    ['decodes tabs', inPlace({ separator: '\t' }), { m: 'a\t"b\tc"' }, { m: ['a', 'b\tc'] }],
    [
      'decodes any separator',
      inPlace({ separator: '🍺' }),
      { m: '🐢🍺🌔🐈🍺🍺🐥' },
      { m: ['🐢', '🌔🐈', '', '🐥'] },
    ],
    [
      'trims',
      inPlace({ trim_leading_space: true }),
      { m: ' a,   "b" ,c ' },
      { m: ['a', 'b" ,c '] },
    ],
    ['does not trim', inPlace(), { m: ' a, "b"' }, { m: [' a', ' "b"'] }],
    [
      'fails for a field that exists',
      { fields: { m: 'n' } },
      { m: 'a', n: 1 },
      'throws: the field n exists already',
    ],
    [
      'or replaces it',
      { fields: { m: 'n' }, overwrite_keys: true },
      { m: 'a', n: 1 },
      { m: 'a', n: ['a'] },
    ],
    ['fails for a number', inPlace(), { m: 42 }, 'throws: the field m is a number, not text'],
    ['fails for no line', inPlace(), { m: '\n' }, 'throws: the field m has no line of CSV'],
    ['fails for what is missing', inPlace(), {}, 'throws: the field m is missing'],
    ['or ignores it', inPlace({ ignore_missing: true }), {}, {}],
    [
      'or decodes what it can',
      { fields: { a: 'a', b: 'b', c: 'a.b' }, fail_on_error: false },
      { a: '1,2', b: 'x', c: ':)' },
      { a: ['1', '2'], b: ['x'], c: ':)' },
    ],
  ]
  for (const [what, config, event, result] of ROWS) {
    it(what, () => expect(outcome(decodeCsv, config, event)).to.deep.equal(result))
  }

  it('takes no longer for many lines and quotes', () => {
    const started = performance.now()
    for (const m of [
      '"\n'.repeat(300_000),
      '"'.repeat(600_000),
      ' '.repeat(600_000),
      ','.repeat(600_000),
    ]) {
      outcome(decodeCsv, inPlace({ trim_leading_space: true }), { m })
    }
    expect(performance.now() - started).to.be.below(5000)
  })

  it('says what is wrong with its settings', () => {
    expect(problemsOf(decodeCsv, { fields: {}, separator: ',,' })).to.deep.equal([
      'fields: must be a map of fields to the fields for their values, such as { message: csv }, not a map',
      'separator: must be one character, but no quotation mark and no line end, not ",,"',
    ])
    for (const separator of ['"', '\n', '']) {
      expect(problemsOf(decodeCsv, { fields: { a: 'b' }, separator })).to.have.length(1)
    }
  })
})
