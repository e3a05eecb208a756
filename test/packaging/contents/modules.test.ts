import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { expect } from 'chai'
import { collectModules } from '../../../lib/packaging/contents/modules.ts'
import type { Entry } from '../../../lib/packaging/formats/tree.ts'

interface Dependencies {
  readonly dependencies?: readonly string[]
  readonly optionalDependencies?: readonly string[]
  readonly peerDependencies?: readonly string[]
  readonly devDependencies?: readonly string[]
}

describe('the modules of a package', () => {
  let place: string
  beforeEach(() => (place = realpathSync(mkdtempSync(join(tmpdir(), 'sealbeat-modules-')))))
  afterEach(() => rmSync(place, { recursive: true }))

  function write(path: string, text = ''): void {
    mkdirSync(dirname(join(place, path)), { recursive: true })
    writeFileSync(join(place, path), text)
  }

  /** Writes a package into a folder, with a module whose text is the name of the folder. */
  function module(folder: string, kinds: Dependencies = {}): void {
    const named = Object.entries(kinds).map(([kind, names]: [string, readonly string[]]) => {
      return [kind, Object.fromEntries(names.map(name => [name, '*']))]
    })
    const name = folder.replace(/^.*node_modules\//, '') || 'agent'
    const manifest = { name, version: '1.0.0', ...Object.fromEntries(named) }
    write(join(folder, 'package.json'), JSON.stringify(manifest))
    write(join(folder, 'index.js'), folder)
  }

  function link(to: string, path: string): void {
    mkdirSync(dirname(join(place, path)), { recursive: true })
    symlinkSync(to, join(place, path))
  }

  const collect = () => collectModules(join(place, 'agent'))
  const paths = (entries: readonly Entry[]) => entries.map(({ path }) => path).sort()

  /** The source of each module, by its target. */
  function placed(): Readonly<Record<string, string>> {
    const found = collect().entries.flatMap(({ path, content }) => {
      if (!path.endsWith('/index.js') || !content || !('source' in content)) return []
      return [[dirname(path), dirname(content.source).slice(place.length + 1)]]
    })
    return Object.fromEntries(found)
  }

  it("are those that it depends on in turn, and not development's", () => {
    module('agent', { dependencies: ['a', '@s/b', 'sealbeat'], devDependencies: ['d'] })
    module('agent/node_modules/a', { dependencies: ['c'] })
    for (const name of ['@s/b', 'c', 'd', 'sealbeat']) module(`agent/node_modules/${name}`)
    expect(placed()).to.deep.equal({
      '/node_modules/a': 'agent/node_modules/a',
      '/node_modules/@s/b': 'agent/node_modules/@s/b',
      '/node_modules/c': 'agent/node_modules/c',
    })
  })

  it('are several versions of one where they are', () => {
    module('agent', { dependencies: ['a', 'b'] })
    module('agent/node_modules/a', { dependencies: ['b'] })
    module('agent/node_modules/a/node_modules/b')
    module('agent/node_modules/b')
    expect(placed()['/node_modules/a/node_modules/b']).to.equal(
      'agent/node_modules/a/node_modules/b',
    )
    expect(placed()['/node_modules/b']).to.equal('agent/node_modules/b')
  })

  it('are found by each as it finds them here, where one between has another version', () => {
    // a has its own x and z. Its x depends on the z at the top, which the z of a would hide.
    const a = 'agent/node_modules/a'
    module('agent', { dependencies: ['z', 'x', 'a'] })
    for (const name of ['z', 'x']) module(`agent/node_modules/${name}`)
    module(a, { dependencies: ['x', 'z'] })
    module(`${a}/node_modules/z`)
    module('elsewhere/node_modules/x', { dependencies: ['z'] })
    link('../../../../elsewhere/node_modules/x', `${a}/node_modules/x`)
    link('../../agent/node_modules/z', 'elsewhere/node_modules/z')
    expect(placed()['/node_modules/a/node_modules/x/node_modules/z']).to.equal(
      'agent/node_modules/z',
    )
  })

  it('may go round in circles', () => {
    module('agent', { dependencies: ['a'] })
    module('agent/node_modules/a', { dependencies: ['b'] })
    module('agent/node_modules/b', { dependencies: ['a', 'b'] })
    expect(Object.keys(placed())).to.deep.equal(['/node_modules/a', '/node_modules/b'])
  })

  it('are missed where they are not installed, but for optional ones and peers', () => {
    module('agent', { dependencies: ['b', 'a'], optionalDependencies: ['o', 'p'] })
    module('agent/node_modules/a', { dependencies: ['gone'], peerDependencies: ['q', 'r'] })
    for (const name of ['p', 'q']) module(`agent/node_modules/${name}`)
    expect(collect().missing).to.deep.equal(['b', 'gone'])
    expect(Object.keys(placed())).to.include.members(['/node_modules/p', '/node_modules/q'])
  })

  it('are the files that npm would publish where the folder is linked from elsewhere', function () {
    this.timeout(60_000)
    module('agent', { dependencies: ['mine'] })
    module('mine', { dependencies: ['dep'] })
    module('mine/node_modules/dep')
    write('mine/.npmignore', 'secret.txt\n')
    write('mine/secret.txt')
    link('../../mine', 'agent/node_modules/mine')
    expect(paths(collect().entries)).to.deep.equal([
      '/node_modules/dep/index.js',
      '/node_modules/dep/package.json',
      '/node_modules/mine/index.js',
      '/node_modules/mine/package.json',
    ])
  })

  it('keep their symbolic links; what these lead to elsewhere is copied, and nothing is nothing', () => {
    const a = 'agent/node_modules/a'
    module('agent', { dependencies: ['a'] })
    module(a)
    write('shared.js', 'shared')
    link('index.js', `${a}/inside`)
    link(join(place, 'shared.js'), `${a}/outside.js`)
    for (const [to, name] of [
      ['nowhere', 'dangling'],
      ['.', 'loop'],
      [place, 'up'],
    ] as const) {
      link(to, `${a}/${name}`)
    }
    const { entries } = collect()
    expect(paths(entries)).to.deep.equal(
      ['index.js', 'inside', 'loop', 'outside.js', 'package.json'].map(
        name => `/node_modules/a/${name}`,
      ),
    )
    const inside = entries.find(({ path }) => path.endsWith('/inside'))
    expect(inside?.content).to.deep.equal({ link: 'index.js' })
    const outside = entries.find(({ path }) => path.endsWith('/outside.js'))
    expect(outside?.content).to.deep.equal({ source: join(place, 'shared.js') })
  })
})
