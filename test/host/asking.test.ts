import { readdirSync, readFileSync } from 'node:fs'
import { statfs } from 'node:fs/promises'
import { expect } from 'chai'
import { askFilesystems, openProcesses, readBeginnings } from '../../lib/host/index.ts'

/** What is waited for must not let the process end: its threads don't keep it alive. */
async function answersOf<T>(asking: { done: Promise<void>; answers(): readonly T[] }) {
  const alive = setInterval(() => undefined, 1000)
  await asking.done
  clearInterval(alive)
  return asking.answers()
}

describe('questions to the kernel about the host', () => {
  before(function () {
    if (process.platform === 'linux') return
    console.log('    skipped: there is no /proc here')
    this.skip()
  })

  const mountId = (path: string): number => {
    const lines = readFileSync('/proc/self/mountinfo', 'utf8').trim().split('\n')
    const line = lines.findLast(each => each.split(' ')[4] === path)
    return Number(line?.split(' ')[0])
  }

  it('statfs: in fragments, of the mount that is meant', async () => {
    const proc = { path: '/proc', mountId: mountId('/proc') }
    const answers = await answersOf(
      askFilesystems([
        { path: '/', mountId: undefined },
        proc,
        { path: '/proc/', mountId: -7 },
        { path: '/proc/self/task', mountId: proc.mountId + 1_000_000 },
        { path: '/nowhere\u00e9', mountId: undefined },
      ]),
    )
    const { blocks, files } = await statfs('/')
    expect(answers[0]).to.deep.include({ blocks, files })
    expect(answers[1]).to.include({ blocks: 0 })
    expect(answers[2]).to.include({ blocks: 0 })
    expect(answers[3]).to.deep.equal({ problem: 'another mount has its place' })
    expect(answers[4]).to.deep.equal({ problem: 'ENOENT' })
  })

  it('none at all, and what was left is not asked', async () => {
    expect(await answersOf(askFilesystems([]))).to.deep.equal([])
    const many = Array.from({ length: 200_000 }, () => ({ path: '/', mountId: undefined }))
    const asking = askFilesystems(many)
    asking.leave()
    expect(await answersOf(asking)).to.have.lengthOf.below(many.length)
    expect(asking.reached()).to.equal(asking.answers().length)
  })

  it('the beginnings of files, each or why not', async () => {
    const [own, none, folder] = await answersOf(
      readBeginnings('/proc', ['self/comm', 'none', 'self/task']),
    )
    expect(own).to.deep.equal({ text: readFileSync('/proc/self/comm', 'utf8') })
    expect([none, folder]).to.deep.equal([{ problem: 'ENOENT' }, { problem: 'EISDIR' }])
    expect(await answersOf(readBeginnings('/none', ['a']))).to.deep.equal([{ problem: 'EBADF' }])
  })

  it('all processes, whose files stay open up to a number until they are closed', async () => {
    const open = () => readdirSync('/proc/self/fd').length
    const before = open()
    const processes = openProcesses('/proc', 2)
    for (const _ of [1, 2, 3]) {
      const [all] = await answersOf(processes.ask())
      if (all === undefined || 'problem' in all) throw new Error('no answer')
      const own = all.find(({ pid }) => pid === process.pid)
      const [, parent, group] = readFileSync('/proc/self/stat', 'utf8')
        .replace(/^.*\) /, '')
        .split(' ')
        .map(Number)
      expect(own).to.include({ state: own?.state, parentPid: parent, groupId: group })
      expect(own?.state).to.match(/^[RS]$/)
      expect(own?.residentPages).to.be.above(1000)
      expect(open()).to.be.within(before, before + 3)
    }
    expect(open()).to.be.above(before)
    processes.close()
    expect(open()).to.be.within(before, before + 1)
    expect(() => openProcesses('/none', 2)).to.throw('/none: ENOENT')
  })
})
