import { lstatSync, mkdtempSync, readFileSync, readlinkSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import {
  below,
  copy,
  type Entry,
  file,
  folder,
  stage,
} from '../../../lib/packaging/formats/tree.ts'

const EPOCH = 1_000_000_000

describe('what is staged', () => {
  let root: string
  beforeEach(() => (root = join(mkdtempSync(join(tmpdir(), 'sealbeat-tree-')), 'root')))
  afterEach(() => rmSync(join(root, '..'), { recursive: true }))

  const LINK: Entry = { path: '/a/link', mode: 0o777, content: { link: 'gone' } }

  it('has the modes and the time that are said, folders above too, whatever the umask', () => {
    const before = process.umask(0o077)
    try {
      const entries = [
        file('/a/b/text', 'x'),
        folder('/a/secret', 0o700),
        LINK,
        file('/run', '', 0o755),
      ]
      stage(entries, root, EPOCH)
    } finally {
      process.umask(before)
    }
    for (const [path, mode] of [
      ['', 0o755],
      ['a', 0o755],
      ['a/b', 0o755],
      ['a/b/text', 0o644],
      ['a/secret', 0o700],
      ['run', 0o755],
    ] as const) {
      expect(lstatSync(join(root, path)).mode & 0o777, path).to.equal(mode)
      expect(lstatSync(join(root, path)).mtimeMs, path).to.equal(EPOCH * 1000)
    }
    expect(readlinkSync(join(root, 'a/link'))).to.equal('gone')
    expect(lstatSync(join(root, 'a/link')).mtimeMs).to.equal(EPOCH * 1000)
  })

  it('copies what is elsewhere, without its mode', () => {
    stage(below('/x', [copy('/node', process.execPath, 0o600)]), root, EPOCH)
    const { mode, size } = lstatSync(join(root, 'x/node'))
    expect(mode & 0o777).to.equal(0o600)
    expect(size).to.equal(readFileSync(process.execPath).length)
  })

  for (const [what, entries] of [
    ['two files', [file('/a', '1'), file('/a', '2')]],
    ['a file and a folder', [file('/a', '1'), file('/a/b', '2')]],
  ] as const) {
    it(`refuses ${what} at the same place`, () => {
      expect(() => stage(entries, root, EPOCH)).to.throw(
        'the package would contain /a twice: rename',
      )
    })
  }
})
