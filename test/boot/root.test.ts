import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { debianRoot, freshRoot } from '../../lib/boot/root.ts'

describe('a root to boot', () => {
  let folder: string
  const path = process.env.PATH
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'sealbeat-root-'))
    process.env.PATH = `${folder}:${path}`
  })
  afterEach(() => {
    process.env.PATH = path
    rmSync(folder, { recursive: true })
  })

  /** A program in the place of mmdebstrap. Its last argument is the folder to make. */
  function mmdebstrap(script: string): void {
    writeFileSync(join(folder, 'mmdebstrap'), `#!/bin/sh\n${script}\n`, { mode: 0o755 })
  }

  const debian = { suite: 'trixie', packages: ['systemd', 'rpm', 'libc6'] }

  it('is made once, with what boots and what is needed, and it is told that', async () => {
    mmdebstrap(`echo "$*" >>${folder}/calls; for last; do :; done; mkdir "$last"`)
    let begun = 0
    const making = { signal: new AbortController().signal, begin: () => begun++ }
    const made = await debianRoot(join(folder, 'cache'), debian, making)
    expect(await debianRoot(join(folder, 'cache'), debian, making)).to.equal(made)
    expect(begun).to.equal(1)
    expect(made).to.equal(join(folder, 'cache/trixie+systemd+systemd-sysv+dbus+libc6+rpm'))
    expect(readFileSync(join(folder, 'calls'), 'utf8')).to.equal(
      `--quiet --variant=minbase --include=systemd,systemd-sysv,dbus,libc6,rpm trixie ${made}.new\n`,
    )
  })

  it('is not there if it could not be made, and the reason is told', async () => {
    mmdebstrap(
      'for last; do :; done; mkdir "$last"; echo "E: no route to the mirror" >&2; exit 100',
    )
    const refused = "mmdebstrap can't make a Debian root:\nE: no route to the mirror"
    for (const _ of ['once', 'again']) {
      const said = await debianRoot(join(folder, 'cache'), debian).catch(({ message }) => message)
      expect(said).to.equal(refused)
    }
    expect(existsSync(join(folder, 'cache/trixie+systemd+systemd-sysv+dbus+libc6+rpm'))).to.be.false
  })

  it('is given up on a signal, and not there then', async () => {
    mmdebstrap('for last; do :; done; mkdir "$last"; exec sleep 60')
    const end = new AbortController()
    const making = { signal: end.signal, begin: () => setTimeout(() => end.abort('enough'), 50) }
    expect(await debianRoot(join(folder, 'cache'), debian, making).catch(String)).to.equal('enough')
    expect(existsSync(join(folder, 'cache/trixie+systemd+systemd-sysv+dbus+libc6+rpm'))).to.be.false
  })

  it('is written to in a folder of its own, which anybody may enter whatever the umask is', () => {
    const before = process.umask(0o077)
    const root = freshRoot('/a:b,c')
    process.umask(before)
    expect(statSync(root.upper).mode & 0o777).to.equal(0o755)
    expect(root.overlay).to.match(
      /^lowerdir=\/a\\:b\\,c,upperdir=[^,]+\/upper,workdir=[^,]+\/work$/,
    )
    root.remove()
    expect(existsSync(root.upper)).to.equal(false)
  })
})
