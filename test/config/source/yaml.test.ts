// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are the agent's own references
import { expect } from 'chai'
import { plainOfMap, type Tree } from '../../../lib/config/source/tree.ts'
import { readYaml } from '../../../lib/config/source/yaml.ts'
import { formatPath } from '../../../lib/errors.ts'

/** What a text is, and what is found in it: `line:column path: message`. */
function read(text: string) {
  const found: string[] = []
  const positionOf = (line: number, column: number) => ({ name: 'f', source: 0, line, column })
  const tree = readYaml({ text, positionOf }, ({ line, column }, path, message) =>
    found.push([`${line}:${column}`, formatPath(path), message].filter(Boolean).join(': ')),
  )
  return { tree, plain: tree?.kind === 'map' ? plainOfMap(tree) : tree, found }
}

const INDENT = ': indent it as the lines beside it, with spaces'
const SPACED = ': write KEY: VALUE, with a space'
const QUOTE = ' (quote a reference within [ ] or { })'

describe('config: YAML', () => {
  const FLAWS: readonly (readonly [text: string, ...found: readonly string[]])[] = [
    ['a:\n\tb: 1', '2:1: Tabs are not allowed as indentation: use spaces'],
    ['- a\n- b: 1\n c', `3:1: Sequence item without - indicator${INDENT}`],
    ['a:\n  b: 1\n c: 2', `3:1: All mapping items must start at the same column${INDENT}`],
    ['a:\n  - b\n - c', `3:1: A block sequence may not be used as an implicit map key${INDENT}`],
    [
      'a: b: c',
      `1:4: Nested mappings are not allowed in compact mappings${INDENT}, and quote a value that has ": " in it`,
    ],
    ['a: 1\nb', `2:1: Implicit map keys need to be followed by map values${SPACED}`],
    ['a\nb: 1', `1:1: Implicit keys need to be on a single line${SPACED}`],
    ['a: ]', '1:4: Unexpected flow-seq-end token'],
    ['a: "x', '1:6: Missing closing "quote'],
    ['a: @x', '1:4: Plain value cannot start with reserved character @'],
    ['%FOO\n---\na: 1', '1:1: Unknown directive %FOO'],
    ['a: !!int x', '1:4: Unresolved tag: tag:yaml.org,2002:int'],
    ['a: 1\n---\nb: 1', '2:1: a second document; only one is allowed'],
    ['---\n---\n---\n', '2:1: a second document; only one is allowed'],
    // What would quote the text does not.
    ["a: 'x' secret", '1:8: Unexpected scalar at node end'],
    // The first of each line, and of all the first five.
    ['a: !x [!y 1, !z 2]\nb: !x 1', '1:4: Unresolved tag: !x', '2:4: Unresolved tag: !x'],
    ['a: !x 1\n'.repeat(7), ...[1, 2, 3, 4, 5].map(line => `${line}:4: Unresolved tag: !x`)],
    // What is said of an unquoted reference comes of it, wherever else there is something to say.
    ['a: !x 1\nb: [${X}]', `2:6: Missing , or : between flow sequence items${QUOTE}`],
    ['b: { c: ${X} }', `1:10: Unexpected flow-map-start at node end${QUOTE}`],
    [
      'a: [${X}]\n'.repeat(7),
      ...[1, 2, 3, 4, 5].map(
        line => `${line}:6: Missing , or : between flow sequence items${QUOTE}`,
      ),
    ],
  ]
  for (const [text, ...found] of FLAWS) {
    it(`is not ${JSON.stringify(text.slice(0, 30))}`, () => {
      expect(read(text)).to.deep.include({ tree: undefined, found })
    })
  }

  const ODD: readonly (readonly [text: string, plain: unknown, ...found: readonly string[]])[] = [
    ['', null],
    ['# nothing', null],
    ['---\n# nothing\n...\n', null],
    ['a: *x', { a: null }, '1:1: a: the alias *x has no anchor before it'],
    ['a: &x { b: *x }', { a: { b: null } }, '1:9: a.b: the alias *x is inside its own anchor'],
    ['a: &x [*x]', { a: [null] }, '1:8: a[0]: the alias *x is inside its own anchor'],
    ['a: &x [1]\nb: *x\nc: &x 2\nd: *x', { a: [1], b: [1], c: 2, d: 2 }],
    ['a: &x\nb: *x', { a: null, b: null }],
    ['a: !!binary x', { a: null }, '1:1: a: the tag tag:yaml.org,2002:binary is not supported'],
    ['<<: 1\na: 1', { a: 1 }, '1:1: << takes a map, or a list of maps'],
    ['a: { <<: [1, { b: 2 }] }', { a: { b: 2 } }, '1:11: a: << takes a map, or a list of maps'],
    ['a: { <<: [[{ b: 1 }], { b: 2, c: 3 }] }', { a: { b: 1, c: 3 } }],
    ['<<: { a: 1, b: 2 }\na: 3', { a: 3, b: 2 }],
    ['"<<": { a: 1 }', { '<<': { a: 1 } }],
    ['a: <<', { a: '<<' }],
    ['~: 1\na: 1', { a: 1 }, '1:1: a key must be a word'],
    ['? [a]\n: 1', {}, '1:3: a key must be a word'],
    ['a: { *b : 1 }', { a: {} }, '1:6: a: a key must be a word'],
    ['0x10: 1\ntrue: 3', { '0x10': 1, true: 3 }],
    ['1.0: 2', { 1: { 0: 2 } }],
    ['? |\n  a b\n: 1', { 'a b\n': 1 }],
    ['a: 9007199254740991\nb: 9007199254740992', { a: 2 ** 53 - 1, b: 2n ** 53n }],
    ['a: -9007199254740993\nb: 0xffffffffffffffff', { a: -(2n ** 53n) - 1n, b: 2n ** 64n - 1n }],
    ['a: [+7, -7, 1.5, 1e3, .inf]', { a: [7, -7, 1.5, 1000, Number.POSITIVE_INFINITY] }],
    [
      'a: [007, -0, +01, 0o17, 0, 1_000, 0.5, 0x1F, 00a, x00]',
      { a: ['007', 0, '+01', '0o17', 0, '1_000', 0.5, 31, '00a', 'x00'] },
    ],
    ["a: ['1', true, True, yes, null, ~, '']", { a: ['1', true, true, 'yes', null, null, ''] }],
    ['a: [!!str 1, ! 2, !!map { b: 1 }, !!seq [1]]', { a: ['1', '2', { b: 1 }, [1]] }],
    [
      'a: 1\na: 2\na.b: 3',
      { a: 1 },
      '2:1: a: is set twice (first at f:1:1)',
      '3:1: a: is set twice (first at f:1:1)',
    ],
    [
      'k.a: { x: 1 }\nk: { a: { x: 2, y: 3 } }',
      { k: { a: { x: 1, y: 3 } } },
      '2:11: k.a.x: is set twice (first at f:1:8)',
    ],
    ['k.a.b: 1\nk.a.b.c: 2', { k: { a: { b: 1 } } }, '2:1: k.a.b: is set twice (first at f:1:1)'],
    ['k.a: 1\nk.b: 2\nk: { c: 3 }', { k: { a: 1, b: 2, c: 3 } }],
    ['k: { c: 3 }\nk.a: 1\nk.d.e: 2', { k: { c: 3, a: 1, d: { e: 2 } } }],
    // An alias stands for the same map twice, and what is added to one is not in the other.
    ['a: &x { b: 1 }\nc: *x\nc.d: 2', { a: { b: 1 }, c: { b: 1, d: 2 } }],
    ['a: &x { b: { c: 1 } }\nd: *x\nd.b.e: 2', { a: { b: { c: 1 } }, d: { b: { c: 1, e: 2 } } }],
    [
      `${'k'.repeat(60)}.: 1\n${'k'.repeat(61)}.: 2`,
      {},
      `1:1: ${'k'.repeat(60)}…: a key must not be empty, or begin or end with a dot`,
      `2:1: ${'k'.repeat(60)}…: a key must not be empty, or begin or end with a dot`,
    ],
    [
      `${'k'.repeat(59)}.: 1`,
      {},
      `1:1: ${'k'.repeat(59)}.: a key must not be empty, or begin or end with a dot`,
    ],
    ['x: { .a: 1 }', { x: {} }, '1:6: x..a: a key must not be empty, or begin or end with a dot'],
  ]
  for (const [text, plain, ...found] of ODD) {
    it(`reads ${JSON.stringify(text.slice(0, 60))}`, () => {
      const got = read(text)
      expect(got.found).to.deep.equal(found)
      expect(got.plain).to.deep.equal(plain)
    })
  }

  it('may be no map, which its reader finds fault with', () => {
    expect(read('a').tree).to.deep.include({ kind: 'scalar', value: 'a', plain: true })
    expect(read("'a'").tree).to.deep.include({ kind: 'scalar', value: 'a', plain: false })
    expect(read('|\n a').tree).to.deep.include({ kind: 'scalar', value: 'a\n', plain: false })
    expect(read('""').tree).to.deep.include({ kind: 'scalar', value: '' })
    expect(read('~').tree).to.deep.include({ kind: 'scalar', value: null })
    expect(read('[]').tree).to.deep.include({ kind: 'list', items: [] })
  })

  it('has a position for each value: of its key, or of itself in a list', () => {
    const { tree } = read('a: &x 1\nb:\n  - *x\n  - c: [2]\n  -\n')
    const places: string[] = []
    const walk = (here: Tree): void => {
      places.push(`${here.at.line}:${here.at.column}`)
      if (here.kind === 'map') here.entries.forEach(walk)
      if (here.kind === 'list') here.items.forEach(walk)
    }
    if (tree) walk(tree)
    expect(places).to.deep.equal(['1:1', '1:1', '2:1', '3:5', '4:5', '4:5', '4:9', '5:4'])
  })

  const lines = (count: number, lineOf: (n: number) => string) =>
    Array.from({ length: count }, (_, n) => lineOf(n)).join('\n')

  it('has at most 100 levels, however they are written', () => {
    const found = (text: string) => read(text).found.map(each => each.replace(/^[\d:]+ /, ''))
    const deep = 'nested more than 100 levels deep'
    // The top is a level, too.
    expect(found(`a: ${'['.repeat(99)}${']'.repeat(99)}`)).to.deep.equal([])
    expect(found(`a: ${'['.repeat(100)}${']'.repeat(100)}`)).to.deep.equal([deep])
    expect(found(`${'? '.repeat(101)}a`)).to.deep.equal([deep])
    expect(found(`${'a.'.repeat(99)}a: 1`)).to.deep.equal([])
    expect(found(`${'a.'.repeat(100)}a: 1`)).to.deep.equal([`${'a.'.repeat(30)}…: ${deep}`])
    const within = (levels: number, inner: string) =>
      `${'['.repeat(levels)}${inner}${']'.repeat(levels)}`
    const aliases = (levels: number) => `a: &a ${within(50, '')}\nb: ${within(levels, '*a')}`
    expect(found(aliases(50))).to.deep.equal([])
    expect(found(aliases(51))).to.deep.equal([`b: ${deep}`])
    expect(read(aliases(51)).tree).to.equal(undefined)
  })

  it('has at most 10,000 values, however they are written', () => {
    const found = (text: string) => read(text).found
    const list = (count: number) => `a: [${'b,'.repeat(count)}]`
    expect(found(list(9_998))).to.deep.equal([])
    expect(found(list(10_001))).to.deep.equal(['1:4: has more than 10000 values'])
    const keys = (count: number) => lines(count, n => `k${n}: 1`)
    expect(found(keys(9_999))).to.deep.equal([])
    expect(found(keys(10_001))).to.deep.equal(['1:1: has more than 10000 values'])
    const aliases = (count: number) => `a: &a [${'b,'.repeat(97)}]\nb: [${'*a,'.repeat(count)}]`
    // The document, a and its items, b, and for each alias itself, the list and its items.
    expect(found(aliases(100))).to.deep.equal([])
    expect(found(aliases(101))).to.deep.equal([
      '1:1: with its aliases and dotted keys it has more than 10000 values',
    ])
  })

  it('may have an anchor and a tag at each key and value, and as many spaces and comments', () => {
    const marked = lines(9_900, n => `&a !!str k${n}: &b !!str v`)
    expect(read(marked).found).to.deep.equal([])
    expect(read(`${' #\n'.repeat(90_000)}a: 1`)).to.deep.include({ plain: { a: 1 }, found: [] })
    expect(read(`a: ${'[], '.repeat(50_000)}`).found).to.have.length(1)
  })

  it('leaves the stacks of later errors as they were', () => {
    const { stackTraceLimit } = Error
    read('a: ]')
    expect(Error.stackTraceLimit).to.equal(stackTraceLimit)
  })
})
