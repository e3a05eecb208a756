import {
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { walk } from '../../lib/trust/walk.ts'
import { needsLinux } from '../live.ts'

describe('trust: the way that a path goes', () => {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'sealbeat-walk-')))
  const at = (name: string) => join(folder, name)
  before(() => {
    mkdirSync(at('a/b'), { recursive: true })
    writeFileSync(at('a/b/file'), '')
    const links: Readonly<Record<string, string>> = {
      'a/relative': 'b/../../a/./b//file',
      absolute: at('a/b'),
      twice: 'absolute',
      up: 'a/b',
      loop: 'pool',
      pool: 'loop',
      dangling: 'a/nothing',
    }
    for (const [name, target] of Object.entries(links)) symlinkSync(target, at(name))
  })
  after(() => rmSync(folder, { recursive: true }))

  /** The steps below the folder: `l` for a link, `d` for a folder, `-` for a file. */
  function below(path: string): readonly string[] {
    const { steps, broken = '' } = walk(path)
    const letters = { link: 'l', folder: 'd', file: '-' }
    const named = steps.filter(step => step.path.startsWith(`${folder}/`))
    const shown = named.map(({ kind, path }) => `${letters[kind]} ${path.slice(folder.length + 1)}`)
    return broken === '' ? shown : [...shown, broken.replace(/:.*/, '')]
  }

  const TO_FILE = ['d a', 'd a/b', '- a/b/file']
  const rows: readonly (readonly [path: string, steps: readonly string[]])[] = [
    ['a/b/file', TO_FILE],
    ['a//./b/../b/file', ['d a', 'd a/b', 'd a/b', '- a/b/file']],
    ['a/relative', ['d a', 'l a/relative', 'd a/b', ...TO_FILE]],
    ['absolute/file', ['l absolute', ...TO_FILE]],
    ['twice/file', ['l twice', 'l absolute', ...TO_FILE]],
    ['up/../b/file', ['l up', 'd a', 'd a/b', 'd a/b', '- a/b/file']],
    ['dangling', ['l dangling', 'd a', 'ENOENT']],
    ['a/b/file/more', [...TO_FILE, 'ENOTDIR']],
  ]
  for (const [path, steps] of rows) {
    it(`${path}: each folder and each link, and where that leads`, () => {
      expect(below(`${folder}/${path}`)).to.deep.equal(steps)
    })
  }

  it('begins at the root, with the owner and the mode of each', () => {
    const { steps } = walk(at('a'))
    expect(steps[0]).to.deep.include({ kind: 'folder', path: '/' })
    expect(steps.at(-1)).to.deep.include({ uid: process.getuid?.() })
    expect((steps.at(-1)?.mode ?? 0) & 0o700).to.equal(0o700)
  })

  it('ends where links go in circles', () => {
    expect(walk(at('loop')).broken).to.equal('too many levels of symbolic links')
  })

  it('follows as many links as the kernel does', () => {
    symlinkSync('a', at('chain-1'))
    for (let link = 2; link <= 41; link += 1) symlinkSync(`chain-${link - 1}`, at(`chain-${link}`))
    for (const [name, follows] of [
      ['chain-40', true],
      ['chain-41', false],
    ] as const) {
      expect(walk(at(name)).broken === undefined, name).to.equal(follows)
      expect(existsSync(at(name)), `${name}, by the kernel`).to.equal(follows)
    }
  })

  it('stops at no other link', () => {
    expect(walk(at('a/relative'), 'nothing')).to.include({ isDescriptor: false })
    expect(walk(at('a/relative'), 'nothing').steps.at(-1)?.path).to.equal(at('a/b/file'))
  })

  it('tells files apart, whatever their names', () => {
    const id = (path: string) => walk(path).steps.at(-1)?.id
    expect(id(at('a/relative')))
      .to.equal(id(at('twice/file')))
      .and.not.equal(id(at('a')))
  })

  it('goes past a descriptor by its name, or stops there', function () {
    needsLinux.call(this)
    const descriptor = openSync(at('a/b/file'), 'r')
    const held = openSync(at('a'), 'r')
    try {
      const path = `/proc/self/fd/${descriptor}`
      expect(below(path)).to.deep.equal(TO_FILE)
      expect(walk(path)).to.not.include({ isDescriptor: true })
      const stopped = walk(path, 'nothing')
      expect(stopped).to.include({ isDescriptor: true })
      expect(stopped.steps.at(-1)).to.deep.include({
        kind: 'link',
        path: `/proc/${process.pid}/fd/${descriptor}`,
      })
      // What is below a folder that is open goes by the name of that folder.
      const inside = walk(`/proc/self/fd/${held}/b/file`, 'nothing')
      expect(inside).to.include({ isDescriptor: false })
      rmSync(at('a/b/file'))
      expect(walk(path, 'nothing').broken).to.equal(undefined)
      expect(walk(path).broken).to.match(/^ENOENT/)
    } finally {
      closeSync(descriptor)
      closeSync(held)
    }
  })
})
