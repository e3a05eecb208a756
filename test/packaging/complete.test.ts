import { mkdirSync, symlinkSync } from 'node:fs'
import { basename, join } from 'node:path'
import { expect } from 'chai'
import { AgentFolder, MANIFEST, NAME } from './agent-folder.ts'
import { run } from './programs.ts'

const TAR = ['--format', 'tar', '--runtime', 'system']

describe('sealbeat package', function () {
  this.timeout(60_000)
  let agent: AgentFolder
  beforeEach(() => (agent = new AgentFolder()))
  afterEach(() => agent.remove())

  const manifest = (members: object) => {
    agent.write({ 'package.json': JSON.stringify({ ...MANIFEST, ...members }) })
  }

  /** Runs the command, which has to refuse, and returns its message. */
  function refused(
    code: number,
    args: readonly string[] = TAR,
    env: NodeJS.ProcessEnv = {},
  ): string {
    const said = agent.attempt(args, env)
    expect(said.code, said.stderr).to.equal(code)
    expect(said.stdout).to.equal('')
    return said.stderr
  }

  it('refuses an agent whose own beat npm would not publish: it would be missing', () => {
    manifest({ files: ['*.txt'] })
    expect(refused(78)).to.include(
      './beats/own.js would not be in the package: list it in "files" of package.json',
    )
  })

  it('packs one file of configuration, and says that the folder beside it stays', () => {
    manifest({ files: [...MANIFEST.files, 'beat.d'] })
    agent.write({ 'beat.d/mine.yml': 'beats: [{ type: not-there }]\n' })
    const { code, stdout, stderr } = agent.attempt(TAR)
    expect(code, stderr).to.equal(0)
    expect(stderr).to.match(/^Left out: beat\.d: /m)
    expect(run('tar', ['-tf', stdout.trim()]))
      .to.include(`${NAME}.yml`)
      .and.not.to.include('beat.d')
    expect(refused(64, [...TAR, '-c', 'beat.d'])).to.include('takes one configuration file')
  })

  it('refuses one whose own output or processor would be missing', () => {
    const step = "export default { name: 'step', schema: {}, open() {} }\n"
    agent.write({
      'out.js': "export default { name: 'out', schema: {}, async open() {} }\n",
      'step.js': step,
      'node_modules/mask/package.json': '{ "type": "module", "exports": "./main.js" }',
      'node_modules/mask/main.js': step,
      'beat.yml': `beats: [{ type: host, processors: [{ one: { type: ./step.js } }] }]
processors: [{ mask: {} }, { add_fields: { fields: { a: 1 } } }]
output.main: { type: ./out.js }
`,
    })
    const unlisted = 'would not be in the package: list it in "files" of package.json'
    expect(refused(78)).to.equal(
      `beat.yml:1:45: beats[0].processors[0].one.type: ./step.js ${unlisted}
beat.yml:2:16: processors[0].mask: mask would not be in the package: list it in "dependencies" of package.json
beat.yml:3:16: output.main.type: ./out.js ${unlisted}
`,
    )
    manifest({ files: ['*.js'], dependencies: { ...MANIFEST.dependencies, mask: '*' } })
    expect(agent.package(TAR)).to.have.length(1)
  })

  it("refuses one that takes a package which is only development's", () => {
    manifest({ dependencies: {}, devDependencies: { '@corp/words': '*' } })
    expect(refused(78)).to.include("Cannot find package '@corp/words'")
  })

  it('refuses one that is not installed', () => {
    manifest({ dependencies: { ...MANIFEST.dependencies, gone: '1', '@x/gone': '1' } })
    expect(refused(1)).to.include('not installed: @x/gone, gone; run "npm install" first')
  })

  it('refuses one whose files are in the way', () => {
    agent.write({ [`${NAME}/x.txt`]: '' })
    manifest({ files: ['beats', NAME] })
    expect(refused(1)).to.include(`the package would contain /${NAME} twice: rename`)
  })

  it('takes one configuration, and the seconds of a date', () => {
    expect(refused(64, [...TAR, '-c', 'beat.yml', '-c', 'more.yml'])).to.include(
      'one configuration',
    )
    expect(refused(64, [...TAR, '-E', 'name=x'])).to.include('no -E')
    for (const date of ['yesterday', '-1', '1e9', '4294967296']) {
      expect(refused(64, TAR, { SOURCE_DATE_EPOCH: date })).to.include(`not "${date}"`)
    }
  })

  it('leaves out what the agent has kept here, and the packages of before', () => {
    manifest({ files: undefined })
    agent.write({ 'data/meta.json': '{}', 'logs/x.ndjson': '', 'packages/old.deb': '' })
    const [made = ''] = agent.package(TAR)
    const listed = run('tar', ['-tf', made])
    expect(listed).to.include('/beats/own.js\n').and.to.include('/private.txt~\n')
    expect(listed).not.to.match(/meta\.json|ndjson|old\.deb|\/beat\.yml/)
  })

  it('says which program is missing, before it does anything', () => {
    const env = { PATH: '/nonexistent' }
    expect(refused(1, ['--format', 'rpm'], env)).to.include('rpmbuild is not installed')
  })

  it('makes what this machine has the tools for, and says what it leaves out', () => {
    const bin = agent.path('bin')
    mkdirSync(bin)
    for (const tool of ['tar', 'npm', 'env', 'sh', 'gzip'])
      symlinkSync(run('sh', ['-c', `command -v ${tool}`]).trim(), join(bin, tool))
    symlinkSync(process.execPath, join(bin, 'node'))
    const { code, stdout: made, stderr } = agent.attempt(['--runtime', 'system'], { PATH: bin })
    expect(code, stderr).to.equal(0)
    expect(made)
      .to.match(/\.tar\.gz\n$/)
      .and.not.to.match(/\.(deb|rpm)$/m)
    expect(stderr).to.include('warning: output.console: a service prints events into the journal')
    expect(stderr).to.include('Left out: deb: dpkg-deb is not installed: install dpkg')
    expect(stderr).to.include('Left out: rpm: rpmbuild is not installed: install rpm')
  })

  it('takes the folder and the configuration by other names, and a name without scope', () => {
    manifest({ name: '@corp/sample', sealbeat: { name: 'other' } })
    const link = `${agent.folder}.link`
    symlinkSync(agent.folder, link)
    try {
      const main = agent.path('node_modules/sealbeat/dist/bundle/main.js')
      const args = [main, 'package', ...TAR, '-c', `${link}/beat.yml`, '-o', 'out/below']
      const [made = ''] = run(process.execPath, args, link).trim().split('\n')
      expect(basename(made)).to.match(/^other-1\.2\.3-rc\.1-linux-/)
      expect(run('tar', ['-tf', made]))
        .to.include('/other.yml\n')
        .and.not.to.include('beat.yml\n/')
    } finally {
      run('rm', [link])
    }
  })

  it('knows which Node reads TypeScript', () => {
    agent.write({
      'beats/typed.ts': `import { defineBeat } from 'sealbeat'
const name: string = 'typed'
export default defineBeat({ name, schema: {}, run: async () => {} })\n`,
      'beat.yml': 'beats: [{ type: ./beats/typed.ts }]\noutput.console: {}\n',
    })
    const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
    if (major < 22 || (major === 22 && minor < 18)) {
      expect(refused(78)).to.include('does not run TypeScript')
      return
    }
    const [deb = ''] = agent.package(['--format', 'deb', '--runtime', 'system'])
    expect(run('dpkg-deb', ['--field', deb, 'Depends'])).to.include('nodejs (>= 22.18)')
  })
})
