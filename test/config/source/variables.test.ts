// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are the agent's own references
import { expect } from 'chai'
import type { ScalarTree } from '../../../lib/config/source/tree.ts'
import { expandScalar } from '../../../lib/config/source/variables.ts'

const env = {
  A: 'x',
  N: '5066',
  T: 'true',
  Z: '007',
  MAP: '{ a: 1 }',
  EMPTY: '',
  BIG: '9'.repeat(30),
  F: '1.5',
  DIGITS: '1.10',
  POWER: '2e3',
  PLUS: '+5',
  SMALL: '-1.5',
  HALF: '1.5x',
  VERSION: 'v1.5',
  TRUTH: 'trueish',
  UNTRUTH: 'untrue',
  FALSE: 'FALSE',
  FALSES: 'falsely',
  'A.B_9': 'dotted',
  _: 'under',
}

function expand(value: string, plain = true): readonly unknown[] {
  const messages: string[] = []
  const scalar: ScalarTree = { kind: 'scalar', at: { name: 'x', source: 0 }, value, plain }
  return [expandScalar(scalar, env, message => messages.push(message)).value, ...messages]
}

const MALFORMED = 'a reference must be written as'

describe('config: ${VAR}', () => {
  const rows: readonly (readonly [text: string, value: unknown])[] = [
    ['${A}', 'x'],
    ['a${A}b${N}', 'axb5066'],
    ['${N}', 5066],
    ['${F}', 1.5],
    ['${DIGITS}', '1.10'],
    ['${POWER}', '2e3'],
    ['${PLUS}', '+5'],
    ['${T}', true],
    ['${Z}', '007'],
    ['${BIG}', '9'.repeat(30)],
    ['${MAP}', '{ a: 1 }'],
    ['${N}s', '5066s'],
    ['${NO:10s}', '10s'],
    ['${NO:}', ''],
    ['${EMPTY:d}', 'd'],
    ['${NO:a:b}', 'a:b'],
    ['${NO:${A}!}', 'x!'],
    ['${NO:${NO2:deep}}', 'deep'],
    ['${A:${NO}}', 'x'],
    ['${A:?unused}', 'x'],
    ['$${A}', '${A}'],
    ['$A and $', '$A and $'],
    ['}', '}'],
    ['x${N}', 'x5066'],
    ['${N}${N}', '50665066'],
    ['${SMALL}', -1.5],
    ['${HALF}', '1.5x'],
    ['${VERSION}', 'v1.5'],
    ['${TRUTH}', 'trueish'],
    ['${UNTRUTH}', 'untrue'],
    ['${FALSE}', false],
    ['${NO:False}', false],
    ['${FALSES}', 'falsely'],
    ['${A.B_9}', 'dotted'],
    ['${_}', 'under'],
    ['$${', '${'],
    ['$$${A}', '$${A}'],
    ['${NO:$${A}', '${A'],
    ['${NO:x${A}y${N}}', 'xxy5066'],
    ['${N:${NO:?unused}}', 5066],
  ]
  for (const [text, value] of rows) {
    it(text, () => expect(expand(text)).to.deep.equal([value]))
  }

  it('stays text where it is quoted', () => {
    expect(expand('${N}', false)).to.deep.equal(['5066'])
    expect(expand('${T}', false)).to.deep.equal(['true'])
  })

  const wrong: readonly (readonly [text: string, message: string])[] = [
    ['${NO}', 'the environment variable NO is not set'],
    ['${EMPTY}', 'the environment variable EMPTY is empty'],
    ['${NO:?ask the admin}', 'the environment variable NO is not set: ask the admin'],
    ['${NO:${NO2}}', 'the environment variable NO2 is not set'],
    ['${toString}', 'the environment variable toString is not set'],
    ['${A', MALFORMED],
    ['${}', MALFORMED],
    ['${1A}', MALFORMED],
    ['${A B}', MALFORMED],
    ['${A:${A}', MALFORMED],
  ]
  for (const [text, message] of wrong) {
    it(`complains of ${text}`, () => {
      const [, ...messages] = expand(text)
      expect(messages).to.have.length(1)
      expect(messages[0]).to.satisfy((got: string) => got.startsWith(message))
    })
  }

  const ALL: readonly (readonly [text: string, ...messages: readonly string[]])[] = [
    [
      'x${A',
      'a reference must be written as ${VAR}, ${VAR:default} or ${VAR:?message}; write $${ for a literal ${',
    ],
    ['${NO}', 'the environment variable NO is not set: set it, or give a default: ${NO:default}'],
    [
      `\${${'N'.repeat(60)}}`,
      `the environment variable ${'N'.repeat(60)} is not set: set it, or give a default: \${${'N'.repeat(60)}:default}`,
    ],
    [
      `\${${'N'.repeat(61)}}`,
      `the environment variable ${'N'.repeat(60)}… is not set: set it, or give a default: \${${'N'.repeat(60)}…:default}`,
    ],
    ['${NO:?}', 'the environment variable NO is not set: '],
    ['${EMPTY:?say ${A}}', 'the environment variable EMPTY is empty: say x'],
    [
      '${credential:a',
      'a credential must be written as ${credential:NAME} or ${credential:NAME:?message}, and takes no default',
    ],
    [
      '${credential:a:b}',
      'a credential must be written as ${credential:NAME} or ${credential:NAME:?message}, and takes no default',
    ],
    [
      '${NO:${NO2}}${NO:${NO3}}',
      'the environment variable NO2 is not set: set it, or give a default: ${NO2:default}',
      'the environment variable NO3 is not set: set it, or give a default: ${NO3:default}',
    ],
  ]
  for (const [text, ...messages] of ALL) {
    it(`says all of ${text.slice(0, 30)}`, () =>
      expect(expand(text).slice(1)).to.deep.equal(messages))
  }

  it('knows which variables have a value in a text', () => {
    const scalar = (value: string): ScalarTree => {
      return { kind: 'scalar', at: { name: 'x', source: 0 }, value, plain: true }
    }
    const expanded = (value: string) => expandScalar(scalar(value), env, () => {})
    expect(expanded('${A}${N}${NO:d}${NO}').references).to.deep.equal(['A', 'N'])
    expect(expanded('${NO:${A}}').references).to.deep.equal(['A'])
    expect(expanded('${N}')).to.deep.include({ value: 5066, text: '5066', references: ['N'] })
    expect(expanded('${A}')).to.deep.include({ value: 'x', references: ['A'] })
    expect(expanded('${A}')).not.to.have.property('text')
    expect(expanded('${NO:'.repeat(101)).references).to.deep.equal([])
    const plain = scalar('no reference')
    expect(expandScalar(plain, env, () => {})).to.equal(plain)
    expect(expandScalar({ ...plain, value: 5 }, env, () => {})).to.deep.include({ value: 5 })
  })

  it('takes any number of references, but none that are too deep in others', () => {
    expect(expand('${NO:a}'.repeat(150))).to.deep.equal(['a'.repeat(150)])
    const nested = (depth: number) => `${'${NO:'.repeat(depth)}a${'}'.repeat(depth)}`
    expect(expand(nested(100))).to.deep.equal(['a'])
    expect(expand(nested(101))).to.deep.equal([
      '',
      'references are nested more than 100 levels deep',
    ])
  })
})
