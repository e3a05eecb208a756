import { spawnSync } from 'node:child_process'
import { cpSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect } from 'chai'
import { Workplace } from '../workplace.ts'

const ROOT = fileURLToPath(new URL('../../../../', import.meta.url))
const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))

describe('sealbeat new: what is depended on', () => {
  let place: Workplace
  beforeEach(() => {
    place = new Workplace({ 'local/sealbeat.tgz': '', 'local/sealbeat/package.json': '{}' })
  })
  afterEach(() => place.remove())

  /** What the manifest of the new agent contains about sealbeat, and the command to install it. */
  function dependencyOf(stdout: string) {
    const manifest = JSON.parse(readFileSync(place.path('web/package.json'), 'utf8'))
    const allowed = Object.keys(manifest.allowScripts)
    return [manifest.dependencies.sealbeat, ...allowed, /^ {2}(npm install.*)$/m.exec(stdout)?.[1]]
  }
  const LINKED = ['sealbeat', 'npm install --ignore-scripts']

  const GIVEN: readonly (readonly [
    from: string,
    dependency: (place: Workplace) => readonly string[],
  ])[] = [
    [
      './local/sealbeat.tgz',
      at => ['file:../local/sealbeat.tgz', `file:${at.path('local/sealbeat.tgz')}`, 'npm install'],
    ],
    ['file:local/sealbeat', () => ['file:../local/sealbeat', ...LINKED]],
    [ROOT, () => [`file:${ROOT}`, ...LINKED]],
  ]
  for (const [from, dependency] of GIVEN) {
    it(`--from ${from === ROOT ? 'an absolute path' : from}`, async () => {
      const { stdout } = await place.run('new', 'agent', 'web', '--from', from)
      expect(dependencyOf(stdout)).to.deep.equal(dependency(place))
    })
  }

  it('--from nowhere is refused', async () => {
    const { code, stderr } = await place.run('new', 'agent', 'web', '--from', 'nowhere')
    expect(code).to.equal(64)
    expect(stderr).to.match(/^sealbeat: --from nowhere: no such tarball or folder; see /)
  })

  it('a beat gets it for its tests, and asks for this version where it is used', async () => {
    await place.run('new', 'beat', 'web', '--from', 'local/sealbeat.tgz')
    const manifest = JSON.parse(readFileSync(place.path('web/package.json'), 'utf8'))
    expect(manifest.devDependencies.sealbeat).to.equal('file:../local/sealbeat.tgz')
    expect(manifest.peerDependencies).to.deep.equal({ sealbeat: `^${version}` })
  })

  describe('by a sealbeat that was installed', () => {
    /** Installs sealbeat into another project as npm does, with the parts that this command needs. */
    function installed(resolved: string): string {
      const folder = place.path('project/node_modules/sealbeat')
      for (const part of ['package.json', 'dist/bundle', 'config/templates']) {
        cpSync(join(ROOT, part), join(folder, part), { recursive: true })
      }
      const packages = { 'node_modules/sealbeat': { version, resolved } }
      place.write({ 'project/node_modules/.package-lock.json': JSON.stringify({ packages }) })
      return join(folder, 'dist/bundle/main.js')
    }

    function newAgent(program: string): string {
      const options = { cwd: place.folder, encoding: 'utf8' } as const
      return spawnSync(process.execPath, [program, 'new', 'agent', 'web'], options).stdout
    }

    const registry = [`^${version}`, 'sealbeat', 'npm install']

    it('from a registry: that version', () => {
      const stdout = newAgent(installed('https://example.org/sealbeat.tgz'))
      expect(dependencyOf(stdout)).to.deep.equal(registry)
    })

    it('from a tarball: the same', () => {
      const stdout = newAgent(installed('file:../local/sealbeat.tgz'))
      const file = place.path('local/sealbeat.tgz')
      expect(dependencyOf(stdout)).to.deep.equal([
        ...['file:../local/sealbeat.tgz', `file:${file}`, 'npm install'],
      ])
    })

    it('from a tarball that is gone: that version', () => {
      expect(dependencyOf(newAgent(installed('file:../gone.tgz')))).to.deep.equal(registry)
    })
  })
})
