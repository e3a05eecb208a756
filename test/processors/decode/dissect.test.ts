import { expect } from 'chai'
import dissect from '../../../lib/processors/decode/dissect.ts'
import { opened, outcome, problemsOf, type Row } from '../opened.ts'

/** The tokenizer, the text, and the keys with their values; undefined if it does not match. */
type Case = readonly [what: string, tokenizer: string, text: string, keys: object | undefined]

describe('processor: dissect', () => {
  const CASES: readonly Case[] = [
    ['one key', '%{key}', 'foobar', { key: 'foobar' }],
    ['two keys', '%{key1} %{key2}', 'foo bar', { key1: 'foo', key2: 'bar' }],
    ['text after the last delimiter', 'a=%{a} m="%{m}"', 'a=1 m="OK" v="2"', { a: '1', m: 'OK' }],
    ['text in front', '/var/%{key}/log', '/var/foobar/log', { key: 'foobar' }],
    ['the rest', '/var/%{key}', '/var/foobar/log', { key: 'foobar/log' }],
    [
      'delimiters of several characters',
      '/var/%{a}/log/%{b}.log',
      '/var/x/log/y.log',
      { a: 'x', b: 'y' },
    ],
    ['another begin', '/var/%{key}.log', 'foobar', undefined],
    ['the begin later on', '/var/%{key}', 'x /var/y', undefined],
    ['a delimiter that is missing', '/var/%{key}.log', '/var/foobar', undefined],
    ['empty text', '%{key}', '', undefined],
    ['empty values', '%{a},%{b},%{c}', 'x,,', { a: 'x', b: '', c: '' }],
    ['nothing after the last delimiter', '%{a} %{b}', 'x ', { a: 'x', b: '' }],
    ['order', '%{+key/3} %{+key/1} %{+key/2}', '1 2 3', { key: '2 3 1' }],
    ['appending', '%{key}-%{+key}-%{+key}', '1-2-3', { key: '1-2-3' }],
    ['skipping', '%{} %{key}', 'hello world', { key: 'world' }],
    ['skipping by name', '%{?no} %{key}', 'hello world', { key: 'world' }],
    ['names from the text', '%{?key} %{&key}', 'hello world', { hello: 'world' }],
    ['names from the text, with a star', '%{*key}=%{&key|integer}', 'hello=7', { hello: 7 }],
    ['names that come later', '%{&key}=%{*key}', 'world=hello', { hello: 'world' }],
    ['names that stay', '%{key} %{&key}', 'hello world', { key: 'hello', hello: 'world' }],
    [
      'padding on the right',
      '%{id} %{function->} %{server}',
      '43 View     m-3',
      { id: '43', function: 'View', server: 'm-3' },
    ],
    ['padding at the end', '%{id} %{server->} ', '43 m-3    ', { id: '43', server: 'm-3' }],
    ['padding on the left', '%{id->} %{function}', '43    View', { id: '43', function: 'View' }],
    ['padding of several characters', '%{a->}, %{b}', '1, , , 2', { a: '1', b: '2' }],
    ['skipped padding', '%{->} %{b}', 'a   b', { b: 'b' }],
    ['braces', '{%{a}}{%{b}} %{rest}', '{c}{d} any', { a: 'c', b: 'd', rest: 'any' }],
    ['line ends', '%{a}\n%{b}', '1\n2\n3', { a: '1', b: '2\n3' }],
    ['lengths', '%{a#4}%{b#2}-%{c}', '202601-x', { a: '2026', b: '01', c: 'x' }],
    ['lengths that are too long', '%{a#4}', '123', undefined],
    ['lengths that are too short', '%{a#4}', '12345', undefined],
    [
      'types',
      '%{a|integer} %{b|long} %{c|float} %{d|double} %{e|boolean} %{f|ip} %{g|string}',
      '1 2 1.5 2.5 true ::1 x',
      { a: 1, b: 2, c: 1.5, d: 2.5, e: true, f: '::1', g: 'x' },
    ],
    ['types that do not fit', '%{a|integer} %{b|ip}', 'x 300.1.1.1', { a: 'x', b: '300.1.1.1' }],
    ['types after padding', '%{a->|integer} %{b}', '1   x', { a: 1, b: 'x' }],
    ['keys with dots', '%{a.b} %{a.c}', '1 2', { a: { b: '1', c: '2' } }],
    ['a key twice', '%{a} %{a}', '1 2', { a: '2' }],
    ['unicode', '„%{ä}“ %{b}', '„ü“ 😀', { ä: 'ü', b: '😀' }],
    ['__proto__', '%{__proto__} %{b}', '1 2', JSON.parse('{"__proto__":"1","b":"2"}')],
    ['__proto__ from the text', '%{?k} %{&k}', '__proto__ 2', JSON.parse('{"__proto__":"2"}')],
  ]
  for (const [what, tokenizer, text, keys] of CASES) {
    it(`${what}: ${tokenizer.slice(0, 40)}`, () => {
      const event = outcome(dissect, { tokenizer }, { message: text })
      expect(event).to.deep.equal(
        keys === undefined
          ? 'throws: the field message does not match'
          : { message: text, dissect: keys },
      )
    })
  }

  const tokenizer = '%{a} %{b}'
  const flagged = { log: { flags: ['dissect_parsing_error'] } }
  const ROWS: readonly Row[] = [
    [
      'reads another field',
      { tokenizer, field: 'x.y' },
      { x: { y: '1 2' } },
      { x: { y: '1 2' }, dissect: { a: '1', b: '2' } },
    ],
    [
      'sets fields at the top level',
      { tokenizer, target_prefix: '' },
      { message: '1 2' },
      { message: '1 2', a: '1', b: '2' },
    ],
    [
      'fails for a field that exists',
      { tokenizer, target_prefix: '' },
      { message: '1 2', b: 0 },
      'throws: the field b exists already',
    ],
    [
      'or replaces it',
      { tokenizer, target_prefix: '', overwrite_keys: true },
      { message: '1 2', b: 0 },
      { message: '1 2', a: '1', b: '2' },
    ],
    [
      'fails below text',
      { tokenizer },
      { message: '1 2', dissect: 'x' },
      "throws: the field dissect.a can't be set",
    ],
    [
      'fails for a number',
      { tokenizer },
      { message: 12 },
      'throws: the field message is a number, not text',
    ],
    ['fails without the field', { tokenizer }, {}, 'throws: the field message is missing'],
    [
      'marks what does not match',
      { tokenizer, ignore_failure: true },
      { message: 'x' },
      { message: 'x', ...flagged },
    ],
    ['or leaves the event', { tokenizer, ignore_failure: true }, { message: 12 }, { message: 12 }],
    [
      'as a whole',
      { tokenizer, target_prefix: '', ignore_failure: true },
      { message: '1 2', b: 0 },
      { message: '1 2', b: 0 },
    ],
    [
      'trims',
      { tokenizer: '%{a},%{b}', trim_values: 'all' },
      { message: '  1 , 2 ' },
      { message: '  1 , 2 ', dissect: { a: '1', b: '2' } },
    ],
    [
      'trims other characters',
      { tokenizer: '%{a},%{b}', trim_values: 'left', trim_chars: '…😀' },
      { message: '😀…1😀,😀' },
      { message: '😀…1😀,😀', dissect: { a: '1😀', b: '' } },
    ],
    [
      'trims on the right',
      { tokenizer: '%{a},%{b}', trim_values: 'right', trim_chars: ' \t😀' },
      { message: ' 1\t ,2😀' },
      { message: ' 1\t ,2😀', dissect: { a: ' 1', b: '2' } },
    ],
  ]
  for (const [what, config, event, result] of ROWS) {
    it(what, () => expect(outcome(dissect, config, event)).to.deep.equal(result))
  }

  it('takes no name from the text that can not be one', () => {
    const named = { tokenizer: '%{?k}=%{&k}', target_prefix: '' }
    for (const name of ['@timestamp', '@metadata', '', 'a..b', '.', 'x'.repeat(300)]) {
      expect(outcome(dissect, named, { message: `${name}=1` })).to.equal(
        'throws: a key from the text is not the name of a field',
      )
    }
    const two = { tokenizer: '%{?k}=%{&k} %{?l}=%{&l}', target_prefix: '' }
    expect(outcome(dissect, two, { message: 'a=1 a.b=2' })).to.match(/^throws: a key from the text/)
  })

  it('takes no longer for long text', () => {
    const { process } = opened(dissect, {
      tokenizer: '%{a->} %{b} %{c}',
      trim_values: 'all',
      ignore_failure: true,
    })
    const started = performance.now()
    for (const message of [`a${' '.repeat(1e6)}b c`, 'a '.repeat(5e5), ' '.repeat(1e6)])
      process({ message })
    expect(performance.now() - started).to.be.below(2000)
  })

  it('reads a tokenizer of a megabyte in a time that grows with it', () => {
    const keys = Array.from({ length: 90_000 }, (_, at) => `%{a${at}} `).join('')
    const started = performance.now()
    for (const written of ['a'.repeat(1e6), '%{'.repeat(5e5), keys.replace('a5', '&a7')])
      problemsOf(dissect, { tokenizer: written })
    expect(problemsOf(dissect, { tokenizer: keys })).to.deep.equal([])
    expect(performance.now() - started).to.be.below(5000)
  })

  it('says what is wrong with a tokenizer', () => {
    const faults: readonly (readonly [tokenizer: string, fault: string])[] = [
      ['hello', 'it has no %{key}'],
      ['%{a|int}', 'the types are integer, long, float, double, string, boolean, ip, not int'],
      ['%{a|}', "%{a|} can't be read"],
      ['%{&a} %{b}', 'nothing names the key of %{&a}'],
      ['%{+&a}', '%{+&a} has two prefixes'],
      ['%{+} %{b}', '%{+} has no key'],
      ['%{a}%{b}', 'two keys need a delimiter between them, or a length: %{key#4}'],
      ['%{a} %{b->}', '-> needs a delimiter after its key'],
      ['%{a.b} %{a}', "a can't be both a value and a map"],
      ['%{a..b} ', 'a key can not be @timestamp, and has no empty part'],
    ]
    const begin = 'tokenizer: must be text with keys, such as "%{client} %{verb}", not '
    for (const [written, fault] of faults) {
      expect(problemsOf(dissect, { tokenizer: written })).to.deep.equal([
        `${begin}${JSON.stringify(written)}: ${fault}`,
      ])
    }
    expect(problemsOf(dissect, { tokenizer: 5 })).to.deep.equal([`${begin}5`])
  })
})
