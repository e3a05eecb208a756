import { mkdirSync, readFileSync } from 'node:fs'
import { expect } from 'chai'
import { landlockSupport } from '../../../lib/sandbox/ruleset.ts'
import { isolation, needsIsolation, skip } from '../../live.ts'
import { beatSource, Workplace } from '../workplace.ts'

const FS = `import { writeFileSync } from 'node:fs'`

const AGENT = `
beats: [{ type: host, period: 300ms }]
output.file: { path: events }
`

function denying(...names: readonly string[]): string {
  return `
seccomp:
  default_action: errno
  syscalls: [{ action: errno, names: [${names.join(', ')}] }]
`
}

describe('sandbox check: the command', function () {
  this.timeout(60_000)
  const place = new Workplace({ 'beat.yml': AGENT })
  before(needsIsolation)
  after(() => place.remove())

  async function check(files: Readonly<Record<string, string>>, ...options: readonly string[]) {
    place.write(files)
    const args = ['beat.yml', ...Object.keys(files)].flatMap(file => ['-c', file])
    const command = ['sandbox', 'check', ...args, ...options]
    return place.startThrough(isolation(), ...command).ended()
  }

  it('is content with the default policy, and leaves nothing behind', async () => {
    const { code, stdout, stderr } = await check({}, '--for', '1s')
    expect(code, stdout + stderr).to.equal(0)
    expect(stdout).to.match(/^ok {7}trial: the agent published \d+ events and stopped when asked$/m)
    expect(stdout).to.match(/^0 errors, (1 warning|\d+ warnings)\n$/m)
    expect(() => readFileSync(place.path('data'))).to.throw(/ENOENT/)
  })

  it('names a call that the beats need and the policy denies', async () => {
    const { code, stdout } = await check({ 'deny.yml': denying('statfs') }, '--for', '1s', '--json')
    const { ok, findings } = JSON.parse(stdout)
    const errors = findings.filter(({ severity }: { severity: string }) => severity === 'error')
    expect(errors.map(({ message }: { message: string }) => message).join()).to.match(
      /^statfs was denied \d+ times with EPERM$/,
    )
    expect([ok, code]).to.deep.equal([false, 1])
  })

  it('names what Landlock refuses to a beat, and what to declare', async function () {
    const support = landlockSupport()
    if (!support.available) return skip(this, `no Landlock here: ${support.reason}`)
    const elsewhere = place.path('elsewhere')
    mkdirSync(elsewhere, { recursive: true })
    place.write({
      'spooler.js': beatSource(`writeFileSync('${elsewhere}/late', '')`, '', FS),
      'catching.js': beatSource(
        `try { writeFileSync('${elsewhere}/late', '') } catch (err) { context.log.warn({ err }, 'late') }`,
        '',
        FS,
      ),
    })
    const beats = 'beats: [{ type: ./spooler.js }, { type: ./catching.js }]\n'
    const { code, stdout } = await check({ 'spool.yml': beats }, '--for', '1s')
    const why = `; Landlock lets files be written only where it is declared: declare { writes: '${elsewhere}' }`
    expect(stdout).to.contain(`ERROR    trial: beat spooler: Beat failed: EACCES`)
    expect(stdout).to.contain(`${elsewhere}/late'${why}`)
    expect(stdout).to.contain(`warning  trial: beat catching: late: EACCES`)
    expect(stdout).to.match(/^ok {7}trial: every thread entered the Landlock domain$/m)
    expect(code).to.equal(1)
    const declared = `${beats}landlock.writes: [${elsewhere}]\n`
    const { stdout: better } = await check({ 'spool.yml': declared }, '--for', '1s')
    expect(better).not.to.match(/^(ERROR|warning).*EACCES/m)
  })

  it('ranks what it finds, and goes by its older name too', async () => {
    const { stdout } = await check({ 'pid.yml': denying('getpid') }, '--no-trial')
    const marks = stdout
      .split('\n')
      .slice(0, -2)
      .map(line => line.slice(0, 7).trim())
    const order = ['ERROR', 'warning', 'note', 'ok']
    expect(marks[0]).to.equal('ERROR')
    expect(marks).to.deep.equal([...marks].sort((a, b) => order.indexOf(a) - order.indexOf(b)))
    const args = ['-c', 'beat.yml', '-c', 'pid.yml', '--no-trial', '--json']
    const [now, before] = [
      await place.run('sandbox', 'check', ...args),
      await place.run('seccomp', 'check', ...args),
    ]
    expect(before.stdout).to.equal(now.stdout)
    expect(before.stdout).to.match(/^{/)
  })

  it('tells how an agent dies whose policy breaks Node', async () => {
    const { code, stdout } = await check({ 'break.yml': denying('futex') })
    expect(stdout).to.match(/^ERROR {4}policy: futex is denied \(errno\(EPERM\)\): Node aborts/m)
    expect(stdout).to.match(/^ERROR {4}trial: sealbeat: seccomp denied: system call futex/m)
    expect(stdout).to.match(/^ERROR {4}trial: the agent ended with SIGABRT/m)
    expect(code).to.equal(1)
  })

  it('does not try what could signal everything', async () => {
    const { code, stdout } = await check({ 'pid.yml': denying('getpid') })
    expect(stdout).to.contain('trial: skipped: getpid is not allowed')
    expect(code).to.equal(1)
  })

  it('runs nothing if so asked, and says what is wrong with the words', async () => {
    const { stdout } = await check({}, '--no-trial')
    expect(stdout).not.to.contain('trial:')
    const { code, stderr } = await check({}, '--for', 'long')
    expect(stderr).to.contain('--for')
    expect(code).to.equal(64)
  })

  it('test config warns of what breaks Node', async () => {
    const { code, stdout, stderr } = await place.run(
      'test',
      'config',
      '-c',
      'beat.yml',
      '-c',
      'break.yml',
    )
    expect(stderr).to.contain('warning: seccomp: futex is denied (errno(EPERM)): Node aborts')
    expect([stdout.split('\n')[0], code]).to.deep.equal(['Config OK', 0])
  })
})
