import { spawnSync } from 'node:child_process'
import { chmodSync, chownSync } from 'node:fs'
import { expect } from 'chai'
import { programFile, skip } from '../live.ts'
import { beatSource, Workplace } from './workplace.ts'

const NOBODY = 65534
const AS_NOBODY = ['setpriv', `--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups']

describe('the owner of files that the agent trusts', () => {
  let place: Workplace
  beforeEach(() => {
    place = new Workplace({
      'beat.yml': 'beats:\n- type: ./probe.js\noutput.console: {}\n',
      'probe.js': beatSource('', '', 'console.error("imported")'),
    })
  })
  afterEach(() => place.remove())

  const needsRoot = (context: Mocha.Context) => {
    if (process.getuid?.() !== 0) skip(context, 'not root')
  }
  const user = process.geteuid?.()
  const foreign = `config file ("beat.yml") must be owned by the user identifier (uid=${user}) or root`
  const writable = (kind: string, name: string, path: string) =>
    `${kind} file ("${name}") can only be writable by the owner but the permissions are ` +
    `"-rw-rw-rw-" (to fix the permissions use: 'chmod go-w ${place.path(path)}')`

  it('has to be who runs it; all that is wrong is said, and no beat imported', async function () {
    needsRoot(this)
    place.write({ 'more.yml': 'a: ]\n' })
    chownSync(place.path('beat.yml'), NOBODY, NOBODY)
    chmodSync(place.path('beat.yml'), 0o666)
    for (const command of [['run'], ['test', 'config']]) {
      const { code, stderr } = await place.run(...command, '-c', 'beat.yml', '-c', 'more.yml')
      expect(code).to.equal(78)
      expect(stderr.trimEnd().split('\n')).to.deep.equal([
        `beat.yml: ${foreign}`,
        `beat.yml: ${writable('config', 'beat.yml', 'beat.yml')}`,
        'more.yml:1:4: Unexpected flow-seq-end token',
      ])
    }
  })

  it('may be root, and is asked by the user that the agent has', async function () {
    needsRoot(this)
    const [program = '', ...args] = [...AS_NOBODY, 'test', '-r', programFile('sealed')]
    if (spawnSync(program, args).status !== 0) skip(this, 'user 65534 may not read this folder')
    chmodSync(place.folder, 0o755)
    const asNobody = () => place.startThrough(AS_NOBODY, 'test', 'config').ended()
    expect((await asNobody()).stdout).to.match(/^Config OK\n/)
    chownSync(place.path('beat.yml'), NOBODY, NOBODY)
    expect((await asNobody()).stdout).to.match(/^Config OK\n/)
    chownSync(place.path('beat.yml'), 1, 1)
    const { code, stderr } = await asNobody()
    expect(code).to.equal(78)
    expect(stderr).to.equal(`beat.yml: ${foreign.replace(/uid=\d+/, `uid=${NOBODY}`)}\n`)
  })

  it('is asked of beats given by a path, before they are imported', async () => {
    chmodSync(place.path('probe.js'), 0o666)
    const { code, stderr } = await place.run('run')
    const problem = writable('beat', './probe.js', 'probe.js')
    expect(stderr).to.equal(`beat.yml:2:3: beats[0].type: ${problem}\n`)
    expect(code).to.equal(78)
  })

  it('gives a program the same as data', async () => {
    chmodSync(place.path('beat.yml'), 0o666)
    const { code, stdout } = await place.run('test', 'config', '--json')
    const message = writable('config', 'beat.yml', 'beat.yml')
    const problems = [{ position: 'beat.yml', path: '', message }]
    expect(JSON.parse(stdout)).to.deep.equal({ ok: false, problems })
    expect(code).to.equal(78)
  })

  it('does not matter with --strict.perms=false, nor to a trial', async () => {
    for (const file of ['beat.yml', 'probe.js']) chmodSync(place.path(file), 0o666)
    const lenient = await place.run('run', '--strict.perms=false')
    expect(lenient.code, lenient.stderr).to.equal(0)
    const trial = await place.run('seccomp', 'check', '--strict.perms=false', '--for', '10ms')
    expect(trial.stdout).to.contain('trial: ').and.not.contain('writable')
  })

  it('does not matter where the environment says so', async () => {
    chmodSync(place.path('beat.yml'), 0o666)
    const lenient = place.startThrough(['env', 'BEAT_STRICT_PERMS=false'], 'test', 'config')
    expect((await lenient.ended()).stdout).to.match(/^Config OK\n/)
  })
})

describe('sealbeat --path.config DIR', () => {
  let place: Workplace
  before(() => {
    place = new Workplace({
      'beat.yml': 'nonsense: 1\n',
      'etc/beat.yml': 'beats: [{ type: ./probe.js }]\noutput.console: {}\n',
      'etc/more.yml': 'name: 7\n',
      'etc/probe.js': beatSource('await context.publish({ n: 1 })'),
    })
  })
  after(() => place.remove())

  it('is where beat.yml is, and its beats', async () => {
    for (const folder of ['etc', place.path('etc')]) {
      const { code, stdout, stderr } = await place.run('run', '--path.config', folder)
      expect(code, stderr).to.equal(0)
      expect(stdout).to.contain('"n":1')
    }
  })

  it('is where relative names of -c start, as they are then shown', async () => {
    const files = ['-c', 'more.yml', '-c', place.path('etc/beat.yml')]
    const { code, stderr } = await place.run('test', 'config', '--path.config', 'etc', ...files)
    expect(code).to.equal(78)
    expect(stderr).to.equal('etc/more.yml:1:1: name: must be text, not 7 (put it in quotes)\n')
  })

  it('takes the paths that a package has', async () => {
    const { code, stderr } = await place.run(
      ...['run', '--path.home', place.path('share'), '--path.config', place.path('etc')],
      ...['--path.data', place.path('lib'), '--path.logs', place.path('log'), '-E'],
      'logging.to_files=true',
    )
    expect(code, stderr).to.equal(0)
    const { stderr: missing } = await place.run('run', '--path.config', place.path('none'))
    expect(missing).to.equal(`${place.path('none/beat.yml')}: no such file\n`)
  })
})
