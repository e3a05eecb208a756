import { expect } from 'chai'
import { codeOf, configError, formatPath, formatProblem, messageOf } from '../lib/errors.ts'

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
    const own = new Error('its own cause')
    expect(codeOf(Object.assign(own, { cause: own }))).to.equal(undefined)
  })

  it('has a message for whatever is thrown', () => {
    const throws = () => {
      throw new Error('read')
    }
    expect([new Error('a'), 'b', Symbol('c'), undefined].map(messageOf)).to.deep.equal([
      ...['a', 'b', 'Symbol(c)', 'undefined'],
    ])
    const unreadable = [
      ...[Object.create(null), { toString: throws }],
      Object.defineProperty(new Error('a'), 'message', { get: throws }),
    ]
    for (const thrown of unreadable) {
      expect(messageOf(thrown)).to.equal('what was thrown has no message')
    }
  })

  it('puts the position first, and leaves out unknown parts', () => {
    const problem = { path: ['name'], message: 'must be a string' }
    expect(formatProblem(problem)).to.equal('name: must be a string')
    expect(formatProblem({ ...problem, position: 'beat.yml:2:7' })).to.equal(
      'beat.yml:2:7: name: must be a string',
    )
  })

  it('says a hundred problems, and how many more there are', () => {
    const many = (count: number) =>
      configError(Array.from({ length: count }, () => ({ path: ['a'], message: 'is wrong' })))
    expect(many(100).message.split('\n')).to.have.length(100)
    expect(many(101).message.split('\n').slice(99)).to.deep.equal([
      'a: is wrong',
      'and 1 more problem',
    ])
    expect(many(9000).message).to.match(/\nand 8900 more problems$/)
    expect(many(9000).problems).to.have.length(9000)
  })

  it('shortens what is as long as a configuration, and keeps its end', () => {
    const { message } = configError([{ path: ['k'.repeat(1e6)], message: 'unknown key' }])
    expect(message).to.have.length(1203)
    expect(message).to.match(/^k+ … k+: unknown key$/)
    const whole = { path: ['k'.repeat(1198)], message: '' }
    expect(configError([whole]).message).to.equal(whole.path[0])
  })
})
