import { expect } from 'chai'
import { codeOf, formatPath, formatProblem } from '../lib/errors.ts'

describe('errors', () => {
  it('writes a path as the user would search for it', () => {
    expect(formatPath(['seccomp', 'syscalls', 0, 'action'])).to.equal('seccomp.syscalls[0].action')
    expect(formatPath([])).to.equal('')
  })

  it('finds the code of an error, or of what has caused it', () => {
    const cause = Object.assign(new Error('refused'), { code: 'ECONNREFUSED' })
    expect(codeOf(cause)).to.equal('ECONNREFUSED')
    expect(codeOf(new Error('outer', { cause }))).to.equal('ECONNREFUSED')
    const withoutOne = Object.assign(new Error('outer', { cause }), { code: undefined })
    expect(codeOf(withoutOne)).to.equal('ECONNREFUSED')
    expect(codeOf(Object.assign(new Error('none'), { code: undefined }))).to.equal(undefined)
    expect(codeOf('none')).to.equal(undefined)
  })

  it('puts the position first, and leaves out unknown parts', () => {
    const problem = { path: ['name'], message: 'must be a string' }
    expect(formatProblem(problem)).to.equal('name: must be a string')
    expect(formatProblem({ ...problem, position: 'beat.yml:2:7' })).to.equal(
      'beat.yml:2:7: name: must be a string',
    )
  })
})
