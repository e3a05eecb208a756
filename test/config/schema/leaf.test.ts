import { expect } from 'chai'
import { bytes } from '../../../lib/config/schema/bytes.ts'
import { duration } from '../../../lib/config/schema/duration.ts'
import { fileMode } from '../../../lib/config/schema/file-mode.ts'
import { accepts, integer } from '../../../lib/config/schema/formats.ts'
import { formatOf, isMap, leafOf, leavesOf } from '../../../lib/config/schema/leaf.ts'
import { isSharedSchema, sharedSchema } from '../../../lib/config/schema/shared-schema.ts'
import { show } from '../../../lib/config/schema/show.ts'
import { spelled } from '../../../lib/config/schema/spelling.ts'

describe("config: the leaves of convict's schemas", () => {
  it('are what has a default, or is one', () => {
    expect(leafOf({ default: 1, doc: 'A.' })).to.deep.equal({ default: 1, doc: 'A.' })
    expect(leafOf({ default: undefined })).to.deep.equal({ default: undefined })
    for (const node of [5, '', null, [], [{ default: 1 }], {}]) {
      expect(leafOf(node)).to.deep.equal({ default: node })
    }
    expect(leafOf({ a: 1 })).to.equal(undefined)
    expect(leafOf({ a: { default: 1 } })).to.equal(undefined)
  })

  it('are listed with their paths, in the order of the schema', () => {
    const schema = { b: { c: { default: 1 }, a: 2 }, a: { default: 3, format: 'int' } }
    expect(leavesOf(schema)).to.deep.equal([
      [['b', 'c'], { default: 1 }],
      [['b', 'a'], { default: 2 }],
      [['a'], { default: 3, format: 'int' }],
    ])
  })

  it('are in maps, which lists and nothing are not', () => {
    expect([{}, { a: 1 }].every(isMap)).to.equal(true)
    expect([[], null, undefined, 'a', 1].some(isMap)).to.equal(false)
  })

  const TAKEN: readonly (readonly [
    leaf: object,
    taken: readonly unknown[],
    refused: readonly unknown[],
  ])[] = [
    [{ default: 'x' }, ['', 'y'], [1, null, true]],
    [{ default: 1 }, [0, -1.5], ['1', null, true]],
    [{ default: true }, [false], ['true', 0]],
    [{ default: [1] }, [[], ['a']], [{}, 'a', null]],
    [{ default: { a: 1 } }, [{}, { b: 2 }], [[], null, 'a']],
    [{ default: null }, [null, 1, 'a', []], []],
    [{ default: undefined }, [undefined, 1, 'a', {}], []],
    [{ default: 1, format: '*' }, ['a', null], []],
    [{ default: 1, format: 'unknown' }, ['a', null], []],
    [{ default: 1, format: 'int' }, [1, -1], [1.5, '1']],
    [{ default: 1, format: 'port' }, [0, 65_535], [-1, 65_536]],
    [{ default: 'a', format: ['a', 1] }, ['a', 1], ['1', 'b', null]],
    [{ default: /a/, format: RegExp }, [/b/], ['b']],
    [{ default: 'x', format: 'windows_named_pipe' }, ['\\\\.\\pipe\\x', 80], ['x', 1.5, null]],
  ]
  for (const [leaf, taken, refused] of TAKEN) {
    it(`take as ${JSON.stringify(leaf)} what they should`, () => {
      const format = formatOf(Object(leaf))
      expect(taken.filter(value => !accepts(format, value))).to.deep.equal([])
      expect(refused.filter(value => accepts(format, value))).to.deep.equal([])
    })
  }

  it('may have a function of their own, which gets the value and the leaf', () => {
    const got: unknown[] = []
    const check = (value: unknown, leaf: unknown): void => {
      got.push([value, leaf])
      if (value === 'no') throw new Error('no!')
    }
    const leaf = { default: 'x', format: check }
    const format = formatOf(leaf)
    expect(format.expected).to.equal('is not valid')
    expect(format.parse('yes')).to.equal('yes')
    expect(() => format.parse('no')).to.throw('no!')
    expect(accepts(format, 'no')).to.equal(false)
    expect(got).to.deep.equal(['yes', 'no', 'no'].map(value => [value, leaf]))
  })

  it('may have one that parses, too, but only by a function', () => {
    const parsing = Object.assign(() => {}, { parse: (value: unknown) => [value] })
    expect(formatOf({ default: 1, format: parsing }).parse('a')).to.deep.equal(['a'])
    const other = Object.assign(() => {}, { parse: 'text', expected: 'must be' })
    expect(formatOf({ default: 1, format: other }).parse('a')).to.equal('a')
    for (const format of [null, 5, { parse: () => 'parsed', expected: 'must be' }]) {
      expect(formatOf({ default: 1, format }).parse('a')).to.equal('a')
    }
    expect(formatOf({ default: 1, format: duration })).to.equal(duration)
  })
})

describe('config: values in words', () => {
  const SHOWN: readonly (readonly [value: unknown, text: string])[] = [
    ['a', '"a"'],
    ['a"b', '"a\\"b"'],
    ['x'.repeat(60), `"${'x'.repeat(60)}"`],
    ['x'.repeat(61), `"${'x'.repeat(60)}…"`],
    [null, 'null'],
    [undefined, 'undefined'],
    [1.5, '1.5'],
    [2n ** 64n, '18446744073709551616'],
    [true, 'true'],
    [[], 'a list'],
    [{}, 'a map'],
  ]
  for (const [value, text] of SHOWN) {
    it(`are shown as ${text.slice(0, 20)}`, () => expect(show(value)).to.equal(text))
  }

  const SPELLED: readonly (readonly [value: unknown, format: unknown, text: string])[] = [
    ['a b', String, '"a b"'],
    [true, Boolean, 'true'],
    [[1], Array, '[1]'],
    [90_000, duration, '1m30s'],
    [0, duration, '0s'],
    [0, bytes, '0'],
    [512, bytes, '0.5KiB'],
    [65_536, bytes, '64KiB'],
    [1_048_576, bytes, '1MiB'],
    [1_572_864, bytes, '1536KiB'],
    [10 * 1024 ** 2, bytes, '10MiB'],
    [1024 ** 3, bytes, '1024MiB'],
    [1_000_000, bytes, '1MB'],
    [25_000_000, bytes, '25MB'],
    [0o600, fileMode, '0600'],
    [0o644, fileMode, '0644'],
    [5, integer(), '5'],
    [0, integer(), '0'],
  ]
  for (const [value, format, text] of SPELLED) {
    it(`are written as ${text}`, () => {
      expect(spelled(value, { default: value, format })).to.equal(text)
    })
  }

  it('know a schema that outputs share', () => {
    const schema = { a: 1 }
    expect(isSharedSchema(schema)).to.equal(false)
    expect(sharedSchema(schema)).to.equal(schema)
    expect(isSharedSchema(schema)).to.equal(true)
    expect(Object.keys(schema)).to.deep.equal(['a'])
    // A copy is another schema.
    expect([{ ...schema }, null, undefined, 'a', 1].some(isSharedSchema)).to.equal(false)
    // Two copies of the framework know each other's.
    expect(isSharedSchema({ [Symbol.for('sealbeat.shared-schema')]: true })).to.equal(true)
  })
})
