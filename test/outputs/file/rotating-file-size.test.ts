import {
  appendFileSync,
  closeSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { expect } from 'chai'
import { skip } from '../../live.ts'
import { contentsOf, descriptorsOf, openBelow, smallDisk, temporaryFolder } from '../folder.ts'
import { append, rotatingFolder, UNTIL_FOLLOWED_MS } from './rotating.ts'

describe('rotating file: the size it counts with', () => {
  let at: ReturnType<typeof rotatingFolder>
  beforeEach(() => {
    at = rotatingFolder()
  })
  afterEach(() => at.remove())

  const torn: readonly [string, string, object][] = [
    ['fits to the last byte', '\n', { log: 'one\ntwo\nxy\n\n' }],
    ['is a byte too long', 'x\n', { log: 'x\n', 'log.1': 'one\ntwo\nxy\n' }],
  ]
  for (const [what, line, expected] of torn) {
    it(`includes the end of a torn line: the next ${what}`, async () => {
      writeFileSync(at.log, 'one\ntwo\nxy')
      await append(await at.open(), line)
      expect(contentsOf(at.path)).to.deep.equal(expected)
    })
  }

  it('includes what others have appended, once it has looked', async () => {
    const file = await at.open()
    await append(file, 'one\n')
    appendFileSync(at.log, 'other\n')
    await pause(UNTIL_FOLLOWED_MS)
    await append(file, 'x\n')
    await append(file, 'y\n')
    expect(contentsOf(at.path)).to.deep.equal({ log: 'y\n', 'log.1': 'one\nother\nx\n' })
  })

  it('is that of the file it finds where another has replaced its own', async () => {
    const file = await at.open()
    await append(file, 'one\ntwo\n')
    writeFileSync(`${at.log}.new`, 'theirs\n')
    renameSync(`${at.log}.new`, at.log)
    await append(file, 'six\n')
    expect(contentsOf(at.path)).to.deep.equal({ log: 'theirs\nsix\n' })
    await append(file, '.\n')
    expect(contentsOf(at.path)).to.deep.equal({ log: '.\n', 'log.1': 'theirs\nsix\n' })
  })

  it('is none after its file was removed, also before lines that do not all fit', async () => {
    const file = await at.open()
    await append(file, 'one\ntwo\n')
    rmSync(at.log)
    await append(file, 'six\nseven\n')
    expect(contentsOf(at.path)).to.deep.equal({ log: 'six\nseven\n' })
  })

  it('adds nothing to a file beyond the limit', async () => {
    const file = await at.open()
    await append(file, 'a line of 20 bytes..\n')
    await append(file, 'a\nb\nc\nd\ne\nf\n')
    expect(contentsOf(at.path)).to.deep.equal({
      log: 'a\nb\nc\nd\ne\nf\n',
      'log.1': 'a line of 20 bytes..\n',
    })
  })

  it('leaves room for an empty line in a file that lacks a byte', async () => {
    const file = await at.open()
    await append(file, 'one\ntwo\nxy\n')
    await append(file, '\nsix\n')
    expect(contentsOf(at.path)).to.deep.equal({ log: 'six\n', 'log.1': 'one\ntwo\nxy\n\n' })
  })

  it('adds nothing to a full file', async () => {
    const file = await at.open()
    await append(file, 'one\ntwo\nxyz\n')
    await append(file, 'a\nb\n')
    expect(contentsOf(at.path)).to.deep.equal({ log: 'a\nb\n', 'log.1': 'one\ntwo\nxyz\n' })
  })

  it('is that of an empty line, too: a file of one byte is rotated', async () => {
    const file = await at.open()
    await append(file, '\n')
    await file.rotate()
    expect(contentsOf(at.path)).to.deep.equal({ log: '', 'log.1': '\n' })
    await append(file, '\n')
    await append(file, 'a line of 20 bytes..\n')
    expect(contentsOf(at.path)).to.include({ log: 'a line of 20 bytes..\n', 'log.1': '\n' })
  })

  it('is kept in as many files as now are wanted, whatever there was before', async () => {
    for (const name of ['log.1', 'log.2', 'log.7']) writeFileSync(join(at.path, name), `${name}\n`)
    const file = await at.open({ backups: 1 })
    await append(file, 'one\n')
    await file.rotate()
    expect(contentsOf(at.path)).to.deep.equal({ log: '', 'log.1': 'one\n' })
  })

  it('takes a long line alone, out of many', async () => {
    const file = await at.open({ backups: 3 })
    await append(file, 'a line of 20 bytes..\nb\nanother of 20 bytes.\nc\n')
    expect(contentsOf(at.path)).to.deep.equal({
      log: 'c\n',
      'log.1': 'another of 20 bytes.\n',
      'log.2': 'b\n',
      'log.3': 'a line of 20 bytes..\n',
    })
  })

  it('does not change with nothing to append', async () => {
    const file = await at.open()
    expect(await file.append([])).to.deep.equal({ written: 0 })
    await file.rotate()
    expect(contentsOf(at.path)).to.deep.equal({ log: '' })
  })

  it('is right after a full disk: the file is filled to the last byte, then rotated', async function () {
    const disk = smallDisk('64k') ?? skip(this, 'mounting a small disk needs root')
    try {
      const ballast = join(disk.path, 'ballast')
      writeFileSync(ballast, Buffer.alloc(16_384))
      const file = await at.open({ path: join(disk.path, 'log'), maxBytes: 60_000 })
      const line = `${'.'.repeat(999)}\n`
      // Together they fit into the file, but not onto the disk.
      const first = await file.append([Buffer.from(line.repeat(20)), Buffer.from(line.repeat(40))])
      expect(first).to.have.property('written', 49_000)
      // These do not fit into the file, and the disk takes none of them but what completes its last page.
      const second = await file.append([Buffer.from(line.repeat(12))])
      expect(second).to.have.property('written', 0)
      expect(second.error).to.have.property('code', 'ENOSPC')
      rmSync(ballast)
      await append(file, line.repeat(11))
      expect(statSync(join(disk.path, 'log')).size).to.equal(60_000)
      await append(file, 'x\n')
      const { log, 'log.1': older } = contentsOf(disk.path)
      expect([log, older]).to.deep.equal(['x\n', line.repeat(60)])
      await file.close()
    } finally {
      disk.remove()
    }
  })
})

describe('rotating file: the file it follows', () => {
  let at: ReturnType<typeof rotatingFolder>
  beforeEach(() => {
    at = rotatingFolder()
  })
  afterEach(() => at.remove())

  for (const [what, act] of [
    ['moved', (path: string) => renameSync(path, `${path}.moved`)],
    ['removed', (path: string) => rmSync(path)],
  ] as const) {
    it(`leaves none open that was ${what}`, async () => {
      const file = await at.open()
      await append(file, 'one\n')
      act(at.log)
      await pause(UNTIL_FOLLOWED_MS)
      await append(file, 'two\n')
      expect(openBelow(at.path)).to.deep.equal([at.log])
      expect(contentsOf(at.path)).to.include({ log: 'two\n' })
    })
  }

  it('leaves none open that was removed while it appended, or that it rotated', async () => {
    const file = await at.open()
    await append(file, 'one\n')
    rmSync(at.log)
    await append(file, 'two\n')
    expect(openBelow(at.path)).to.deep.equal([at.log])
    await append(file, 'three\nfour\n')
    expect(openBelow(at.path)).to.deep.equal([at.log])
  })

  it('keeps a file open that is still there', async () => {
    const free = openSync('/dev/null', 'r')
    const file = await at.open()
    closeSync(free) // a file that is opened now gets this descriptor, the lowest
    const [descriptor] = descriptorsOf(at.log)
    expect(descriptor).to.be.above(free)
    await pause(UNTIL_FOLLOWED_MS)
    await append(file, 'one\n')
    expect(descriptorsOf(at.log)).to.deep.equal([descriptor])
  })

  it('takes a file of the same number on another disk for another', async function () {
    const disks = [smallDisk('64k'), smallDisk('64k')]
    const links = temporaryFolder()
    try {
      const [old, other] = disks
      if (old === undefined || other === undefined) {
        skip(this, 'mounting a small disk needs root')
      }
      const current = join(links.path, 'current')
      symlinkSync(old.path, current)
      const file = await at.open({ path: join(current, 'log') })
      await append(file, 'one\n')
      writeFileSync(join(other.path, 'log'), '')
      const inodes = [old, other].map(({ path }) => statSync(join(path, 'log')).ino)
      expect(inodes[0]).to.equal(inodes[1]) // else this tests nothing
      rmSync(current)
      symlinkSync(other.path, current)
      await pause(UNTIL_FOLLOWED_MS)
      await append(file, 'two\n')
      expect(contentsOf(old.path)).to.deep.equal({ log: 'one\n' })
      expect(contentsOf(other.path)).to.deep.equal({ log: 'two\n' })
      await file.close()
    } finally {
      links.remove()
      for (const disk of disks) disk?.remove()
    }
  })
})
