import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect } from 'chai'
import { isolation, needsIsolation } from '../../live.ts'
import { contentsOf, temporaryFolder } from '../folder.ts'

const PROGRAM = fileURLToPath(new URL('./unsyncable-program.js', import.meta.url))

describe('rotating file: what a failed sync means', () => {
  const folder = temporaryFolder()
  let answers: Record<string, object>
  before(function () {
    needsIsolation.call(this)
    const [through = '', ...args] = [...isolation(), process.execPath, PROGRAM, folder.path]
    const env = { ...process.env, UV_USE_IO_URING: '0' }
    answers = JSON.parse(execFileSync(through, args, { encoding: 'utf8', env, timeout: 30_000 }))
  })
  after(() => folder.remove())

  it('none: nothing, as nothing is synced', () => {
    const written = { first: 4, rotated: 24, later: 4, last: 2, again: 2 }
    expect(answers['none']).to.deep.equal({ ...written, closed: 'closed' })
    const { none, 'none.1': older } = contentsOf(folder.path)
    expect([older, none]).to.deep.equal(['one\ntwo\nthree\n', 'four five six\nsix\nx\ny\n'])
  })

  it('batch: nothing of the batch is confirmed', () => {
    const failed = [0, 'EPERM']
    expect(answers['batch']).to.deep.equal({
      first: failed,
      rotated: failed,
      later: failed,
      last: failed,
      again: failed,
      closed: 'EPERM',
    })
  })

  it('interval: the next append says so, once, even if nothing was appended for a second', () => {
    expect(answers['interval']).to.deep.equal({
      first: 4,
      rotated: [0, 'EPERM'], // a file is synced before it is left
      later: [0, 'EPERM'],
      last: 2,
      again: [0, 'EPERM'],
      closed: 'EPERM',
    })
  })
})
