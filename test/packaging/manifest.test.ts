import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { packageVersion, readManifest } from '../../lib/packaging/manifest.ts'
import { ROOT } from '../docs/page.ts'
import { MANIFEST } from './agent-folder.ts'

describe('the manifest of an agent', () => {
  let folder: string
  before(() => (folder = mkdtempSync(join(tmpdir(), 'sealbeat-manifest-'))))
  after(() => rmSync(folder, { recursive: true }))

  function read(members: unknown) {
    writeFileSync(join(folder, 'package.json'), JSON.stringify(members))
    return readManifest(folder)
  }

  /** The key of each problem. */
  function wrong(members: unknown): readonly string[] {
    try {
      read(members)
      return []
    } catch (error) {
      const { code, problems } = Object(error)
      expect(code).to.equal('CONFIG_INVALID')
      return problems.map(({ path }: { path: readonly string[] }) => path.join('.'))
    }
  }

  it('is what package.json says', () => {
    expect(read(MANIFEST)).to.deep.equal({
      name: 'sample',
      version: '1.2.3-rc.1',
      description: 'Measures 100% of the host',
      maintainer: 'Jo Maintainer <jo@example.org>',
      license: 'Apache-2.0',
      homepage: 'https://example.org/a%20b',
    })
  })

  it('tells all problems at once', () => {
    const all = ['name', 'version', 'description', 'author', 'license']
    expect(wrong({})).to.deep.equal(all)
    expect(wrong([])).to.deep.equal(all)
    expect(wrong(null)).to.deep.equal(all)
    expect(
      wrong({ ...MANIFEST, version: 'v1', author: 'Jo', homepage: 'javascript:x' }),
    ).to.deep.equal(['version', 'author', 'homepage'])
  })

  it('takes nobody for its maintainer whom the template has made up', () => {
    const { author } = JSON.parse(
      readFileSync(`${ROOT}config/templates/agent/package.json`, 'utf8'),
    )
    expect(wrong({ ...MANIFEST, author })).to.deep.equal(['author'])
  })

  it('takes another name where that of npm has a scope', () => {
    const scoped = { ...MANIFEST, name: '@corp/web-agent' }
    expect(wrong(scoped)).to.deep.equal(['name'])
    expect(read({ ...scoped, sealbeat: { name: 'web' } }).name).to.equal('web')
    expect(wrong({ ...MANIFEST, sealbeat: { name: 7 } })).to.deep.equal(['sealbeat.name'])
    expect(wrong({ ...MANIFEST, sealbeat: { name: 'Web' } })).to.deep.equal(['sealbeat.name'])
  })

  for (const name of ['root', 'www-data', 'systemd-network', 'data', 'a', '-a', 'x'.repeat(32)]) {
    it(`refuses the name ${name}`, () =>
      expect(wrong({ ...MANIFEST, name })).to.deep.equal(['name']))
  }

  it('takes names that only begin like those of the system', () => {
    for (const name of ['root-cause', 'data-watch', 'bindings', 'a1', 'x'.repeat(31)]) {
      expect(wrong({ ...MANIFEST, name }), name).to.deep.equal([])
    }
  })

  it('refuses what would be more than one line of a control file, a spec or a unit', () => {
    for (const description of ['', ' x', 'x ', 'a\nb', 'a\rb', 'a\u0000', 'ends in \\']) {
      expect(wrong({ ...MANIFEST, description }), JSON.stringify(description)).to.deep.equal([
        'description',
      ])
    }
    const homepage = 'https://example.org/\nDepends: x'
    expect(wrong({ ...MANIFEST, homepage })).to.deep.equal(['homepage'])
    const author = 'Jo\nDepends: x <jo@example.org>'
    expect(wrong({ ...MANIFEST, author })).to.deep.equal(['author'])
  })

  it('takes an author as npm writes it, too', () => {
    const author = { name: 'Jo', email: 'jo@example.org' }
    expect(read({ ...MANIFEST, author }).maintainer).to.equal('Jo <jo@example.org>')
    const text = 'Jo <jo@example.org> (https://example.org)'
    expect(read({ ...MANIFEST, author: text }).maintainer).to.equal('Jo <jo@example.org>')
    expect(wrong({ ...MANIFEST, author: { name: 'Jo' } })).to.deep.equal(['author'])
  })

  it('that is no JSON, or missing, is told with what to do', () => {
    writeFileSync(join(folder, 'package.json'), '{')
    expect(() => readManifest(folder)).to.throw('sealbeat new agent')
    expect(() => readManifest(join(folder, 'missing'))).to.throw('does not exist')
  })
})

describe('versions of packages', () => {
  for (const [npm, other] of [
    ['1.2.3', '1.2.3'],
    ['1.2.3-rc.1', '1.2.3~rc.1'],
    ['1.2.3-rc-1-x', '1.2.3~rc.1.x'],
    ['1.2.3+b-1', '1.2.3+b.1'],
    ['1.2.3-rc.1+b', '1.2.3~rc.1+b'],
  ] as const) {
    it(`${npm} becomes ${other}`, () => expect(packageVersion(npm)).to.equal(other))
  }
})
