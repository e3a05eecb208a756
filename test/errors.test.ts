import { expect } from 'chai'
import { formatPath, formatProblem } from '../lib/errors.ts'

describe('errors', () => {
  it('writes a path as the user would search for it', () => {
    expect(formatPath(['seccomp', 'syscalls', 0, 'action'])).to.equal('seccomp.syscalls[0].action')
    expect(formatPath([])).to.equal('')
  })

  it('puts the position first, and leaves out unknown parts', () => {
    const problem = { path: ['name'], message: 'must be a string' }
    expect(formatProblem(problem)).to.equal('name: must be a string')
    expect(formatProblem({ ...problem, position: 'beat.yml:2:7' })).to.equal(
      'beat.yml:2:7: name: must be a string',
    )
  })
})
