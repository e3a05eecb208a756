// `make test-release` tests what `make release` has built, as users would download it. Needs root.
import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { expect } from 'chai'
import { BareMachine } from './bare.ts'

const RELEASE = process.env['RELEASE'] ?? 'release'
const { name, version } = JSON.parse(readFileSync('package.json', 'utf8'))
const TARBALL = join(RELEASE, `${name}-${version}.tgz`)
const OWN = `prebuilds/${process.platform}-${process.arch}/sealbeat.node`

function linesOf(program: string, ...args: readonly string[]): readonly string[] {
  const said = execFileSync(program, args, { encoding: 'utf8', maxBuffer: 1 << 26 })
  return said.trimEnd().split('\n')
}

describe('release/', () => {
  const files = readdirSync(RELEASE)

  it('holds the npm tarball, the packages of the sample agent, SBOM and changelog', () => {
    const packages = files.filter(file => file.startsWith('sealbeat-sample'))
    expect(packages.map(file => file.replace(/.*(\.deb|\.rpm|\.tar\.gz)$/, '$1'))).to.have.members([
      ...['.deb', '.rpm', '.tar.gz'],
    ])
    const rest = files.filter(file => !packages.includes(file))
    expect(rest).to.have.members([
      ...[basename(TARBALL), `${name}-${version}.cdx.json`, 'CHANGELOG.md', 'SHA256SUMS'],
      `sealbeat-output-kafka-${version}.tgz`,
    ])
  })

  it('has the checksum of every file, and each is right', () => {
    const sums = join(RELEASE, 'SHA256SUMS')
    const listed = readFileSync(sums, 'utf8').trimEnd().split('\n')
    const others = files.filter(file => file !== 'SHA256SUMS')
    expect(listed.map(line => line.slice(66))).to.have.members(others)
    execFileSync('sha256sum', ['--strict', '--quiet', '-c', 'SHA256SUMS'], { cwd: RELEASE })
  })

  it('has the topmost section of the changelog', () => {
    const section = readFileSync(join(RELEASE, 'CHANGELOG.md'), 'utf8')
    expect(section).to.match(/^## /)
    expect(readFileSync('CHANGELOG.md', 'utf8').split(/^(?=## )/m)[1]).to.contain(section.trimEnd())
  })
})

describe('the npm tarball', () => {
  const listed = linesOf('tar', '-tzf', TARBALL).map(path => path.replace('package/', ''))
  const addons = listed.filter(path => path.endsWith('.node'))
  const modules = listed.filter(path =>
    /(^|\/)node_modules\/(@[^/]+\/)?[^/]+\/package\.json$/.test(path),
  )
  let folder: string
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'sealbeat-tarball-'))
    execFileSync('tar', ['-xzf', TARBALL, '-C', folder, '--strip-components=1'])
  })
  after(() => rmSync(folder, { recursive: true, force: true }))

  const textOf = (path: string) => readFileSync(join(folder, path), 'latin1')

  it("has the addon for this machine's architecture, no other addon, and nothing of the tests", () => {
    expect(addons).to.include(OWN)
    expect(
      addons.filter(path => !/^prebuilds\/linux-\w+\/sealbeat\.node$/.test(path)),
    ).to.deep.equal([])
    const own = listed.filter(path => !/^(node_modules|config\/templates)\//.test(path))
    expect(
      own.filter(path => /probe|\.test\.|^(test|tools|addon\/testing)\//.test(path)),
    ).to.deep.equal([])
  })

  for (const path of addons) {
    describe(path, () => {
      // The glibc that Node's own releases need, and the libstdc++ of the systems with that glibc.
      it('takes no newer glibc than 2.28, and no newer libstdc++ than of GCC 8', () => {
        const minors = Array.from(textOf(path).matchAll(/GLIBC_2\.(\d+)/g), ([, minor]) =>
          Number(minor),
        )
        console.log(`      glibc 2.${Math.max(...minors)}`)
        expect(Math.max(...minors)).to.be.within(1, 28)
        const standard = Array.from(textOf(path).matchAll(/GLIBCXX_3\.4\.(\d+)/g), ([, n]) =>
          Number(n),
        )
        expect(Math.max(0, ...standard)).to.be.at.most(25)
      })

      it('is stripped, and does not tell where it was compiled', () => {
        expect(textOf(path)).not.to.match(/\.symtab|\.debug_|\/(tmp|root|home|work)\//)
      })
    })
  }

  it('has the licences of what is bundled, which is among what it brings', () => {
    const texts = textOf('dist/bundle/LICENSES.txt').split(/^-{78}$/m)
    const named = texts.map(text => /^(\S+) \S+, \S+$/m.exec(text)?.[1])
    const brought = modules.map(path => path.replace(/^.*node_modules\/(.*)\/package\.json$/, '$1'))
    expect(brought).to.include.members(named)
    expect(named).to.include.members(['yaml', 'pino', 'convict']).and.to.satisfy(isSorted)
  })

  it('has an SBOM that names what it brings, no more and no less, and no address', () => {
    const text = readFileSync(join(RELEASE, `${name}-${version}.cdx.json`), 'utf8')
    const { metadata, components } = JSON.parse(text)
    const found = modules.map(path => {
      const manifest = JSON.parse(textOf(path))
      return `pkg:npm/${manifest.name.replace('@', '%40')}@${manifest.version}`
    })
    expect(components.map(({ purl }: { purl: string }) => purl)).to.have.members(found)
    for (const each of components)
      expect(each).to.include.keys('name', 'version', 'licenses', 'hashes')
    expect(metadata.component.purl).to.equal(`pkg:npm/${name}@${version}`)
    expect(text.match(/https?:\/\/[^"/]*/g)).to.deep.equal(['http://cyclonedx.org'])
  })
})

function isSorted(words: readonly string[]): boolean {
  return words.join() === [...words].sort().join()
}

describe('the npm tarball, where there is no network, no compiler and nothing else', function () {
  this.timeout(120_000)
  let machine: BareMachine
  before(() => {
    machine = new BareMachine()
  })
  after(() => machine.remove())

  it('installs, and builds nothing', () => {
    const { status, stderr } = machine.run('npm', 'install', '--no-audit', '--no-fund', TARBALL)
    expect(status, stderr).to.equal(0)
    const installed = join(machine.folder, 'node_modules/sealbeat')
    expect(existsSync(join(installed, OWN))).to.equal(true)
    expect(existsSync(join(installed, 'build'))).to.equal(false)
  })

  it('has a command', () => {
    const { stdout, stderr } = machine.run('npx', '--no-install', 'sealbeat', 'version')
    expect(stdout, stderr).to.contain(version)
  })

  it('runs an agent: events come, from under the filter', async () => {
    const lines = 'beats: [{ type: host, period: 1s }]\noutput.console: {}\n'
    writeFileSync(join(machine.folder, 'beat.yml'), lines)
    const event = '"dataset":"host.uptime"'
    const { stdout, stderr } = await machine.runUntil(event, 'node_modules/.bin/sealbeat', 'run')
    expect(stdout, stderr).to.contain(event)
    expect(stderr).to.contain('Syscall filter successfully installed').and.to.contain('"Stopped"')
  })
})

describe('the packages of the sample agent', () => {
  const sample = JSON.parse(readFileSync('packaging/sample/package.json', 'utf8'))
  const named = (end: string) => {
    const found = readdirSync(RELEASE).find(
      file => file.startsWith(sample.name) && file.endsWith(end),
    )
    return join(RELEASE, found ?? `no ${end}`)
  }
  const home = `/usr/share/${sample.name}`
  const installed = [
    ...[`${home}/beats/heartbeat.js`, `${home}/node_modules/sealbeat/${OWN}`],
    ...[`/etc/${sample.name}/${sample.name}.yml`, `/usr/bin/${sample.name}`],
    `/usr/lib/systemd/system/${sample.name}.service`,
  ]

  it('are of this version', () => {
    expect(sample.version).to.equal(version)
    expect(sample.dependencies).to.deep.equal({ sealbeat: version })
  })

  it('.deb: has its beats, the framework, configuration, command and unit', () => {
    const lines = linesOf('dpkg-deb', '-c', named('.deb'))
    expect(lines.map(line => line.slice(line.indexOf(' ./') + 2))).to.include.members(installed)
  })

  it('.rpm: the same', () => {
    expect(linesOf('rpm', '-qlp', named('.rpm'))).to.include.members(installed)
  })

  it('.tar.gz: its beats, the framework, configuration and command, in one folder', () => {
    const [top = '', ...paths] = linesOf('tar', '-tzf', named('.tar.gz'))
    expect(paths.map(path => path.replace(top, ''))).to.include.members([
      ...['beats/heartbeat.js', `node_modules/sealbeat/${OWN}`],
      ...[sample.name, `${sample.name}.yml`],
    ])
  })
})
