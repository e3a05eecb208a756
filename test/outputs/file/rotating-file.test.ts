import {
  appendFileSync,
  chmodSync,
  mkdirSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { expect } from 'chai'
import fc from 'fast-check'
import type { RotatingFileSettings } from '../../../lib/outputs/file/rotating-file.ts'
import { skip } from '../../live.ts'
import { contentsOf, smallDisk } from '../folder.ts'
import { append, rotatingFolder, UNTIL_FOLLOWED_MS } from './rotating.ts'

function renameOver(path: string): void {
  writeFileSync(`${path}.new`, '')
  renameSync(`${path}.new`, path)
}

describe('rotating file', () => {
  let folder: ReturnType<typeof rotatingFolder>
  let path: string
  const rotating = (settings: Partial<RotatingFileSettings> = {}) => folder.open(settings)

  beforeEach(() => {
    folder = rotatingFolder()
    path = join(folder.path, 'log')
  })
  afterEach(() => folder.remove())

  it('turns before a line would pass the limit, and keeps the newest files', async () => {
    const file = await rotating()
    await append(file, 'one\ntwo\n')
    await append(file, 'three\nfour\nfive\nsix\nseven\neight\n')
    expect(contentsOf(folder.path)).to.deep.equal({
      log: 'seven\neight\n',
      'log.1': 'five\nsix\n',
      'log.2': 'three\nfour\n',
    })
  })

  it('writes a line longer than the limit whole, alone in its file', async () => {
    const file = await rotating()
    await append(file, 'a\na line of 20 bytes..\nb\n')
    expect(contentsOf(folder.path)).to.deep.equal({
      log: 'b\n',
      'log.1': 'a line of 20 bytes..\n',
      'log.2': 'a\n',
    })
  })

  it('goes on with the file of the last time, and with its size', async () => {
    await append(await rotating(), 'one\ntwo\n')
    await append(await rotating(), 'three\n')
    expect(contentsOf(folder.path)).to.deep.equal({ log: 'three\n', 'log.1': 'one\ntwo\n' })
  })

  it('ends a line that a crash has torn', async () => {
    writeFileSync(path, 'one\ntw')
    await append(await rotating(), 'six\n')
    expect(contentsOf(folder.path)).to.deep.equal({ log: 'one\ntw\nsix\n' })
  })

  it('gives every file its mode, old ones and a narrow umask notwithstanding', async () => {
    writeFileSync(path, 'one\ntwo\n')
    chmodSync(path, 0o644)
    const umask = process.umask(0o077)
    try {
      await append(await rotating({ mode: 0o640 }), 'three\nfour\n')
    } finally {
      process.umask(umask)
    }
    const modes = ['log', 'log.1'].map(name => statSync(join(folder.path, name)).mode & 0o777)
    expect(modes).to.deep.equal([0o640, 0o640])
  })

  for (const [what, act] of [
    ['moved', () => renameSync(path, `${path}.moved`)],
    ['removed', () => rmSync(path)],
    ['replaced', () => renameOver(path)],
  ] as const) {
    it(`makes the file anew that somebody has ${what}`, async () => {
      const file = await rotating()
      await append(file, 'one\n')
      act()
      // Whether a file has been moved is looked at ten times a second, whether it was removed or replaced at once.
      if (what === 'moved') await pause(UNTIL_FOLLOWED_MS)
      await append(file, 'two\n')
      expect(contentsOf(folder.path)).to.include({ log: 'two\n' })
    })
  }

  it('says what is wrong when it can not open, and goes on once it can', async () => {
    const file = await rotating()
    rmSync(path)
    mkdirSync(path)
    const { written, error } = await file.append([Buffer.from('one\n')])
    expect(written).to.equal(0)
    expect(error).to.have.property('code', 'EISDIR')
    rmSync(path, { recursive: true })
    await append(file, 'two\n')
    expect(contentsOf(folder.path)).to.deep.equal({ log: 'two\n' })
  })

  it('turns on demand, but never to leave an empty file behind', async () => {
    const file = await rotating()
    await file.rotate()
    expect(contentsOf(folder.path)).to.deep.equal({ log: '' })
    await append(file, 'one\n')
    await file.rotate()
    expect(contentsOf(folder.path)).to.deep.equal({ log: '', 'log.1': 'one\n' })
  })

  it('on a full disk keeps whole lines, says how far it came, and goes on when there is room', async function () {
    const disk = smallDisk('64k') ?? skip(this, 'mounting a small disk needs root')
    try {
      const file = await rotating({ path: join(disk.path, 'log'), maxBytes: 1 << 20 })
      const line = (i: number) => `${String(i).padStart(999, '.')}\n`
      const lines = Array.from({ length: 100 }, (_, i) => line(i)).join('')
      const ballast = join(disk.path, 'ballast')
      writeFileSync(ballast, Buffer.alloc(16_384))

      const first = await file.append([Buffer.from(lines)])
      expect(first.error).to.have.property('code', 'ENOSPC')
      expect(first.written).to.equal(49_000)
      expect(contentsOf(disk.path)['log']).to.equal(lines.slice(0, 49_000))
      rmSync(ballast)
      const rest = lines.slice(first.written, 60_000)
      expect(await file.append([Buffer.from(rest)])).to.deep.equal({ written: rest.length })
      expect(contentsOf(disk.path)).to.deep.equal({ log: lines.slice(0, 60_000) })
      await file.close()
    } finally {
      disk.remove()
    }
  })

  it('keeps every line once, in order, whatever the sizes', async () => {
    const sizes = fc.array(fc.array(fc.nat({ max: 20 }), { minLength: 1, maxLength: 6 }), {
      maxLength: 6,
    })
    await fc.assert(
      fc.asyncProperty(sizes, fc.integer({ min: 1, max: 30 }), async (batches, maxBytes) => {
        const settings = { path: join(folder.path, 'all'), maxBytes, backups: 99 }
        let file = await rotating(settings)
        const expected: string[] = []
        for (const batch of batches) {
          const lines = batch.map((size, i) => `${'x'.repeat(size)}${i}\n`)
          expected.push(...lines)
          await append(file, lines.join(''))
          if (batch.length === 1) file = await rotating(settings)
        }
        const files = contentsOf(folder.path)
        const age = (name: string) => Number(name.split('.')[1] ?? 0)
        const oldestFirst = Object.keys(files).sort((a, b) => age(b) - age(a))
        expect(oldestFirst.map(name => files[name]).join('')).to.equal(expected.join(''))
        for (const content of Object.values(files)) {
          if (content.length > maxBytes) expect(content.indexOf('\n')).to.equal(content.length - 1)
        }
        for (const name of oldestFirst) rmSync(join(folder.path, name))
      }),
      { numRuns: 50 },
    )
  })

  it('is not confused by what others append', async () => {
    const file = await rotating({ maxBytes: 100 })
    await append(file, 'one\n')
    appendFileSync(path, 'other\n')
    await append(file, 'two\n')
    expect(contentsOf(folder.path)).to.deep.equal({ log: 'one\nother\ntwo\n' })
  })

  it('fills a file to the last byte, from one chunk or from several', async () => {
    const file = await rotating()
    await append(file, 'one\ntwo\nxyz\n')
    expect(contentsOf(folder.path)).to.deep.equal({ log: 'one\ntwo\nxyz\n' })
    const chunks = ['a\nb\n', 'c\nd\ne\nf\n', 'g\n'].map(text => Buffer.from(text))
    expect(await file.append(chunks)).to.deep.equal({ written: 14 })
    expect(contentsOf(folder.path)).to.deep.equal({
      log: 'g\n',
      'log.1': 'a\nb\nc\nd\ne\nf\n',
      'log.2': 'one\ntwo\nxyz\n',
    })
  })

  it('counts from nothing in a file made anew', async () => {
    const file = await rotating()
    await append(file, 'one\ntwo\n')
    rmSync(path)
    await append(file, 'six\n')
    await append(file, 'eight ..\n'.slice(1))
    expect(contentsOf(folder.path)).to.deep.equal({ log: 'six\night ..\n' })
    await append(file, 'x\n')
    expect(contentsOf(folder.path)).to.deep.equal({ log: 'x\n', 'log.1': 'six\night ..\n' })
  })

  it('says how far it came when it can not turn, and goes on once it can', async () => {
    const inTheWay = join(folder.path, 'log.1', 'x')
    const file = await rotating({ backups: 1 })
    mkdirSync(inTheWay, { recursive: true })
    const { written, error } = await file.append([Buffer.from('one\ntwo\nthree\n')])
    expect(written).to.equal(8)
    expect(error).to.have.property('code').that.is.oneOf(['EISDIR', 'ENOTEMPTY', 'EEXIST'])
    rmSync(join(folder.path, 'log.1'), { recursive: true })
    await append(file, 'three\n')
    expect(contentsOf(folder.path)).to.deep.equal({ log: 'three\n', 'log.1': 'one\ntwo\n' })
  })

  it('makes missing folders, which others may not enter', async () => {
    const umask = process.umask(0)
    try {
      await append(await rotating({ path: join(folder.path, 'a', 'b', 'log') }), 'one\n')
    } finally {
      process.umask(umask)
    }
    expect(statSync(join(folder.path, 'a', 'b')).mode & 0o777).to.equal(0o750)
  })

  it('takes only regular files', async () => {
    symlinkSync('/dev/null', path)
    const error = await rotating().then(() => undefined, String)
    expect(error).to.equal(`Error: ${path} is not a regular file`)
  })

  /** Appends 100 kB where there are 48 kB left, after something happened to the open file. */
  async function onFullDisk(context: Mocha.Context, act: (log: string) => void) {
    const disk = smallDisk('64k')
    if (disk === undefined) {
      console.log('      skipped: mounting a small disk needs root')
      return context.skip()
    }
    try {
      const log = join(disk.path, 'log')
      writeFileSync(join(disk.path, 'ballast'), Buffer.alloc(16_384))
      const file = await rotating({ path: log, maxBytes: 1 << 20 })
      await append(file, 'one\n')
      act(log)
      const { written, error } = await file.append([
        Buffer.from(`${'.'.repeat(999)}\n`.repeat(100)),
      ])
      expect(error).to.have.property('code', 'ENOSPC')
      rmSync(join(disk.path, 'ballast'))
      await append(file, 'two\n')
      const content = contentsOf(disk.path)['log'] ?? ''
      await file.close()
      return { written, content }
    } finally {
      disk.remove()
    }
  }

  it('does not count lines that a full disk took into a removed file', async function () {
    const { written, content } = await onFullDisk(this, log => rmSync(log))
    expect(written).to.equal(0)
    expect(content).to.equal('two\n')
  })

  it('cuts off nothing when others have appended before the disk was full', async function () {
    const { written, content } = await onFullDisk(this, log => appendFileSync(log, 'other\n'))
    expect(written).to.be.within(48_000, 49_000)
    const lines = content.split('\n')
    expect(lines.slice(0, 2)).to.deep.equal(['one', 'other'])
    expect(lines.slice(-2)).to.deep.equal(['two', ''])
    expect(lines.filter(line => line.length === 999)).to.have.length(written / 1000)
  })
})
