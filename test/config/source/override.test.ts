// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are the agent's own references
import { expect } from 'chai'
import type { ConfigSource } from '../../../lib/config/source/document.ts'
import { documentOf, linesOf } from '../written.ts'

function soundValue(text: string, more: Partial<ConfigSource> = {}): unknown {
  const { value, findings } = documentOf(text, more)
  expect(findings).to.deep.equal([])
  return value
}

describe('config: -E', () => {
  const overrides: readonly (readonly [override: string, value: unknown])[] = [
    ['a.b=2', { a: { b: 2, c: 1 } }],
    ['a={ b: [x, 2] }', { a: { b: ['x', 2], c: 1 } }],
    ['a.b=', { a: { b: '', c: 1 } }],
    ['a.b="1"', { a: { b: '1', c: 1 } }],
    ['a.b=x=y', { a: { b: 'x=y', c: 1 } }],
    ['a.b=${V}', { a: { b: 7, c: 1 } }],
    ['a=1', { a: 1 }],
  ]
  for (const [override, value] of overrides) {
    it(`-E ${override}`, () => {
      const got = soundValue('a: { b: 1, c: 1 }', { overrides: [override], env: { V: '7' } })
      expect(got).to.deep.equal(value)
    })
  }

  const OVERRIDES: readonly (readonly [override: string, ...lines: readonly string[]])[] = [
    ['a', '-E a: must be written as key=value'],
    [' a ', '-E a: must be written as key=value'],
    ['a=[', '-E a: Flow sequence must end with a ]'],
    ['a=#1', '-E a: has no value; put a # in quotes'],
    [' a.b =]', '-E a.b: Unexpected flow-seq-end token in YAML document'],
  ]
  for (const [override, ...lines] of OVERRIDES) {
    it(`refuses -E '${override}'`, () => {
      const got = linesOf(() => documentOf('a: 1', { overrides: [override] }))
      expect(got).to.deep.equal(lines)
    })
  }

  it('finds fault with the key of a -E', () => {
    const faults = (override: string) =>
      documentOf('z: 1', { overrides: [override] }).findings.map(({ at, message }) => [at, message])
    const message = 'a key must not be empty, or begin or end with a dot'
    expect(faults('=1')).to.deep.equal([[{ name: '-E ', source: 1 }, message]])
    expect(faults('a.=1')).to.deep.equal([[{ name: '-E a.', source: 1 }, message]])
    expect(soundValue('z: 1', { overrides: [' a.b = 2 ', 'c= ', 'd=x=y', 'd==z'] })).to.deep.equal({
      ...{ z: 1, a: { b: 2 }, c: '', d: '=z' },
    })
  })
})
