// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are the agent's own references
import { expect } from 'chai'
import { documentOf, linesOf } from '../written.ts'

describe('config: what a document has at most', () => {
  it('bounds the maps that dotted keys make, not the keys', () => {
    const keys = (count: number, keyOf: (n: number) => string) =>
      Array.from({ length: count }, (_, n) => `${keyOf(n)}: 1`).join('\n')
    const excess = ['0.yml:1:1: with its aliases and dotted keys it has more than 10000 values']
    // The document, and 99 maps and a value for each key: 100 × 100.
    expect(linesOf(() => documentOf(keys(99, n => `k${n}${'.a'.repeat(99)}`)))).to.deep.equal([])
    expect(linesOf(() => documentOf(keys(100, n => `k${n}${'.a'.repeat(99)}`)))).to.deep.equal(
      excess,
    )
    expect(linesOf(() => documentOf(keys(5_000, n => `${'a.'.repeat(90)}k${n}`)))).to.deep.equal([])
  })

  it('takes 100,000 lines, but not one more', () => {
    expect(linesOf(() => documentOf(`a: 1${'\n'.repeat(100_000)}`))).to.deep.equal([])
    expect(linesOf(() => documentOf(`a: 1${'\n'.repeat(100_000)}b: 1`))).to.deep.equal([
      '0.yml:100001:1: has more than 100000 lines',
    ])
    // The lines of a text are read at once.
    expect(linesOf(() => documentOf(`a: |\n${'  a\n'.repeat(200_000)}`))).to.deep.equal([])
  })

  it('bounds what references insert in all, and says so once', () => {
    const tenth = 'x'.repeat(1_000_000)
    const text = (count: number) =>
      Array.from({ length: count }, (_, n) => `k${n}: \${A}`).join('\n')
    const problemsOf = (written: string) =>
      documentOf(written, { env: { A: tenth } }).findings.map(({ path, message }) => [
        path,
        message,
      ])
    expect(problemsOf(text(10))).to.deep.equal([])
    const message =
      'the references of the configuration have more than 10000000 characters of values'
    expect(problemsOf(text(12))).to.deep.equal([[['k10'], message]])
    expect(problemsOf(`a: "${'${NO:${A}}'.repeat(11)}"\nb: \${NO}`)).to.deep.equal([
      [['a'], message],
      [['b'], 'the environment variable NO is not set: set it, or give a default: ${NO:default}'],
    ])
    const credentials = Array.from({ length: 1002 }, (_, n) => `k${n}: \${credential:${n}}`).join(
      '\n',
    )
    const folder = { CREDENTIALS_DIRECTORY: '/nonexistent' }
    const messages = documentOf(credentials, { env: folder }).findings.map(each => each.message)
    expect(messages.slice(1000)).to.deep.equal([
      'the references of the configuration name more than 1000 credentials',
    ])
  })

  it('bounds what aliases may blow a document up to', () => {
    const levels = 'bcdefghi'
      .split('')
      .map((key, at) => `${key}: &${key} [${`*${'abcdefgh'[at]},`.repeat(9)}]`)
    const lines = linesOf(() => documentOf(`a: &a [x]\n${levels.join('\n')}`))
    expect(lines).to.deep.equal([
      '0.yml:1:1: with its aliases and dotted keys it has more than 10000 values',
    ])
  })
})
