import { expect } from 'chai'
import { isOfOtherJob, Modules, variantPath } from '../../../tools/mutants/worker/modules.ts'

describe('the modules of a build', () => {
  const modules = new Modules(
    new Map([
      ['dist/lib/low.js', "import 'node:fs'"],
      [
        'dist/lib/high.js',
        "import { low } from './low.js'; const late = import('../lib/other.js')",
      ],
      ['dist/lib/other.js', "export * from './circle.js'"],
      ['dist/lib/circle.js', 'import "./other.js"'],
      ['dist/test/high.test.js', "import '../lib/high.js'"],
      ['dist/test/low.test.js', "import '../lib/low.js'"],
      ['dist/test/started.test.js', "new URL('./program.js', import.meta.url)"],
      ['dist/test/program.js', "import '../lib/low.js'"],
    ]),
  )

  it('that import one, however far, are to be evaluated again with it', () => {
    expect([...modules.dependentsOf('dist/lib/circle.js')]).to.have.members([
      'dist/lib/circle.js',
      'dist/lib/other.js',
      'dist/lib/high.js',
      'dist/test/high.test.js',
    ])
  })

  it('include the program that a test starts', () => {
    expect([...modules.dependentsOf('dist/lib/low.js')]).to.include.members([
      'dist/test/program.js',
      'dist/test/started.test.js',
    ])
  })

  it('are those that a test imports, however far', () => {
    expect([...modules.neededBy('dist/test/high.test.js')]).to.have.members([
      'dist/test/high.test.js',
      'dist/lib/high.js',
      'dist/lib/low.js',
      'dist/lib/other.js',
      'dist/lib/circle.js',
    ])
  })

  it('name the variants of those that have one, and the others as before', () => {
    const high = 'dist/lib/high.js'
    const text = modules.textOf(high, modules.codeOf(high), new Set([high, 'dist/lib/low.js']), 7)
    expect(text).to.equal(
      "import { low } from './low.mutant-7.js'; const late = import('../lib/other.js')",
    )
    expect(variantPath('dist/lib/low.js', 7)).to.equal('dist/lib/low.mutant-7.js')
  })

  it('are known', () => {
    expect(() => modules.codeOf('dist/lib/none.js')).to.throw('there is no dist/lib/none.js')
  })
})

describe('an uncaught error', () => {
  const ROWS = [
    ['of a variant of this job', 'at f (file:///dist/a.mutant-7.js:1:2)', false],
    ['of one of an earlier job', 'at f (file:///dist/a.mutant-6.js:1:2)', true],
    ['of both', 'at a.mutant-6.js:1:2\n at b.mutant-7.js:1:2', false],
    ['of no variant', 'at f (file:///dist/a.js:1:2)', false],
  ] as const
  for (const [what, stack, isOther] of ROWS) {
    it(`${what} is ${isOther ? 'not ' : ''}one of this job`, () => {
      const error = Object.assign(new Error('x'), { stack })
      expect(isOfOtherJob(error, 7)).to.equal(isOther)
    })
  }

  it('that is no error is one of this job', () => {
    expect(isOfOtherJob('a.mutant-6.js', 7)).to.equal(false)
  })
})
