import { spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { installedPlaces } from '../../../lib/packaging/contents/launcher.ts'
import { tmpfiles } from '../../../lib/packaging/unit/accounts.ts'
import { skip } from '../../live.ts'

describe("packaging: what is not root's", () => {
  let root: string
  before(function () {
    if (process.getuid?.() !== 0) skip(this, 'another user may give nothing away')
    if (spawnSync('systemd-tmpfiles', ['--version']).error) skip(this, 'no systemd-tmpfiles')
    root = mkdtempSync(join(tmpdir(), 'sealbeat-tmpfiles-'))
  })
  after(() => root && rmSync(root, { recursive: true }))

  const at = (path: string) => join(root, path)
  const stateOf = (path: string) => {
    const { mode, uid } = statSync(at(path))
    return [(mode & 0o777).toString(8), uid]
  }

  it('is made or given to the agent, but for folders that others may have', () => {
    for (const folder of ['etc/web/web.d', 'srv/shared', 'var/lib', 'var/log']) {
      mkdirSync(at(folder), { recursive: true })
    }
    chmodSync(at('srv/shared'), 0o755)
    writeFileSync(at('etc/passwd'), 'root:x:0:0::/:/bin/sh\nweb:x:4711:4711::/:/bin/false\n')
    writeFileSync(at('etc/group'), 'root:x:0:\nweb:x:4711:\n')
    writeFileSync(at('etc/web/web.yml'), '')
    const writes = ['/srv/shared', '/srv/"own" 100%']
    writeFileSync(at('web.conf'), tmpfiles('web', installedPlaces('web'), writes))
    const args = ['--create', `--root=${root}`, at('web.conf')]
    const { status, stderr } = spawnSync('systemd-tmpfiles', args, { encoding: 'utf8' })
    expect({ status, stderr }).to.deep.equal({ status: 0, stderr: '' })
    expect(stateOf('var/lib/web')).to.deep.equal(['700', 4711])
    expect(stateOf('var/log/web')).to.deep.equal(['750', 4711])
    expect(stateOf('etc/web/web.yml')).to.deep.equal(['600', 4711])
    expect(stateOf('etc/web/web.d')).to.deep.equal(['750', 0])
    expect(statSync(at('etc/web/web.d')).gid).to.equal(4711)
    expect(stateOf('srv/"own" 100%')).to.deep.equal(['750', 4711])
    expect(stateOf('srv/shared'), 'it was there').to.deep.equal(['755', 0])
  })
})
