import { execFileSync, spawnSync } from 'node:child_process'
import {
  closeSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeSync,
} from 'node:fs'
import { statfs } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { expect } from 'chai'
import { addonFile } from '../../lib/addon.ts'
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
    // Not `files`, which some filesystems, as XFS, reckon from what is free.
    const { blocks } = await statfs('/')
    expect(answers[0]).to.include({ blocks })
    expect(answers[1]).to.include({ blocks: 0 })
    expect(answers[2]).to.include({ blocks: 0 })
    expect(answers[3]).to.deep.equal({ problem: 'another mount has its place' })
    expect(answers[4]).to.deep.equal({ problem: 'ENOENT' })
  })

  it('none at all, and what was left is not asked', async () => {
    expect(await answersOf(askFilesystems([]))).to.deep.equal([])
    const folder = mkdtempSync(`${tmpdir()}/host-asking-`)
    execFileSync('mkfifo', [`${folder}/fifo`])
    const asking = readBeginnings(folder, ['fifo', 'none'])
    // Returns once the job has opened it as well, to wait for what is written.
    const fifo = openSync(`${folder}/fifo`, 'w')
    asking.leave()
    writeSync(fifo, 'late')
    closeSync(fifo)
    expect(await answersOf(asking)).to.deep.equal([{ text: 'late' }])
    expect(asking.reached()).to.equal(1)
    rmSync(folder, { recursive: true })
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
      expect(own?.state).to.match(/^[RSD]$/)
      // There are pages of 64 KiB.
      expect(own?.residentPages).to.be.above(100)
      expect(open()).to.be.within(before, before + 3)
    }
    expect(open()).to.be.above(before)
    processes.close()
    expect(open()).to.be.within(before, before + 1)
    expect(() => openProcesses('/none', 2)).to.throw('/none: ENOENT')
  })

  const ENDS = {
    'of the process': 'ask()',
    'of a worker':
      "new (require('node:worker_threads').Worker)(declared + '; ask()', { eval: true })",
  }
  for (const [what, script] of Object.entries(ENDS)) {
    it(`may be under way at the end ${what}`, function () {
      this.timeout(60_000)
      const declared = `const ask = () =>
        require(${JSON.stringify(addonFile('sealbeat'))}).host.openProcesses('/proc', 0).ask(() => {})`
      const program = `const declared = ${JSON.stringify(declared)}; ${declared}; ${script}`
      const ends = Array.from({ length: 20 }, () => {
        const { status, signal } = spawnSync(process.execPath, ['-e', program], { timeout: 20_000 })
        return signal ?? status
      })
      expect(ends).to.deep.equal(ends.map(() => 0))
    })
  }
})
