// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are the agent's own references
import { chmodSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import {
  type ConfigSource,
  readDocument,
  wantsFilter,
} from '../../../lib/config/source/document.ts'
import { documentOf, linesOf, shorten, withFiles } from '../written.ts'

function soundValue(text: string, more: Partial<ConfigSource> = {}): unknown {
  const { value, findings } = documentOf(text, more)
  expect(findings).to.deep.equal([])
  return value
}

describe('config: a document', () => {
  const meanings: readonly (readonly [what: string, text: string, value: unknown])[] = [
    ['dotted keys', 'a.b.c: 1', { a: { b: { c: 1 } } }],
    ['dotted beside nested keys', 'a.b: 1\na: { c: 2 }', { a: { b: 1, c: 2 } }],
    ['nested beside dotted keys', 'a: { c: 2 }\na.b: 1', { a: { c: 2, b: 1 } }],
    [
      'dotted keys in list items',
      'l: [{ a.b: 1 }, { a: { b: 2 } }]',
      { l: [{ a: { b: 1 } }, { a: { b: 2 } }] },
    ],
    ['octal-looking numbers as text', 'a: 0600\nb: 0o600\nc: 0', { a: '0600', b: '0o600', c: 0 }],
    ['64-bit numbers to the last digit', 'a: 0xffffffffffffffff', { a: 2n ** 64n - 1n }],
    [
      'numbers and booleans of YAML 1.2',
      'a: [1, -2.5, 0x10, true, yes, ~]',
      { a: [1, -2.5, 16, true, 'yes', null] },
    ],
    ['anchors', 'a: &x { b: 1 }\nc: *x', { a: { b: 1 }, c: { b: 1 } }],
    [
      'merge keys, own keys first',
      'a: &x { b: 1, c: 1 }\nd: { <<: *x, b: 2 }',
      { a: { b: 1, c: 1 }, d: { b: 2, c: 1 } },
    ],
    [
      'several merges, the first wins',
      'a: { <<: [{ b: 1 }, { b: 2, c: 3 }] }',
      { a: { b: 1, c: 3 } },
    ],
    ['a byte order mark', '\ufeffa: 1', { a: 1 }],
    ['Windows line ends', 'a: 1\r\nb:\r\n  c: 2\r\n', { a: 1, b: { c: 2 } }],
    ['nothing but comments', '# nothing\n', {}],
    ['nothing but comments behind the begin of a document', '---\n# nothing\n', {}],
    ['keys that objects inherit', 'constructor: 1\ntoString: 2', { constructor: 1, toString: 2 }],
  ]
  for (const [what, text, value] of meanings) {
    it(`reads ${what}`, () => expect(soundValue(text)).to.deep.equal(value))
  }

  it('merges files: maps by key, lists as a whole, the later one wins', () => {
    const contents = ['a: { b: 1, c: [1, 2] }\nd: { e: 1 }', 'a.c: [3]\nd:\nf: 2']
    withFiles(contents, files => {
      const { value } = readDocument({ files, overrides: [], env: {} })
      expect(value).to.deep.equal({ a: { b: 1, c: [3] }, d: { e: 1 }, f: 2 })
    })
  })

  it('says where each path was written, or else its nearest ancestor', () => {
    const text = 'a:\n  b.c: 1\nl:\n- x\n- y: 2\n'
    const { locate } = documentOf(text, { overrides: ['o.p=1'] })
    const places = [
      ['a'],
      ['a', 'b'],
      ['a', 'b', 'c'],
      ['a', 'z'],
      ['l', 0],
      ['l', 1, 'y'],
      ['o', 'p', 'q'],
      ['z'],
    ]
    expect(places.map(path => shorten(locate(path) ?? 'nowhere'))).to.deep.equal([
      '0.yml:1:1',
      '0.yml:2:3',
      '0.yml:2:3',
      '0.yml:1:1',
      '0.yml:4:3',
      '0.yml:5:3',
      '-E o.p',
      'nowhere',
    ])
  })

  it('says where each value is from, and what is in it', () => {
    const text = 'a: "${V}-${W:x}-${V}"\nb: { c: [d] }\n'
    const { originOf } = documentOf(text, { env: { V: '1', W: '2' }, overrides: ['e=${V}'] })
    const origins = [
      ['a'],
      ['b'],
      ['b', 'c', 0],
      ['e'],
      ['z'],
      ['a', 'z'],
      ['b', 'c', 1],
      ['z', 'y'],
    ]
    expect(origins.map(path => originOf(path) && shorten(originOf(path) ?? ''))).to.deep.equal([
      ...['0.yml:1:1, ${V}, ${W}, ${V}', '0.yml:2:1', '0.yml:2:10', '-E e, ${V}'],
      ...[undefined, undefined, undefined, undefined],
    ])
  })

  it('says whether a filter is wanted, as far as that is known', () => {
    const wants = (text: string) => wantsFilter(documentOf(text))
    for (const text of ['a: 1', 'seccomp:', 'seccomp: x', 'seccomp.enabled: true', 'seccomp: {}']) {
      expect(wants(text), text).to.equal(true)
    }
    for (const text of ['seccomp.enabled: "false"', 'seccomp.enabled: 0', 'seccomp.mode: a']) {
      expect(wants(text), text).to.equal(true)
    }
    expect(wants('seccomp: { enabled: false }')).to.equal(false)
  })

  const findings: readonly (readonly [text: string, finding: string])[] = [
    ['a: 1\na: 2', '2:1 a: is set twice (first at 0.yml:1:1)'],
    ['a.b: 1\na: { b: 2 }', '2:6 a.b: is set twice (first at 0.yml:1:1)'],
    ['a: 1\na.b: 2', '2:1 a: is set twice (first at 0.yml:1:1)'],
    ['l:\n- a: 1\n  a: 2', '3:3 l[0].a: is set twice (first at 0.yml:2:3)'],
    ['a..b: 1', '1:1 a..b: a key must not be empty, or begin or end with a dot'],
    ['__proto__: { x: 1 }', '1:1 __proto__: a key must not be __proto__'],
    ['a: { b.__proto__.c: 1 }', '1:6 a.b.__proto__.c: a key must not be __proto__'],
    ['? [x]\n: 1', '1:3 : a key must be a word'],
    ['a: &x [*x]', '1:8 a[0]: the alias *x is inside its own anchor'],
    ['a: { <<: 1 }', '1:6 a: << takes a map, or a list of maps'],
    ['a: !!binary aGk=', '1:1 a: the tag tag:yaml.org,2002:binary is not supported'],
    [
      'a: "${NO}"',
      '1:1 a: the environment variable NO is not set: set it, or give a default: ${NO:default}',
    ],
  ]
  for (const [text, finding] of findings) {
    it(`finds fault with ${JSON.stringify(text)}`, () => {
      const got = documentOf(text).findings.map(
        ({ at, path, message }) =>
          `${at?.line}:${at?.column} ${path
            .map(key => (typeof key === 'number' ? `[${key}]` : `.${key}`))
            .join('')
            .slice(1)}: ${shorten(message)}`,
      )
      expect(got).to.deep.equal([finding])
    })
  }

  it('never changes what objects inherit', () => {
    documentOf('__proto__: { polluted: 1 }\nconstructor: { prototype: { polluted: 1 } }')
    expect('polluted' in {}).to.equal(false)
  })

  const broken: readonly (readonly [text: string | Uint8Array, line: string])[] = [
    ['', '0.yml: is empty'],
    [' \n', '0.yml: is empty'],
    ['~', '0.yml:1:1: must be a map of settings, written as key: value'],
    ['a', '0.yml:1:1: must be a map of settings, written as key: value'],
    [
      Buffer.from('a: 1\nb: \xe9\nc: \xe9', 'latin1'),
      '0.yml: is not UTF-8 text (first invalid byte in line 2)',
    ],
    ['[a]', '0.yml:1:1: must be a map of settings, written as key: value'],
    ['a: ]', '0.yml:1:4: Unexpected flow-seq-end token'],
    ['a: "x', '0.yml:1:6: Missing closing "quote'],
    ['a: !x 1', '0.yml:1:4: Unresolved tag: !x'],
    ['a: 1\n---\nb: 1', '0.yml:2:1: a second document; only one is allowed'],
    [
      'a: [${X}]',
      '0.yml:1:6: Missing , or : between flow sequence items (quote a reference within [ ] or { })',
    ],
    ['- '.repeat(500_000), '0.yml:1:201: nested more than 100 levels deep'],
    ['---\n'.repeat(200_000), '0.yml:2:1: a second document; only one is allowed'],
    ['- a\n'.repeat(200_000), '0.yml:1:1: has more than 10000 values'],
    ['&a '.repeat(300_000), '0.yml:1:4: A node can have at most one anchor'],
    [`a: "${'\\q'.repeat(400_000)}"`, '0.yml:1:5: Invalid escape sequence \\q'],
    [`a: ${'['.repeat(50_000)}`, '0.yml:1:103: nested more than 100 levels deep'],
    [
      Buffer.from([0x61, 0x3a, 0x0a, 0xff]),
      '0.yml: is not UTF-8 text (first invalid byte in line 2)',
    ],
    [
      ' '.repeat(1024 * 1024 + 1),
      '0.yml: is too large: 1048577 bytes, and at most 1048576 are allowed',
    ],
  ]
  for (const [text, line] of broken) {
    it(`refuses ${JSON.stringify(String(text).slice(0, 20))}`, () => {
      const lines = linesOf(() =>
        withFiles([text], files => readDocument({ files, overrides: [], env: {} })),
      )
      expect(lines).to.deep.equal([line])
    })
  }

  it('refuses files that others may write, and says what else is wrong with any', () => {
    const read = (strictPerms?: boolean) => () =>
      withFiles(['a: 1', 'b: ]', 'c: 1'], files => {
        for (const file of files.slice(0, 2)) chmodSync(file, 0o666)
        readDocument({
          files,
          overrides: ['d'],
          env: {},
          ...(strictPerms === false && { strictPerms }),
        })
      })
    const rest = 'can only be writable by the owner but the permissions are "-rw-rw-rw-" (to fix'
    expect(linesOf(read()).map(line => line.split(' the permissions use')[0])).to.deep.equal([
      `0.yml: config file ("0.yml") ${rest}`,
      `1.yml: config file ("1.yml") ${rest}`,
      '1.yml:1:4: Unexpected flow-seq-end token',
      '-E d: must be written as key=value',
    ])
    expect(linesOf(read(false))).to.have.length(2)
  })

  it('names every source that cannot be read, and all that is wrong, at once', () => {
    const lines = linesOf(() =>
      withFiles(['a: ]'], ([file = ''], folder) =>
        readDocument({
          files: [file, join(folder, 'none.yml'), '/dev/null', 'a\0b'],
          overrides: ['x', 'a=[', 'b=#1'],
          env: {},
        }),
      ),
    )
    expect(lines.map(line => line.replace('\0', '?'))).to.deep.equal([
      '0.yml:1:4: Unexpected flow-seq-end token',
      'none.yml: no such file',
      '/dev/null: is not a regular file',
      'a?b: is not a file name',
      '-E x: must be written as key=value',
      '-E a: Flow sequence must end with a ]',
      '-E b: has no value; put a # in quotes',
    ])
  })

  it('does not repeat what stands in a file that is not well formed', () => {
    const [line = ''] = linesOf(() => documentOf('password: ]hunter2" x'))
    expect(line).to.match(/^0\.yml:1:11: /)
    expect(line).not.to.include('hunter2')
  })

  const filters: readonly (readonly [text: string, wanted: boolean])[] = [
    ['a: 1', true],
    ['seccomp:', true],
    ['seccomp.enabled: true', true],
    ['seccomp.enabled: maybe', true],
    ['seccomp: { enabled: false }', false],
  ]
  for (const [text, wanted] of filters) {
    it(`wants ${wanted ? 'a' : 'no'} filter given ${text}`, () => {
      expect(wantsFilter(documentOf(text))).to.equal(wanted)
    })
  }
})
