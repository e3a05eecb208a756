import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { expect } from 'chai'
import { AgentFolder, NAME } from '../agent-folder.ts'
import { needs, run } from '../programs.ts'

const HOME = `usr/share/${NAME}`

describe('the .deb', function () {
  this.timeout(60_000)
  let agent: AgentFolder
  let deb: string
  /** The folder with the installed files and DEBIAN. */
  let root: string

  before(function () {
    needs('dpkg-deb').call(this)
    agent = new AgentFolder()
    const [made = ''] = agent.package([
      '--format',
      'deb',
      '--runtime',
      'system',
      '--iteration',
      '4',
    ])
    deb = made
    root = mkdtempSync(join(tmpdir(), 'sealbeat-deb-'))
    run('dpkg-deb', ['--raw-extract', deb, root])
  })
  after(() => {
    agent?.remove()
    if (root) rmSync(root, { recursive: true })
  })

  const control = (name: string) => readFileSync(join(root, 'DEBIAN', name), 'utf8')

  it('says what the manifest says', () => {
    const field = (name: string) => run('dpkg-deb', ['--field', deb, name]).trim()
    expect(field('Package')).to.equal(NAME)
    expect(field('Version')).to.equal('1.2.3~rc.1-4')
    expect(field('Architecture')).to.equal(run('dpkg', ['--print-architecture']).trim())
    expect(field('Maintainer')).to.equal('Jo Maintainer <jo@example.org>')
    expect(field('Homepage')).to.equal('https://example.org/a%20b')
    expect(field('Description')).to.match(/^Measures 100% of the host\n A host agent: /)
    expect(field('Depends')).to.match(/^libc6 .*, nodejs \(>= 20\.19\), systemd \(>= 252\)$/)
    expect(deb.endsWith(`packages/${NAME}_1.2.3~rc.1-4_${field('Architecture')}.deb`)).to.equal(
      true,
    )
  })

  it("has root's files, with these modes", () => {
    const listed = run('dpkg-deb', ['--contents', deb]).trim().split('\n')
    const modes = new Map(
      listed.map(line => {
        const [mode = '', owner, , date, , ...path] = line.split(/ +/)
        expect(owner, line).to.equal('root/root')
        expect(date, line).to.equal('1985-10-26')
        return [path.join(' '), mode]
      }),
    )
    for (const [path, mode] of [
      ['etc/', 'drwxr-xr-x'],
      [`etc/${NAME}/credentials/`, 'drwx------'],
      [`etc/${NAME}/${NAME}.d/`, 'drwxr-x---'],
      [`etc/${NAME}/${NAME}.yml`, '-rw-------'],
      [`etc/${NAME}/${NAME}.reference.yml`, '-rw-r--r--'],
      [`usr/bin/${NAME}`, '-rwxr-xr-x'],
      [`usr/lib/systemd/system/${NAME}.service`, '-rw-r--r--'],
      [`usr/lib/sysusers.d/${NAME}.conf`, '-rw-r--r--'],
      [`usr/lib/tmpfiles.d/${NAME}.conf`, '-rw-r--r--'],
      [`usr/share/bash-completion/completions/${NAME}`, '-rw-r--r--'],
      [`usr/share/zsh/vendor-completions/_${NAME}`, '-rw-r--r--'],
      [`usr/share/fish/vendor_completions.d/${NAME}.fish`, '-rw-r--r--'],
      [`${HOME}/beats/own.js`, '-rw-r--r--'],
      [`${HOME}/node_modules/@corp/words/a b.mjs`, '-rw-r--r--'],
      [`${HOME}/notes of mine.txt`, '-rw-r--r--'],
    ] as const) {
      expect(modes.get(`./${path}`), path).to.equal(mode)
    }
    const paths = [...modes.keys()].join('\n')
    expect(paths).not.to.match(/beat\.yml|private|bin\/node|packages|\.map$|\.test\./m)
  })

  it('has the configuration as conffiles, and right sums of everything else', () => {
    expect(control('conffiles')).to.equal(
      `/etc/${NAME}/${NAME}.yml\n/etc/${NAME}/${NAME}.reference.yml\n`,
    )
    const lines = control('md5sums').trimEnd().split('\n')
    const summed = lines.map(line => {
      const path = line.slice(34)
      const sum = createHash('md5')
        .update(readFileSync(join(root, path)))
        .digest('hex')
      expect(line).to.equal(`${sum}  ${path}`)
      return path
    })
    const find = ['.', '-type', 'f', '-not', '-path', './DEBIAN/*', '-not', '-path', './etc/*']
    const files = run('find', find, root).trim().split('\n')
    expect(summed).to.have.members(files.map(path => path.slice(2)))
  })

  for (const name of ['postinst', 'prerm', 'postrm']) {
    it(`has a ${name} that shells understand`, () => {
      expect(statSync(join(root, 'DEBIAN', name)).mode & 0o777).to.equal(0o755)
      expect(control(name)).to.match(/^#!\/bin\/sh\nset -e\n/)
      run('sh', ['-n', join(root, 'DEBIAN', name)])
      run('bash', ['--posix', '-n', join(root, 'DEBIAN', name)])
    })
  }

  it('tells what the host lacks as it is installed, and is installed however that ends', () => {
    const check = control('postinst')
      .split('\n')
      .filter(line => line.includes('test config'))
    expect(check).to.have.lengthOf(1)
    const [line = ''] = check
    expect(line).to.include(`/usr/bin/${NAME} test config`)
    const installing = (command: string) => {
      const script = `set -e\n${line.replace(`/usr/bin/${NAME}`, command)}\necho installed`
      return run('sh', ['-c', `(${script}) 2>&1`])
    }
    expect(installing("sh -c 'echo out; echo no Landlock >&2; exit 78' sh")).to.equal(
      'no Landlock\ninstalled\n',
    )
    expect(installing('/gone')).to.match(/installed\n$/)
    const terminal = installing("sh -c 'test -t 0 || test -t 2 || echo none >&2' sh")
    expect(terminal).to.equal('none\ninstalled\n')
  })

  it('tells of an upgrade alone what the agent reaches, and is installed however that ends', () => {
    const [line = '', ...more] = control('postinst')
      .split('\n')
      .filter(each => each.includes('sandbox show'))
    expect(more).to.deep.equal([])
    const upgrading = (version: string, command: string) => {
      const script = line.replace(`/usr/bin/${NAME}`, command)
      return run('sh', ['-ec', `(set '' "${version}"; ${script}\nfi; echo installed) 2>&1`])
    }
    const shows = "sh -c 'echo policy; echo note >&2; echo what the agent reaches:; echo all' sh"
    expect(upgrading('1', shows)).to.equal('what the agent reaches:\nall\ninstalled\n')
    expect(upgrading('', shows)).to.equal('installed\n')
    expect(upgrading('1', '/gone')).to.equal('installed\n')
  })

  it('does nothing on what dpkg calls its scripts for besides', () => {
    for (const [name, ...args] of [
      ['postinst', 'abort-upgrade', '1'],
      ['prerm', 'upgrade', '2'],
      ['postrm', 'upgrade', '2'],
      ['postrm', 'abort-install'],
    ] as const) {
      expect(run(join(root, 'DEBIAN', name), args)).to.equal('')
    }
  })

  it('has a man page, and the licences of all that is in it', () => {
    const page = gunzipSync(readFileSync(join(root, `usr/share/man/man8/${NAME}.8.gz`))).toString()
    const completions = ['bash-completion/completions/', 'zsh/vendor-completions/_'].map(path =>
      readFileSync(join(root, `usr/share/${path}${NAME}`), 'utf8'),
    )
    for (const text of [page, ...completions]) expect(text).not.to.match(/\bbeat\.(yml|d)\b/)
    expect(page).to.include('.TH SAMPLE 8 "" "sample 1.2.3-rc.1"')
    const licences = readFileSync(join(root, `usr/share/doc/${NAME}/copyright`), 'utf8')
    expect(licences).to.include('sample 1.2.3-rc.1, by Jo Maintainer').and.to.include('Apache-2.0')
    expect(licences)
      .to.match(/^sealbeat$/m)
      .and.to.match(/^@corp\/words$/m)
    for (const name of ['pino', 'yaml', 'convict']) {
      expect(licences).to.match(new RegExp(`^${name} \\d`, 'm'))
    }
    expect(licences).to.include('Words are free.').and.not.to.include('Node.js v')
  })
})
