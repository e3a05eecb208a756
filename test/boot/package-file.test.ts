import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { expect } from 'chai'
import { readPackage, requireDeb } from '../../lib/boot/package-file.ts'
import { needs, run } from '../packaging/programs.ts'

describe('a package to boot', () => {
  let folder: string
  before(needs('dpkg-deb'))
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'sealbeat-package-file-'))
  })
  afterEach(() => rmSync(folder, { recursive: true }))

  function deb(name: string, file: string): string {
    const root = join(folder, 'root')
    for (const path of ['DEBIAN/control', file]) {
      mkdirSync(dirname(join(root, path)), { recursive: true })
    }
    const depends = 'libc6 (>= 2.28), libatomic1:any | other, nodejs (>= 20.19)'
    const control = `Package: ${name}\nVersion: 1.0~rc.1-1\nArchitecture: all\nMaintainer: A <a@b.c>
Depends: ${depends}\nDescription: a\n`
    writeFileSync(join(root, 'DEBIAN/control'), control)
    writeFileSync(join(root, file), '')
    run('dpkg-deb', ['--root-owner-group', '--build', root, join(folder, 'a.deb')])
    return join(folder, 'a.deb')
  }

  it('has a name, a version, and what it needs', () => {
    const path = deb('web', 'usr/lib/systemd/system/web.service')
    expect(readPackage(path)).to.deep.equal({
      path,
      name: 'web',
      version: '1.0~rc.1-1',
      needs: ['libc6', 'libatomic1', 'nodejs'],
    })
  })

  it('is a .deb, and what else there is of the agent is refused with what to give', () => {
    for (const other of ['web-0.1.0-1.x86_64.rpm', 'web-0.1.0-linux-x64.tar.gz', 'web']) {
      expect(() => requireDeb(join(folder, other)))
        .to.throw(`${other}: only a .deb can be booted; `)
        .with.property('message')
        .that.includes('give the .deb of the same agent')
        .and.includes('sealbeat package --format deb')
    }
  })

  it('is there, or it is said once that it is not', () => {
    const path = join(folder, 'web_0.1.0-1_amd64.deb')
    expect(() => requireDeb(path)).to.throw(new RegExp(`^${path} does not exist$`))
    writeFileSync(path, '')
    requireDeb(path)
  })

  it('is of an agent', () => {
    const path = deb('web', 'usr/lib/systemd/system/web.service.d')
    const said = `${path}: not a package of an agent, as it has no /usr/lib/systemd/system/web.service`
    expect(() => readPackage(path)).to.throw(said)
  })

  it('is a .deb that is there', () => {
    writeFileSync(join(folder, 'x.deb'), 'no')
    expect(() => readPackage(join(folder, 'x.deb'))).to.throw(/x\.deb: .*archive/)
    expect(() => readPackage(join(folder, 'y.deb'))).to.throw(/y\.deb: .*(No such|no such)/)
  })
})
