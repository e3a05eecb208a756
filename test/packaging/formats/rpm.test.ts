import { lstatSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { skip } from '../../live.ts'
import { AgentFolder, NAME } from '../agent-folder.ts'
import { needs, run } from '../programs.ts'

const HOME = `/usr/share/${NAME}`

describe('the .rpm', function () {
  this.timeout(60_000)
  let agent: AgentFolder
  let rpm: string

  before(function () {
    needs('rpmbuild', 'rpm', 'rpm2cpio', 'cpio').call(this)
    agent = new AgentFolder()
    const [made = ''] = agent.package([
      '--format',
      'rpm',
      '--runtime',
      'system',
      '--iteration',
      '4',
    ])
    rpm = made
  })
  after(() => agent?.remove())

  /** What rpm prints about the package, as lines. */
  function query(...args: readonly string[]): readonly string[] {
    return run('rpm', ['-qp', ...args, rpm])
      .trim()
      .split('\n')
  }

  it('says what the manifest says', () => {
    const format =
      '%{NAME}|%{VERSION}|%{RELEASE}|%{SUMMARY}|%{LICENSE}|%{PACKAGER}|%{URL}|%{DESCRIPTION}'
    expect(query('--qf', format)).to.deep.equal([
      'sample|1.2.3~rc.1|4|Measures 100% of the host|Apache-2.0|Jo Maintainer <jo@example.org>|' +
        'https://example.org/a%20b|Measures 100% of the host',
    ])
    expect(query('--qf', '%{BUILDHOST} %{BUILDTIME}')).to.deep.equal(['reproducible 499162500'])
  })

  it('requires what its native code does, and no more', () => {
    const required = query('--requires').filter(line => !/^(rpmlib\(|\/bin\/sh)/.test(line))
    expect(required.map(line => line.replace(/[ (].*/, ''))).to.have.members([
      'glibc',
      'libstdc++.so.6',
      'nodejs',
      'systemd',
    ])
  })

  it('leaves to the operator what is in the configuration', () => {
    const files = [`/etc/${NAME}/${NAME}.reference.yml`, `/etc/${NAME}/${NAME}.yml`]
    expect(query('--configfiles')).to.have.members(files)
    const NOREPLACE = 1 << 4
    const flagged = query('--qf', '[%{FILEFLAGS:octal} %{FILENAMES}\n]').filter(line => {
      return Number.parseInt(line, 8) & NOREPLACE
    })
    expect(flagged.map(line => line.replace(/^\d+ /, ''))).to.have.members(files)
  })

  it("has root's files, with these modes, and no folder of the system's", () => {
    const lines = query(
      '--qf',
      '[%{FILEMODES:perms} %{FILEUSERNAME} %{FILEGROUPNAME} %{FILENAMES}\n]',
    )
    expect(lines).to.include.members([
      `drwxr-xr-x root root /etc/${NAME}`,
      `drwx------ root root /etc/${NAME}/credentials`,
      `drwxr-x--- root root /etc/${NAME}/${NAME}.d`,
      `-rw------- root root /etc/${NAME}/${NAME}.yml`,
      `-rwxr-xr-x root root /usr/bin/${NAME}`,
      `-rw-r--r-- root root /usr/share/bash-completion/completions/${NAME}`,
      `-rw-r--r-- root root /usr/share/zsh/site-functions/_${NAME}`,
      `-rw-r--r-- root root /usr/share/fish/vendor_completions.d/${NAME}.fish`,
      `-rw-r--r-- root root /usr/lib/systemd/system/${NAME}.service`,
      `drwxr-xr-x root root ${HOME}`,
      `drwxr-xr-x root root ${HOME}/node_modules/@corp`,
      `-rw-r--r-- root root ${HOME}/node_modules/@corp/words/[id] 100%.txt`,
    ])
    const paths = lines.map(line => line.split(' ').slice(3).join(' '))
    expect(paths.filter(path => !path.split('/').some(part => part.includes(NAME)))).to.deep.equal(
      [],
    )
    expect(paths).to.have.lengthOf(new Set(paths).size)
    const packed = run('sh', ['-c', 'rpm2cpio "$1" | cpio -t --quiet', 'sh', rpm])
      .trim()
      .split('\n')
    expect(packed.map(path => path.slice(1))).to.have.members(paths)
  })

  it('does at the moments of its life what the .deb does, and nothing more at upgrades', () => {
    const scripts = query('--scripts').join('\n')
    expect(scripts).to.include(`systemd-sysusers ${NAME}.conf`)
    const [, upgrade = ''] = /^if \[ "\$1" -gt 1 \]; then (.*?; fi); fi$/ms.exec(scripts) ?? []
    const [shows, restarts, ...more] = upgrade.split('\n')
    expect(shows).to.include(`/usr/bin/${NAME} sandbox show`)
    expect(restarts).to.match(/^if \[ -d \/run\/systemd\/system \]; then systemctl try-restart/)
    expect(more).to.deep.equal([])
    expect(scripts).to.include(`/usr/bin/${NAME} test config`)
    expect(scripts).to.include('if [ "$1" -eq 0 ]; then')
    expect(scripts).not.to.include('rm -rf')
    for (const tag of ['POSTIN', 'PREUN', 'POSTUN']) {
      run('sh', ['-n', '-c', query('--qf', `%{${tag}}`).join('\n')])
    }
  })

  it('is installed', function () {
    if (process.geteuid?.() !== 0) skip(this, 'only root may change the root')
    const root = mkdtempSync(join(tmpdir(), 'sealbeat-rpm-'))
    try {
      run('rpm', ['--root', root, '--nodeps', '--noscripts', '--ignorearch', '-i', rpm])
      const listed = run('rpm', ['--root', root, '-ql', NAME]).trim().split('\n')
      for (const path of listed) lstatSync(join(root, path))
      const unit = readFileSync(join(root, `usr/lib/systemd/system/${NAME}.service`), 'utf8')
      expect(unit).to.include(`ExecStart=/usr/bin/${NAME} run`)
      expect(run('rpm', ['--root', root, '-V', '--nodeps', NAME])).to.equal('')
      run('rpm', ['--root', root, '--nodeps', '--noscripts', '-e', NAME])
      expect(() => lstatSync(join(root, HOME))).to.throw('ENOENT')
    } finally {
      rmSync(root, { recursive: true })
    }
  })
})
