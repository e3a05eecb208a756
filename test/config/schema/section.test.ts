import { expect } from 'chai'
import type { Schema } from 'convict'
import { duration } from '../../../lib/config/schema/duration.ts'
import { listOf, oneOf } from '../../../lib/config/schema/formats.ts'
import { parseSection } from '../../../lib/config/schema/section.ts'
import { formatPath } from '../../../lib/errors.ts'

/** The problems that the parser reports for a section; empty if it accepts the section. */
function messagesOf(schema: Schema<unknown>, value: Readonly<Record<string, unknown>>) {
  const messages: string[] = []
  const settings = parseSection(
    schema,
    { path: ['beats', 0], value, alsoKnown: ['enabled'] },
    (path, message) => messages.push(`${formatPath(path)}: ${message}`),
  )
  expect(settings === undefined).to.equal(messages.length > 0)
  return messages
}

const settingsOf = <S>(schema: Schema<S>, value: Readonly<Record<string, unknown>>) =>
  parseSection(schema, { path: [], value }, (path, message) => {
    throw new Error(`${formatPath(path)}: ${message}`)
  })

const even = (value: unknown): void => {
  if (typeof value !== 'number' || value % 2 !== 0) throw new Error('must be even')
}

describe("config: a plugin's section", () => {
  const schema: Schema<unknown> = {
    period: { format: duration, default: 10_000 },
    sets: { format: listOf(oneOf(['cpu', 'load'])), default: ['cpu'] },
    nested: {
      deep: { count: { format: 'nat', default: 1 } },
      port: { format: 'port', default: 80 },
    },
    free: { format: Object, default: {} },
    maybe: { format: String, nullable: true, default: null },
    inputs: {
      format: Array,
      default: [],
      children: {
        file: { format: String, default: null },
        every: { format: duration, default: 1000 },
      },
    },
  }

  it('fills in every default', () => {
    expect(settingsOf(schema, {})).to.deep.equal({
      period: 10_000,
      sets: ['cpu'],
      nested: { deep: { count: 1 }, port: 80 },
      free: {},
      maybe: null,
      inputs: [],
    })
  })

  it('takes what is written, at any depth', () => {
    const free = { a: { b: { c: [1, { d: null }] } } }
    const written = {
      period: '1m',
      sets: ['load'],
      nested: { deep: { count: 3 } },
      free,
      maybe: 'x',
      inputs: [{ file: 'f' }],
    }
    expect(settingsOf(schema, written)).to.deep.equal({
      period: 60_000,
      sets: ['load'],
      nested: { deep: { count: 3 }, port: 80 },
      free,
      maybe: 'x',
      inputs: [{ file: 'f', every: 1000 }],
    })
  })

  it('takes an empty section for no section', () => {
    expect(settingsOf(schema, { nested: null })).to.have.nested.property('nested.port', 80)
  })

  it('hands out settings of its own each time', () => {
    const first: unknown = settingsOf(schema, {})
    expect(first).to.have.property('free').that.is.an('object')
    Object.assign((first as { free: object }).free, { spoilt: true })
    expect(settingsOf(schema, {})).to.have.property('free').that.deep.equals({})
  })

  it('reports everything at once, each with its path', () => {
    const value = {
      perod: '1s',
      period: 'x',
      sets: ['cpu', 'laod'],
      nested: { deep: 3, prot: 1, port: '80abc' },
      free: [],
      maybe: 3,
      inputs: [{ every: '1s' }, 4, { file: 'f', fiel: 1 }],
      enabeld: false,
    }
    expect(messagesOf(schema, value)).to.deep.equal([
      'beats[0].perod: unknown key (did you mean "period"?)',
      'beats[0].enabeld: unknown key (did you mean "enabled"?)',
      'beats[0].period: must be a duration of at most 24d20h, such as 10s or 1m30s, not "x"',
      'beats[0].sets[1]: must be one of cpu, load, not "laod" (did you mean "load"?)',
      'beats[0].nested.prot: unknown key (did you mean "port"?)',
      'beats[0].nested.deep: must be a map, written as key: value, not 3',
      'beats[0].nested.port: must be a whole number from 0 to 65535, not "80abc"',
      'beats[0].free: must be a map, written as key: value, not a list',
      'beats[0].maybe: must be text, not 3 (put it in quotes)',
      'beats[0].inputs[0].file: is required',
      'beats[0].inputs[1]: must be a map, written as key: value, not 4',
      'beats[0].inputs[2].fiel: unknown key (did you mean "file"?)',
    ])
  })

  const refused: readonly (readonly [leaf: object, written: unknown, message: string])[] = [
    [{ format: 'int', default: 1 }, '12 monkeys', 'must be a whole number, not "12 monkeys"'],
    [{ format: 'int', default: 1 }, 1.5, 'must be a whole number, not 1.5'],
    [{ format: 'nat', default: 1 }, -1, 'must be a whole number, 0 or more, not -1'],
    [{ format: Number, default: 1 }, '1.5', 'must be a number, not "1.5"'],
    [{ format: 'Number', default: 1 }, Infinity, 'must be a number, not Infinity'],
    [{ format: Boolean, default: true }, 'yes', 'must be true or false, not "yes"'],
    [{ format: Array, default: [] }, 'a,b', 'must be a list, such as [a, b], not "a,b"'],
    [{ format: Object, default: {} }, '{}', 'must be a map, written as key: value, not "{}"'],
    [{ format: RegExp, default: /a/ }, '(', 'must be a regular expression, not "("'],
    [{ format: RegExp, default: /a/ }, 5, 'must be a regular expression, not 5'],
    [{ format: String, default: 'x' }, true, 'must be text, not true (put it in quotes)'],
    [{ format: String, default: 'x' }, [], 'must be text, not a list'],
    [{ format: 'port', default: 1 }, 65_536, 'must be a whole number from 0 to 65535, not 65536'],
    [{ format: 'integer', default: 1 }, 1.5, 'must be a whole number, not 1.5'],
    [{ default: true }, 1, 'must be true or false, not 1'],
    [{ default: ['a'] }, 'a', 'must be a list, such as [a, b], not "a"'],
    [
      { format: Object, default: {} },
      null,
      'has no value; it must be a map, written as key: value',
    ],
    [
      { format: 'windows_named_pipe', default: 80 },
      'pipe',
      'must be a port or a Windows named pipe, not "pipe"',
    ],
    [{ format: ['on', 3], default: 'on' }, 4, 'must be one of on, 3, not 4'],
    [
      { format: 'int', default: 1, sensitive: true },
      null,
      'has no value; it must be a whole number',
    ],
    [
      { format: ['on', 'off', 3], default: 'on' },
      'onn',
      'must be one of on, off, 3, not "onn" (did you mean "on"?)',
    ],
    [{ format: even, default: 2 }, '4', 'must be even'],
    [{ default: 2 }, '4', 'must be a number, not "4"'],
    [{ default: 'x' }, 4, 'must be text, not 4 (put it in quotes)'],
    [{ format: String, default: 'x' }, null, 'has no value; it must be text'],
    [
      { format: 'int', default: 1 },
      2n ** 70n,
      'is too large for an exact number; put it in quotes',
    ],
    [{ format: ['a'], default: 'a', sensitive: true }, 'hunter2', 'must be one of a'],
    [{ format: even, default: 2, sensitive: true }, 'hunter2', 'is not valid'],
  ]
  for (const [leaf, written, message] of refused) {
    it(`${message}`, () => {
      expect(messagesOf({ key: leaf } as Schema<unknown>, { key: written })).to.deep.equal([
        `beats[0].key: ${message}`,
      ])
    })
  }

  it('suggests no key where none is near', () => {
    const value = { mutant: 1, nested: { mutant: 1 } }
    expect(messagesOf(schema, value)).to.deep.equal([
      'beats[0].mutant: unknown key',
      'beats[0].nested.mutant: unknown key',
    ])
  })

  it('fills in defaults in lists of maps, at any depth', () => {
    const children = {
      name: { format: String, default: null },
      to: { host: { format: String, default: 'localhost' }, port: { format: 'port', default: 80 } },
      tags: [],
    }
    const listed = { list: { format: Array, default: [], children } } as Schema<unknown>
    const list = [{ name: 'a' }, { name: 'b', to: { port: 81 }, tags: ['x'] }]
    expect(settingsOf(listed, { list })).to.deep.equal({
      list: [
        { name: 'a', to: { host: 'localhost', port: 80 }, tags: [] },
        { name: 'b', to: { host: 'localhost', port: 81 }, tags: ['x'] },
      ],
    })
    for (const [wrong, shown] of [
      [5, '5'],
      [{ 0: {} }, 'a map'],
    ] as const) {
      expect(messagesOf(listed, { list: wrong })).to.deep.equal([
        `beats[0].list: must be a list, such as [a, b], not ${shown}`,
      ])
    }
    expect(messagesOf(listed, { list: [{ name: 'a', to: { prot: 1 } }] })).to.deep.equal([
      'beats[0].list[0].to.prot: unknown key (did you mean "port"?)',
    ])
  })

  it('says that a required setting is missing or has no value, and keeps one that may be null', () => {
    const leaves = {
      must: { format: String, default: null },
      may: { format: String, default: null, nullable: true },
      any: { format: '*', default: null },
    } as Schema<unknown>
    expect(messagesOf(leaves, {})).to.deep.equal(['beats[0].must: is required'])
    expect(messagesOf(leaves, { must: null, may: null, any: null })).to.deep.equal([
      'beats[0].must: has no value; it must be text',
    ])
    expect(settingsOf(leaves, { must: 'x' })).to.deep.equal({ must: 'x', may: null, any: null })
  })

  const taken: readonly (readonly [leaf: object, written: unknown, value: unknown])[] = [
    [{ format: even, default: 2 }, 4, 4],
    [{ format: '*', default: null }, undefined, null],
    [{ format: '*', default: null }, null, null],
    [{ format: RegExp, default: /a/ }, '^b$', /^b$/],
    [{ format: ['on', 3], default: 'on' }, 3, 3],
    [{ format: ['on', 3], default: 'on' }, 'on', 'on'],
    [{ format: 'port', default: 1 }, 65_535, 65_535],
    [{ format: 'port', default: 1 }, 0, 0],
    [{ format: 'nat', default: 1 }, 0, 0],
    [{ format: Number, default: 1 }, -1.5, -1.5],
    [{ format: Boolean, default: true }, false, false],
    [{ default: 'x' }, '', ''],
    [{ default: 2 }, 2.5, 2.5],
    [{ default: false }, true, true],
    [{ default: { a: 1 } }, { b: 2 }, { b: 2 }],
    [{ format: 'port_or_windows_named_pipe', default: 80 }, 81, 81],
    [{ format: 'port_or_windows_named_pipe', default: 80 }, '\\\\.\\pipe\\x', '\\\\.\\pipe\\x'],
    [{ format: '*', default: 1 }, 'anything', 'anything'],
    [{ default: null }, ['anything'], ['anything']],
    [{ default: [] }, ['x'], ['x']],
    [{ format: String, default: 'x', env: 'PATH' }, undefined, 'x'],
    [
      { format: Object, default: {} },
      { constructor: { prototype: 1 }, a: { '': 1 } },
      { constructor: { prototype: 1 }, a: { '': 1 } },
    ],
  ]
  for (const [leaf, written, value] of taken) {
    it(`takes ${String(JSON.stringify(written))} for ${JSON.stringify(leaf)}`, () => {
      const got = settingsOf(
        { key: leaf } as Schema<unknown>,
        written === undefined ? {} : { key: written },
      )
      expect(got).to.deep.equal({ key: value })
    })
  }

  it("names a schema that convict refuses, which is the plugin's fault", () => {
    const [message] = messagesOf({ a: { format: 'nonsense', default: 1 } } as Schema<unknown>, {})
    expect(message).to.equal(
      "beats[0]: its schema is invalid; report this to the plugin's author: 'a' uses an unknown format type: nonsense",
    )
  })
})
