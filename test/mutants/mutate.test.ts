import { expect } from 'chai'
import { applied, editsOf } from '../../tools/mutants/mutate.ts'

/** All that a source becomes by one edit. */
const mutantsOf = (code: string) => editsOf(code).map(edit => applied(code, edit))

describe('the edits of a source', () => {
  const ROWS: readonly (readonly [what: string, code: string, ...mutants: readonly string[]])[] = [
    ['a comparison', 'f(a < b)', 'f(a <= b)', 'f(a >= b)', ';'],
    ['an equality', 'f(a === b)', 'f(a !== b)', ';'],
    ['a condition', 'if (a <= b) f()', 'if (a < b) f()', 'if (true) f()', 'if (false) f()'],
    ['an answer', 'f = a => !a', 'f = a => true', 'f = a => false', ';'],
    ['a choice', 'x = a ? b : c', 'x = true ? b : c', 'x = false ? b : c', ';'],
    ['a loop, which is to end', 'while (a) f()', 'while (false) f()'],
    ['arithmetic', 'f((a + b) * c)', 'f((a + b) / c)', 'f((a - b) * c)', ';'],
    [
      'a step',
      'for (;;) { a++; b }',
      'for (;;) { a--; b }',
      'for (;;) { ; b }',
      'for (;;) { a++; ; }',
    ],
    ['an assignment', 'a += b', 'a -= b', ';'],
    ['a joined text', "x = 'a' + b", "x = '' + b", ';'],
    ['a logical operator', 'f(a && b)', 'f(a)', 'f(b)', ';'],
    ['nested ones', 'f((a || b) && c)', 'f((a || b))', 'f(c)', 'f((a) && c)', 'f((b) && c)', ';'],
    ['a default', 'f(a ?? (b, c))', 'f(a)', 'f((b, c))', ';'],
    ['an optional chain', 'f(a?.b?.[c])', 'f(a?.b[c])', 'f(a.b?.[c])', ';'],
    ['an optional call', 'f(a?.())', 'f(a())', ';'],
    ['a number', 'f(7, 8n)', 'f(8, 8n)', 'f(7, 9n)', ';'],
    ['a text', "f('a', '')", "f('', '')", "f('a', 'mutant')", ';'],
    ['a template', 'f(`a`, ``)', 'f(``, ``)', "f(`a`, 'mutant')", ';'],
    ['an array', 'f([a], [])', 'f([], [])', "f([a], ['mutant'])", ';'],
    ['an object', "f({ 'a': b }, {})", 'f({}, {})', ';'],
    ['a truth value', 'f(true)', 'f(false)', ';'],
    ['an expression', 'f(/^a\\$$/u)', 'f(/a\\$$/u)', 'f(/^a\\$/u)', ';'],
    ['a method', 'f((a ?? b).sort())', 'f((a ?? b))', 'f((a).sort())', 'f((b).sort())', ';'],
    ['a chained one', 'f(a?.filter(b).c)', 'f(a.filter(b).c)', 'f(a.c)', ';'],
    [
      'its opposite',
      'f(a.some(b), Math.min(c))',
      'f(a.every(b), Math.min(c))',
      'f(a.some(b), Math.max(c))',
      ';',
    ],
    ['a result', 'function f() { return a }', 'function f() { return undefined }'],
    ['that of an arrow', 'f(() => a())', 'f(() => undefined)', ';'],
    [
      'a block',
      'function f() { a(); b() }',
      'function f() {}',
      'function f() { ; b() }',
      'function f() { a(); ; }',
    ],
    [
      'one statement',
      'if (a) { throw b }',
      'if (true) { throw b }',
      'if (false) { throw b }',
      'if (a) {}',
    ],
    [
      'a case',
      'switch (a) { case b: f(); break }',
      'switch (a) { case b:  }',
      'switch (a) { case b: ; break }',
    ],
  ]
  for (const [what, code, ...mutants] of ROWS) {
    it(`${what}: ${code}`, () => {
      expect(mutantsOf(code)).to.have.members(mutants)
    })
  }

  const WHOLE: readonly (readonly [what: string, code: string])[] = [
    ['modules', "import a from 'a'; export * from 'b'; export { c } from 'c'"],
    ['an endless loop', 'while (true) { f() }'],
    ['a constructor that calls super', 'class A extends B { constructor(a) { super(a) } }'],
    ['an empty block', 'function f() {}'],
    ['nothing as the result', 'function f() { return undefined }'],
  ]
  for (const [what, code] of WHOLE) {
    it(`none of ${what}`, () => {
      expect(mutantsOf(code)).to.deep.equal([])
    })
  }

  it('leave a source that parses, in the order of their places', () => {
    const code = 'const f = (a, b) => (a ?? b) || a.sort().filter(b) ? { a } : [-b]'
    const edits = editsOf(code)
    expect(edits).to.have.length.above(8)
    for (const edit of edits) expect(() => editsOf(applied(code, edit))).not.to.throw()
    const starts = edits.map(({ start }) => start)
    expect(starts).to.deep.equal(starts.toSorted((a, b) => a - b))
  })
})
