import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { expect } from 'chai'
import { parse } from 'yaml'
import { Workplace } from '../workplace.ts'

const ROOT = fileURLToPath(new URL('../../../../', import.meta.url))

const MAIN = join(ROOT, 'dist/bundle/main.js')

/** Links what npm would install for a beat, from this checkout; packages below the folder find it. */
function linkTools(place: Workplace): void {
  for (const folder of ['.bin', '@types']) mkdirSync(place.path(`node_modules/${folder}`))
  for (const name of ['.bin/tsc', 'typescript', '@types/node']) {
    symlinkSync(join(ROOT, 'node_modules', name), place.path(`node_modules/${name}`))
  }
  symlinkSync(MAIN, place.path('node_modules/.bin/sealbeat'))
}

describe('sealbeat new', function () {
  this.timeout(60_000)
  let place: Workplace
  before(() => {
    place = new Workplace()
    linkTools(place)
  })
  after(() => place.remove())

  const filesOf = (folder: string) =>
    readdirSync(place.path(folder), { recursive: true, encoding: 'utf8' })
      .map(file => join(folder, file))
      .filter(file => statSync(place.path(file)).isFile())
  const read = (file: string) => readFileSync(place.path(file), 'utf8')

  function succeeds(folder: string, program: string, ...args: readonly string[]): void {
    const options = { cwd: place.path(folder), encoding: 'utf8' } as const
    const { status, stdout, stderr } = spawnSync(program, args, options)
    expect(status, stdout + stderr).to.equal(0)
  }

  async function writes(
    kind: string,
    name: string,
    expected: readonly string[],
    start = 'npm start',
  ): Promise<void> {
    const { code, stdout, stderr } = await place.run('new', kind, name)
    expect({ code, stderr }).to.deep.equal({ code: 0, stderr: '' })
    const files = filesOf(name)
    expect(files).to.have.members(expected.map(file => join(name, file)))
    const [, written = '', next] = /^Written:\n(.*)Next:\n(.*)$/s.exec(stdout) ?? []
    expect(written.trim().split(/\s+/)).to.have.members(files)
    expect(next).to.equal(`  cd ${name}\n  npm install --ignore-scripts\n  ${start}\n`)
    for (const file of files) expect(read(file), file).not.to.match(/__[A-Z]+__/)
    for (const file of files.filter(each => each.endsWith('.yml'))) {
      expect(parse(read(file)), file).to.be.an('object')
    }
  }

  /** Runs what `npm start` does. */
  async function runs(folder: string, ...printed: readonly string[]): Promise<void> {
    const { start } = JSON.parse(read(`${folder}/package.json`)).scripts
    const [, args] = start.split('sealbeat ')
    const agent = place.startThrough(['env', '-C', folder], ...args.split(' '))
    for (const text of printed) await agent.printed(text)
    agent.child.kill('SIGTERM')
    const { code, log } = await agent.ended()
    expect(log.filter(line => /error|fatal/.test(String(line['log.level'])))).to.deep.equal([])
    expect(code).to.equal(0)
  }

  describe('beat', () => {
    it('writes a package, and says what and how to go on', () =>
      writes('beat', 'tide', [
        ...['package.json', 'tsconfig.json', 'README.md', '.gitignore', '.github/workflows/ci.yml'],
        ...['src/index.ts', 'src/index.test.ts', 'config.yml', 'beat.yml'],
      ]))

    it('that has a beat of fewer than 25 lines', () => {
      expect(read('tide/src/index.ts').trimEnd().split('\n').length).to.be.below(25)
    })

    it('that compiles and passes its own test', () => succeeds('tide', 'npm', 'test'))

    it('that starts where a group may write what is compiled', () => {
      const [build] = JSON.parse(read('tide/package.json')).scripts.start.split('sealbeat ')
      const env = { ...process.env, PATH: `${place.path('node_modules/.bin')}:${process.env.PATH}` }
      const command = `umask 002; rm -r dist; ${build} true`
      const { status, stderr } = spawnSync('sh', ['-c', command], { cwd: place.path('tide'), env })
      expect(status, String(stderr)).to.equal(0)
      for (const path of ['tide/dist', 'tide/dist/index.js']) {
        expect(statSync(place.path(path)).mode & 0o022, path).to.equal(0)
      }
    })

    it('that publishes events in an agent, under the filter', () =>
      runs('tide', '"dataset":"tide.alive"'))

    it('that is found by its name where it is installed, its reference being sound', async () => {
      symlinkSync(place.path('tide'), place.path('node_modules/tide'))
      const args = ['-c', 'tide/config.yml', '-E', 'output.console.pretty=true']
      const { code, stdout, stderr } = await place.run('test', 'config', ...args)
      expect({ code, stderr }).to.deep.equal({ code: 0, stderr: '' })
      expect(stdout).to.match(/^Config OK\n/)
    })

    it('that needs the compiler and the types which sealbeat itself is made with', () => {
      const { devDependencies: wanted } = JSON.parse(read('tide/package.json'))
      const { devDependencies: own } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))
      for (const name of ['typescript', '@types/node']) {
        expect(wanted[name], name).to.match(new RegExp(`^\\^${own[name].split('.')[0]}\\.`))
      }
    })
  })

  const FILES = [
    ...['package.json', 'tsconfig.json', 'README.md', '.gitignore', '.github/workflows/ci.yml'],
    ...['src/index.ts', 'src/index.test.ts', 'config.yml', 'beat.yml'],
  ]

  /** The package as installed beside the agent; its reference, completed to a configuration. */
  async function isSound(name: string, ...completion: readonly string[]): Promise<void> {
    symlinkSync(place.path(name), place.path(`node_modules/${name}`))
    const args = ['-c', `${name}/config.yml`, ...completion.flatMap(each => ['-E', each])]
    const { code, stdout, stderr } = await place.run('test', 'config', ...args)
    expect({ code, stderr }).to.deep.equal({ code: 0, stderr: '' })
    expect(stdout).to.match(/^Config OK\n/)
  }

  describe('output', () => {
    it('writes a package, and says what and how to go on', () =>
      writes('output', 'post', [...FILES, 'src/receive.ts'], 'npm run receive &\n  npm start'))

    it('that has an output of fewer than 40 lines', () => {
      expect(read('post/src/index.ts').trimEnd().split('\n').length).to.be.below(40)
    })

    it('that passes its own test', () => succeeds('post', 'npm', 'test'))

    it('that sends events to a server, under the filter', async () => {
      succeeds('post', place.path('node_modules/.bin/tsc'))
      const args = ['dist/receive.js', '0']
      const server = spawn(process.execPath, args, { cwd: place.path('post'), stdio: 'pipe' })
      try {
        const [url] = await once(createInterface({ input: server.stderr }), 'line')
        const received = once(createInterface({ input: server.stdout }), 'line')
        const agent = place.startThrough(
          ['env', '-C', 'post'],
          'run',
          '-E',
          `output.post.url=${url}`,
        )
        expect((await received)[0]).to.match(/^{.*"dataset":"host\..*}$/)
        agent.child.kill('SIGTERM')
        const { code, log } = await agent.ended()
        expect(code).to.equal(0)
        expect(Object(log.at(-1)?.['events']).acked).to.be.above(0)
      } finally {
        server.kill()
      }
    })

    it('that is found by its name where it is installed, its reference being sound', () =>
      isSound('post', 'beats=[{ type: host }]'))
  })

  describe('processor', () => {
    it('writes a package, and says what and how to go on', () => writes('processor', 'veil', FILES))

    it('that compiles and passes its own test', () => succeeds('veil', 'npm', 'test'))

    it('that processes events in an agent, under the filter', () =>
      runs('veil', '"system":{"network":{"name":"***"'))

    it('that is found by its name where it is installed, its reference being sound', () =>
      isSound('veil', 'beats=[{ type: host }]', 'output.console.pretty=true'))
  })

  describe('agent', () => {
    it('writes a package, and says what and how to go on', () =>
      writes('agent', 'web-1', [
        ...['package.json', 'jsconfig.json', 'README.md', '.gitignore', '.github/workflows/ci.yml'],
        ...['beats/web-1.js', 'beats/web-1.test.js', 'beat.yml'],
      ]))

    it('that passes its own test', () => succeeds('web-1', 'npm', 'test'))

    it('whose types are sound', () =>
      succeeds('web-1', place.path('node_modules/.bin/tsc'), '-p', 'jsconfig.json'))

    it('that publishes events of the host and its own, under the filter', () =>
      runs('web-1', '"dataset":"web-1.alive"', '"dataset":"host.uptime"'))

    it('that keeps them where it is installed, and prints none', async () => {
      const agent = place.startThrough(['env', '-C', 'web-1'], 'run')
      const file = 'web-1/data/events/events.ndjson'
      const kept = () => (existsSync(place.path(file)) ? read(file).trimEnd().split('\n') : [])
      while (kept().length < 2 && agent.child.exitCode === null) await setTimeout(20)
      agent.child.kill('SIGTERM')
      const { code, stdout, log } = await agent.ended()
      expect({ code, stdout }).to.deep.equal({ code: 0, stdout: '' })
      expect(kept()).to.have.length(Object(log.at(-1)?.['events']).acked)
    })
  })

  const REFUSED: readonly (readonly [name: string, code: number, line: string])[] = [
    ['taken', 1, 'Exiting: taken exists and is not empty: choose another name'],
    ['package.json', 64, 'sealbeat: "package.json" can\'t be the name: use lower case letters'],
    ['Web', 64, 'sealbeat: "Web" can\'t be the name: use lower case letters'],
    ['../web', 64, 'sealbeat: "../web" can\'t be the name: use lower case letters'],
    ['host', 64, 'sealbeat: "host" can\'t be the name: a built-in beat has it'],
    ['http', 64, 'sealbeat: "http" can\'t be the name: a built-in module of Node has it'],
    ['sealbeat', 64, 'sealbeat: "sealbeat" can\'t be the name: npm refuses it'],
    ['file', 1, 'Exiting: file exists and is not a folder: choose another name'],
  ]
  for (const [name, code, line] of REFUSED) {
    it(`refuses to call it ${name} in one line, and writes nothing`, async () => {
      place.write({ 'taken/.keep': '', file: '' })
      const before = readdirSync(place.folder)
      const result = await place.run('new', 'beat', name)
      expect(result.stderr.split('\n')[0]?.slice(0, line.length)).to.equal(line)
      expect({ code: result.code, stdout: result.stdout }).to.deep.equal({ code, stdout: '' })
      expect(readdirSync(place.folder)).to.deep.equal(before)
      expect(readdirSync(place.path('taken'))).to.deep.equal(['.keep'])
    })
  }

  it('writes what no group may write, whatever the umask', () => {
    const command = `umask 002; "${process.execPath}" "${MAIN}" new agent shared`
    const { status, stderr } = spawnSync('sh', ['-c', command], {
      cwd: place.folder,
      encoding: 'utf8',
    })
    expect(status, stderr).to.equal(0)
    for (const path of ['shared', 'shared/beats', 'shared/beat.yml', 'shared/beats/shared.js']) {
      expect(statSync(place.path(path)).mode & 0o022, path).to.equal(0)
    }
  })

  it('takes an empty folder that is there', async () => {
    mkdirSync(place.path('empty'))
    expect((await place.run('new', 'agent', 'empty')).code).to.equal(0)
    expect(existsSync(place.path('empty/beat.yml'))).to.equal(true)
  })
})
