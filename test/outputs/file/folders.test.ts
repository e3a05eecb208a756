import { execFileSync } from 'node:child_process'
import { mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { expect } from 'chai'
import file from '../../../lib/outputs/file/file.ts'
import type { FileSettings } from '../../../lib/outputs/file/file-settings.ts'
import { folderSteps } from '../../../lib/outputs/file/folder-steps.ts'
import { makeKept } from '../../../lib/outputs/file/kept-folder.ts'
import { endTornLine } from '../../../lib/outputs/file/torn-line.ts'
import { skip } from '../../live.ts'
import { memoryLog, NEVER, rejection } from '../../pipeline/fixtures.ts'
import { openBelow, smallDisk, temporaryFolder } from '../folder.ts'

async function stepsOf(path: string, signal = NEVER) {
  const steps: unknown[] = []
  for await (const step of folderSteps(path, signal)) steps.push(step)
  return steps
}

describe('the test of a folder for files', () => {
  let folder: ReturnType<typeof temporaryFolder>
  beforeEach(() => {
    folder = temporaryFolder()
  })
  afterEach(() => folder.remove())

  it('writes a file, and leaves nothing', async () => {
    const found = 'a file was written, and removed again'
    expect(await stepsOf(folder.path)).to.deep.equal([{ peer: folder.path, step: 'write', found }])
    expect(readdirSync(folder.path)).to.deep.equal([])
    expect(openBelow(folder.path)).to.deep.equal([])
  })

  it('creates no folder, but says where it would be', async () => {
    const missing = join(folder.path, 'a/b/c')
    const found = `to be created in ${folder.path} at the first start`
    expect(await stepsOf(missing)).to.deep.equal([{ peer: missing, step: 'write', found }])
    expect(readdirSync(folder.path)).to.deep.equal([])
  })

  const hint = 'check the owner and the mode of the folder, and the space on its disk'

  it('says why no file can be written', async () => {
    const path = join(folder.path, 'file')
    writeFileSync(path, '')
    const [step] = await stepsOf(path)
    expect(step).to.include({ peer: path, step: 'write', hint })
    expect(step)
      .to.have.property('found')
      .that.matches(/^no file can be written: .*file/)
  })

  it('says nothing of it if nobody waits any more', async () => {
    const path = join(folder.path, 'file')
    writeFileSync(path, '')
    expect(await rejection(stepsOf(path, AbortSignal.abort(new Error('ended'))))).to.match(/ended/)
  })

  it('notices a full disk, and one that may not be written to', async function () {
    const disk = smallDisk('4k')
    if (!disk) return skip(this, 'no tmpfs for this user')
    try {
      writeFileSync(join(disk.path, 'full'), 'x'.repeat(4096))
      const [full] = await stepsOf(disk.path)
      expect(full).to.include({ peer: disk.path, hint })
      expect(full)
        .to.have.property('found')
        .that.matches(/^no file can be written: .*space/)
      expect(readdirSync(disk.path)).to.deep.equal(['full'])
      execFileSync('mount', ['-o', 'remount,ro', disk.path])
      const path = join(disk.path, 'a/b')
      const [step] = await stepsOf(path)
      const above = join(disk.path, 'a')
      expect(step).to.have.property('found').that.includes(`${above} does not exist, and EROFS`)
    } finally {
      disk.remove()
    }
  })

  it('is that of the output, below path.data', async () => {
    const settings = { path: 'out' } as FileSettings
    const paths = { home: '/', config: '/', data: folder.path, logs: '/' }
    const steps: unknown[] = []
    for await (const step of file.test?.({ settings, paths, log: memoryLog().log }, NEVER) ?? []) {
      steps.push(step)
    }
    const found = `to be created in ${folder.path} at the first start`
    expect(steps).to.deep.equal([{ peer: join(folder.path, 'out'), step: 'write', found }])
  })

  it('and its guarantee is that of sync', () => {
    const promised = (sync: FileSettings['sync']) => file.guarantee?.({ sync } as FileSettings)
    expect(promised('none')).to.match(/^the kernel has it: .* what is not on the disk yet$/)
    expect(promised('interval')).to.match(/^the kernel has it: .* the last second$/)
    expect(promised('batch')).to.match(/^it is on the disk .* power cut$/)
  })
})

describe('a folder that is made for files', () => {
  const folder = temporaryFolder()
  after(() => folder.remove())

  it('is made with those above it, for its owner and group, also by several at once', async () => {
    const path = join(folder.path, 'several/at/once')
    await Promise.all(Array.from({ length: 10 }, () => makeKept(path)))
    for (const made of [path, join(folder.path, 'several')]) {
      expect(statSync(made).mode & 0o777).to.equal(0o750 & ~process.umask())
    }
  })

  it('stays as it is if it is there', async () => {
    const path = join(folder.path, 'there')
    mkdirSync(path, { mode: 0o700 })
    await makeKept(path)
    await makeKept('/')
    expect(statSync(path).mode & 0o777).to.equal(0o700)
  })

  it('is refused where there is a file', async () => {
    const path = join(folder.path, 'file')
    writeFileSync(path, '')
    expect(await rejection(makeKept(path))).to.have.property('code', 'EEXIST')
    expect(await rejection(makeKept(join(path, 'below')))).to.have.property('code', 'EEXIST')
  })
})

describe('a torn last line', () => {
  const folder = temporaryFolder()
  after(() => folder.remove())

  for (const [text, added] of [
    ['', 0],
    ['whole\n', 0],
    ['whole\ntorn', 1],
    ['\n', 0],
  ] as const) {
    it(`is ended: ${JSON.stringify(text)}`, async () => {
      const path = join(folder.path, `file-${text.length}`)
      writeFileSync(path, text)
      const handle = await open(path, 'a+')
      expect(await endTornLine(handle, text.length)).to.equal(added)
      await handle.close()
      expect(statSync(path).size).to.equal(text.length + added)
    })
  }
})
