import { spawnSync } from 'node:child_process'
import { chownSync, readdirSync, readFileSync } from 'node:fs'
import { expect } from 'chai'
import { needsLinux, skip } from '../../live.ts'
import { type Result, Workplace } from '../workplace.ts'

const NOBODY = 65534
/** Runs a command as an ordinary user, if the tests run as root. */
const ORDINARY =
  process.getuid?.() === 0
    ? ['setpriv', `--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups']
    : []

const AGENT = `
beats: [{ type: host, period: 300ms }]
output.file: { path: events, filename: recorded }
`

/** A beat that tries to start a program, for the agent under the learned policy. */
const SPAWNER = `
import { spawnSync } from 'node:child_process'
export default {
  name: 'spawner',
  schema: {},
  async run({ publish }) {
    await publish({ message: spawnSync('true').error?.code ?? 'started' })
  },
}
`

describe('seccomp record', function () {
  this.timeout(60_000)
  const place = new Workplace({ 'beat.yml': AGENT, 'spawner.js': SPAWNER })
  let recorded: Result

  before(async function () {
    needsLinux.call(this)
    if (ORDINARY.length > 0) chownSync(place.folder, NOBODY, NOBODY)
    const [program = 'true', ...args] = [...ORDINARY, process.execPath, '-e', '0']
    if (spawnSync(program, args, { cwd: place.folder }).status !== 0) {
      return skip(this, 'user 65534 may not run this Node')
    }
    const command = ['seccomp', 'record', '-o', 'policy.yml', '--for', '3s', '--', 'run']
    recorded = await place.startThrough(ORDINARY, ...command).ended()
  })
  after(() => place.remove())

  it('runs the agent as it is, unprivileged, and ends with its code', () => {
    expect(recorded.code, recorded.stderr).to.equal(0)
    expect(recorded.stderr).to.match(/recorded \d+ calls, \d+ names behind the filter: policy.yml/)
    expect(recorded.stderr).to.match(/the default policy of \w+ lacks nothing that was needed/)
  })

  it('writes a section that stands alone, with counts and phases', () => {
    const text = readFileSync(place.path('policy.yml'), 'utf8')
    expect(text).to.match(/^seccomp:\n {2}mode: replace\n {2}default_action: errno\n/m)
    expect(text).to.match(/- openat # \d+ calls, first in \w+/)
    expect(text).not.to.match(/- (execve|fork|ptrace) /)
  })

  it('under which the agent runs unharmed, and starts no program', async () => {
    place.write({ 'spawn.yml': 'beats: [{ type: ./spawner.js }]\n' })
    const files = ['beat.yml', 'spawn.yml', 'policy.yml'].flatMap(file => ['-c', file])
    const agent = place.startThrough(ORDINARY, 'run', ...files, '-E', 'output.file.path=again')
    const { seccomp } = await agent.logged('Syscall filter successfully installed')
    expect(seccomp).to.include({ mode: 'replace' })
    await new Promise(resolve => setTimeout(resolve, 2000))
    agent.child.kill('SIGTERM')
    const { code, signal, log, stderr } = await agent.ended()
    expect(code, `${signal}: ${stderr}`).to.equal(0)
    expect(log.filter(line => ['warn', 'error'].includes(String(line['log.level'])))).to.deep.equal(
      [],
    )
    const [file = 'none'] = readdirSync(place.path('data/again'))
    const events = readFileSync(place.path(`data/again/${file}`), 'utf8')
      .trim()
      .split('\n')
    const parsed = events.map(line => JSON.parse(line))
    expect(parsed.length).to.be.greaterThan(20)
    expect(parsed.map(({ message }) => message).filter(Boolean)).to.deep.equal(['EPERM'])
  })

  it('without one name of which `seccomp check` names it, and so does `diagnose`', async () => {
    const lacking = readFileSync(place.path('policy.yml'), 'utf8').replace(/^ *- statfs .*\n/m, '')
    place.write({ 'lacking.yml': lacking })
    const files = ['-c', 'beat.yml', '-c', 'lacking.yml']
    const check = ['seccomp', 'check', ...files, '--for', '1s']
    const { code, stdout } = await place.startThrough(ORDINARY, ...check).ended()
    expect(stdout).to.match(/^ERROR {4}trial: statfs was denied \d+ times with EPERM$/m)
    expect(code).to.equal(1)
    const agent = place.startThrough(ORDINARY, 'run', ...files, '-E', 'seccomp.diagnose=true')
    expect(await agent.logged('Seccomp denied')).to.have.nested.property('syscall.name', 'statfs')
    agent.child.kill('SIGTERM')
    await agent.ended()
  })
})
