import {
  appendFileSync,
  chmodSync,
  mkdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { expect } from 'chai'
import fc from 'fast-check'
import { RotatingFile, type RotatingFileSettings } from '../../../lib/outputs/file/rotating-file.ts'
import { contentsOf, smallDisk, temporaryFolder } from '../folder.ts'

function renameOver(path: string): void {
  writeFileSync(`${path}.new`, '')
  renameSync(`${path}.new`, path)
}

describe('rotating file', () => {
  let folder: ReturnType<typeof temporaryFolder>
  let path: string
  let open: RotatingFile[]

  beforeEach(() => {
    folder = temporaryFolder()
    path = join(folder.path, 'log')
    open = []
  })
  afterEach(async () => {
    for (const file of open) await file.close()
    folder.remove()
  })

  async function rotating(settings: Partial<RotatingFileSettings> = {}): Promise<RotatingFile> {
    const file = await RotatingFile.open({
      path,
      maxBytes: 12,
      backups: 2,
      mode: 0o600,
      ...settings,
    })
    open.push(file)
    return file
  }

  async function append(file: RotatingFile, text: string): Promise<void> {
    expect(await file.append([Buffer.from(text)])).to.deep.equal({ written: text.length })
  }

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
      if (what === 'moved') await pause(110)
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
    const disk = smallDisk('64k')
    if (disk === undefined) {
      console.log('      skipped: mounting a small disk needs root')
      return this.skip()
    }
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
})
