import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { requireBoot } from '../../lib/boot/needs.ts'

const PROGRAMS = ['dpkg-deb', 'mount', 'nsenter', 'script', 'systemd-nspawn', 'unshare']

describe('what booting a package takes', () => {
  let folder: string
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'sealbeat-needs-'))
    for (const program of [...PROGRAMS, 'mmdebstrap']) {
      writeFileSync(join(folder, program), '')
      chmodSync(join(folder, program), 0o755)
    }
  })
  after(() => rmSync(folder, { recursive: true }))

  const here = { platform: 'linux', uid: 0 } as const

  it('is there: nothing is said', () => {
    requireBoot({ ...here, path: `/nowhere:${folder}` }, true)
  })

  it('is named with its remedy, all that is lacking at once', () => {
    const refused = () => requireBoot({ platform: 'darwin', uid: 501, path: '/nowhere' }, true)
    expect(refused).to.throw(`a package can't be booted here:
  this is not Linux: boot it on a Linux machine
  it mounts and starts a container, which takes root: run it with sudo
  dpkg-deb is not installed: install dpkg (Debian, Fedora)
  mmdebstrap is not installed: install mmdebstrap (Debian, Fedora), or give a root of yours (--root)
  mount is not installed: install mount (Debian) or util-linux (Fedora)
  nsenter is not installed: install util-linux (Debian, Fedora)
  script is not installed: install bsdutils (Debian) or util-linux-script (Fedora)
  systemd-nspawn is not installed: install systemd-container (Debian, Fedora)
  unshare is not installed: install util-linux (Debian, Fedora)`)
  })

  it('does not take mmdebstrap for a root of the operator', () => {
    const missing = (makesRoot: boolean) => () => requireBoot({ ...here, path: '' }, makesRoot)
    expect(missing(true)).to.throw('mmdebstrap')
    expect(missing(false))
      .to.throw('script')
      .and.not.to.match(/mmdebstrap/)
  })

  it('is not a program that can not be run', () => {
    chmodSync(join(folder, 'mmdebstrap'), 0o644)
    writeFileSync(join(folder, 'other'), '')
    expect(() => requireBoot({ ...here, path: folder }, true)).to.throw(
      /here:\n {2}mmdebstrap is not installed: [^\n]*$/,
    )
  })
})
