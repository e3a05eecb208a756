import {
  chmodSync,
  closeSync,
  mkdtempSync,
  openSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { readRegularFile } from '../../lib/regular-file.ts'
import { foundProblems, openedProblems } from '../../lib/trust/trusted-file.ts'
import { walk } from '../../lib/trust/walk.ts'
import { needsLinux } from '../live.ts'

describe('trust: an open file, and the way to it', () => {
  const folder = mkdtempSync(join(tmpdir(), 'sealbeat-trust-'))
  const path = join(folder, 'beat.yml')
  const file = { kind: 'config', name: 'beat.yml', path } as const
  const write = (at: string) => writeFileSync(at, '', { mode: 0o644 })
  const open = () => readRegularFile(path, 1)
  beforeEach(() => write(path))
  after(() => rmSync(folder, { recursive: true }))

  const replaced = 'config file ("beat.yml") was replaced while it was read: try again'

  it('is what the way leads to', () => {
    expect(openedProblems(file, open())).to.deep.equal([])
  })

  it('is refused where the way has come to lead elsewhere, or nowhere', () => {
    const opened = open()
    write(`${path}.new`)
    renameSync(`${path}.new`, path)
    expect(openedProblems(file, opened)).to.deep.equal([replaced])
    rmSync(path)
    expect(openedProblems(file, opened)).to.deep.equal([replaced])
  })

  it('is looked at itself, not what has its name meanwhile', () => {
    chmodSync(path, 0o646)
    const opened = open()
    write(`${path}.new`)
    renameSync(`${path}.new`, path)
    expect(openedProblems(file, opened).join()).to.contain('"-rw-r--rw-"')
  })

  it('that is open already is checked without its folders', function () {
    needsLinux.call(this)
    const descriptor = openSync(path, 'r')
    try {
      chmodSync(folder, 0o777)
      const known = { ...file, path: `/proc/self/fd/${descriptor}` }
      const opened = readRegularFile(known.path, 1)
      expect(openedProblems(known, opened)).to.deep.equal([])
      expect(openedProblems(file, opened), 'the control').to.have.length(1)
      rmSync(path)
      expect(openedProblems(known, opened)).to.deep.equal([])
      expect(foundProblems(known, walk(known.path)), 'what is imported by name').to.have.length(1)
    } finally {
      chmodSync(folder, 0o700)
      closeSync(descriptor)
    }
  })

  it('is no more than the file and the way that were found', () => {
    const way = walk(path)
    expect(foundProblems(file, way)).to.deep.equal([])
    expect(foundProblems(file, { steps: way.steps.slice(0, -1), broken: 'ENOENT' })).to.deep.equal([
      `${path} can't be followed: ENOENT`,
    ])
    chmodSync(path, 0o646)
    const found = walk(path)
    expect(foundProblems(file, found).join()).to.contain('"-rw-r--rw-"')
    expect(foundProblems(file, { ...found, broken: 'ENOENT' }).join()).to.contain('"-rw-r--rw-"')
  })
})
