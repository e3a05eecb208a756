import { execFileSync } from 'node:child_process'
import { appendFileSync, closeSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { expect } from 'chai'
import { codeOf } from '../../code-of.ts'
import { isolation, needsIsolation, skip } from '../../live.ts'
import { contentsOf, descriptorsOf, openBelow, smallDisk } from '../folder.ts'
import { append, rotatingFolder, UNTIL_FOLLOWED_MS } from './rotating.ts'

const UNCUTTABLE = fileURLToPath(new URL('./uncuttable-program.js', import.meta.url))

/** Closes a descriptor behind its owner's back: the nearest thing to a file that its server has lost. */
function loseDescriptor(path: string): void {
  for (const fd of descriptorsOf(path)) closeSync(fd)
}

describe('rotating file: after an error', () => {
  let at: ReturnType<typeof rotatingFolder>
  beforeEach(() => {
    at = rotatingFolder()
  })
  afterEach(() => at.remove())

  it('opens the file again whose descriptor became useless', async () => {
    const file = await at.open()
    await append(file, 'one\n')
    loseDescriptor(at.log)
    const { written, error } = await file.append([Buffer.from('two\n')])
    expect([written, codeOf(error)]).to.deep.equal([0, 'EBADF'])
    await pause(UNTIL_FOLLOWED_MS)
    await file.append([Buffer.from('two\n')]) // may tell of the failed close
    await append(file, 'three\n')
    expect(contentsOf(at.path)['log']).to.match(/^one\n.*three\n$/s)
  })

  it('opens the file again after it could not be closed', async () => {
    const file = await at.open()
    await append(file, 'one\n')
    loseDescriptor(at.log)
    expect(await file.rotate().then(() => 'rotated', codeOf)).to.equal('EBADF')
    await append(file, 'two\n')
    expect(contentsOf(at.path)).to.deep.equal({ log: 'one\ntwo\n' })
  })

  it('looks at the size of a file that it opens again', async () => {
    const file = await at.open()
    await append(file, 'one\n')
    appendFileSync(at.log, 'other\n')
    loseDescriptor(at.log)
    expect(await file.rotate().then(() => 'rotated', codeOf)).to.equal('EBADF')
    await append(file, 'two\n')
    expect(contentsOf(at.path)).to.deep.equal({ log: 'two\n', 'log.1': 'one\nother\n' })
  })

  it('leaves nothing open that it could not use', async () => {
    execFileSync('mkfifo', [at.log])
    expect(await at.open().then(() => 'open', String)).to.match(/is not a regular file$/)
    expect(openBelow(at.path)).to.deep.equal([])
  })

  it('opens the file that it could not open after it was rotated', async () => {
    const file = await at.open()
    await append(file, 'one\ntwo\n')
    const folder = join(at.path, 'log.1')
    mkdirSync(folder)
    writeFileSync(join(folder, 'x'), '')
    const broken = await at.open({ backups: 1 })
    expect(await broken.rotate().then(() => 'rotated', codeOf)).to.not.equal('rotated')
    rmSync(folder, { recursive: true })
    await broken.rotate()
    await append(broken, 'three\n')
    expect(contentsOf(at.path)).to.deep.equal({ log: 'three\n', 'log.1': 'one\ntwo\n' })
  })

  it('confirms nothing of which a full disk has taken nothing', async function () {
    const disk = smallDisk('64k') ?? skip(this, 'mounting a small disk needs root')
    try {
      const file = await at.open({ path: join(disk.path, 'log') })
      writeFileSync(join(disk.path, 'ballast'), Buffer.alloc(65_536))
      for (const text of ['one\n', 'one\ntwo\nthree\nfour\n']) {
        const { written, error } = await file.append([Buffer.from(text)])
        expect([written, codeOf(error)]).to.deep.equal([0, 'ENOSPC'])
      }
      rmSync(join(disk.path, 'ballast'))
      await append(file, 'one\ntwo\nxyz\n')
      expect(contentsOf(disk.path)).to.deep.equal({ log: 'one\ntwo\nxyz\n' })
      await file.close()
    } finally {
      disk.remove()
    }
  })

  it('ends a torn line that it could not cut off, and leaves nothing open', async function () {
    needsIsolation.call(this)
    const disk = smallDisk('64k') ?? skip(this, 'mounting a small disk needs root')
    try {
      const [through = '', ...args] = [...isolation(), process.execPath, UNCUTTABLE, disk.path]
      const env = { ...process.env, UV_USE_IO_URING: '0' }
      const answer = execFileSync(through, args, { encoding: 'utf8', env, timeout: 30_000 })
      const log = join(disk.path, 'log')
      const open = [log]
      expect(JSON.parse(answer)).to.deep.equal({ full: [49_000, 'ENOSPC'], later: 4, open })
      const lines = contentsOf(disk.path)['log']?.split('\n') ?? []
      const lengths = lines.map(line => line.length)
      expect(lengths.slice(0, 49).every(length => length === 999)).to.equal(true)
      expect(lengths.slice(49)).to.deep.equal([152, 3, 0])
    } finally {
      disk.remove()
    }
  })
})
