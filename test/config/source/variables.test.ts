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
