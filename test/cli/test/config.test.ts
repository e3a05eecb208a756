import { expect } from 'chai'
import { landlockSupport } from '../../../lib/sandbox/ruleset.ts'
import { skip } from '../../live.ts'
import { beatSource, Workplace } from '../workplace.ts'

/** Of output.console. */
const GUARANTEE = 'standard output has taken it: its reader may still lose it'

describe('sealbeat test config', () => {
  let place: Workplace
  beforeEach(() => {
    place = new Workplace({
      'beat.yml': 'beats:\n- type: ./probe.js\noutput.console: {}\n',
      'probe.js': beatSource('throw new Error("never to be run")'),
    })
  })
  afterEach(() => place.remove())

  it('says that all is well, and touches nothing', async () => {
    // Some hosts have none, of which it would warn. Without it, whoever is not root may change what it wrote.
    const { code, stdout, stderr } = await place.run(
      'test',
      'config',
      '-E',
      'landlock.enabled=false',
    )
    expect({ code, stdout }).to.deep.equal({
      code: 0,
      stdout: `Config OK\nAn event is confirmed once ${GUARANTEE}\n`,
    })
    expect(stderr.replace(/^warning: sandbox: The agent's user .* may write .*\n$/, '')).to.equal(
      '',
    )
    const again = await place.run('test', 'config', '--json')
    expect(JSON.parse(again.stdout)).to.deep.equal({
      ok: true,
      problems: [],
      guarantee: GUARANTEE,
    })
  })

  it('ends though a module of a plugin has left a timer behind', async () => {
    place.write({ 'probe.js': beatSource('', '', 'setInterval(() => {}, 1000)') })
    const { code, stdout } = await place.run('test', 'config')
    expect(code).to.equal(0)
    expect(stdout).to.match(/^Config OK\n/)
  })

  it('warns of what the host lacks to confine the agent, without running it', async function () {
    if (!landlockSupport().available) return skip(this, 'no Landlock here')
    const { code, stdout, stderr } = await place.run(
      ...['test', 'config', '-E', 'landlock.writes=[/nowhere/spool]'],
      ...[
        '-E',
        'seccomp={ default_action: errno, syscalls: [{ action: allow, names: [execve] }] }',
      ],
    )
    expect([code, stdout.split('\n')[0]]).to.deep.equal([0, 'Config OK'])
    const lines = stderr.trimEnd().split('\n')
    expect(lines).to.have.length(2)
    expect(lines[0]).to.match(
      /^warning: sandbox: the policy allows execve, but nothing is declared/,
    )
    expect(lines[1]).to.match(/^warning: sandbox: \/nowhere\/spool, which landlock\.writes writes/)
  })

  it('lists every problem at its place, the plugins own included, in reading order', async () => {
    place.write({
      'beat.yml': `beats:
- type: ./probe.js
  wrod: goodbye
- type: hots
- type: ./nowhere.js
seccomp:
  default_action: erno
output.consol: {}
`,
    })
    const { code, stderr } = await place.run('test', 'config')
    expect(code).to.equal(78)
    const lines = stderr.trimEnd().split('\n')
    expect(lines.map(line => line.split(': ').slice(0, 2).join(': '))).to.deep.equal([
      'beat.yml:3:3: beats[0].wrod',
      'beat.yml:4:3: beats[1].type',
      'beat.yml:5:3: beats[2].type',
      'beat.yml:7:3: seccomp.default_action',
      'beat.yml:8:1: output.consol',
    ])
    expect(stderr).to.contain('(did you mean "word"?)').and.to.contain('(did you mean "host"?)')
    expect(stderr).to.contain('(did you mean "console"?)')
    expect(stderr).to.contain(`${place.path('nowhere.js')} does not exist`)
  })

  it('gives a program the same as data', async () => {
    const { code, stdout } = await place.run('test', 'config', '--json', '-E', 'nmae=x')
    expect(code).to.equal(78)
    const { ok, problems } = JSON.parse(stdout)
    expect(ok).to.equal(false)
    expect(problems).to.have.length(1)
    expect(problems[0]).to.include({ position: '-E nmae', path: 'nmae' })
  })

  it('refuses a policy that this architecture could not have', async () => {
    const names = '[{ action: allow, names: [no_such_call, nor_this] }]'
    const { code, stderr } = await place.run(
      ...['test', 'config', '-E', `seccomp={ default_action: errno, syscalls: ${names} }`],
    )
    expect(code).to.equal(78)
    expect(stderr).to.match(/^seccomp: .*no_such_call.*nor_this/)
  })

  it('does not load what is disabled', async () => {
    place.write({
      'beat.yml':
        'beats:\n- type: ./probe.js\n- type: not-installed\n  enabled: false\noutput.console: {}\n',
    })
    expect((await place.run('test', 'config')).stdout).to.match(/^Config OK\n/)
  })
})

describe('sealbeat seccomp', () => {
  let place: Workplace
  before(() => {
    const needs =
      'syscalls: [{ names: ["swapon"], why: "it swaps" }],' +
      'privileges: () => [{ connects: 443, why: "it sends" }],'
    place = new Workplace({
      'beat.yml': `beats: [{ type: ./probe.js }]
output.console: {}
seccomp:
  default_action: errno
  syscalls:
  - action: allow
    names: [ptrace]
`,
      'probe.js': beatSource('', needs),
    })
  })
  after(() => place.remove())

  it('show says where each decision comes from', async () => {
    const { code, stdout } = await place.run('seccomp', 'show', '--arch', 'amd64')
    expect(code).to.equal(0)
    expect(stdout).to.match(/^ptrace +allow +beat\.yml:\d+$/m)
    expect(stdout).to.match(/^swapon +allow +beat probe: it swaps$/m)
    expect(stdout).to.match(/^read +allow +default amd64$/m)
  })

  it('show says what the plugins declare to need besides, and for what', async () => {
    const { stdout } = await place.run('seccomp', 'show')
    const [, declared = ''] = stdout.split('\ndeclared privileges:\n')
    expect(declared).to.match(
      /^agent +writes \/.*\/data +its identity and the state of its beats$/m,
    )
    expect(declared).to.match(/^beat probe +connects 443 +it sends$/m)
    const { privileges } = JSON.parse((await place.run('seccomp', 'show', '--json')).stdout)
    expect(privileges).to.deep.include({ plugin: 'beat probe', connects: 443, why: 'it sends' })
  })

  it('show and test config warn of a plugin whose answer is no privilege, with its place', async () => {
    place.write({ 'wrong.js': beatSource('', 'privileges: () => [{ writes: "x", why: "y" }],') })
    place.write({ 'wrong.yml': 'beats: [{ type: ./wrong.js }]\noutput.console: {}\n' })
    const problem = 'beats[0]: privileges[0]: "writes" must be an absolute path, not "x"'
    for (const command of [
      ['seccomp', 'show'],
      ['test', 'config'],
    ]) {
      const { code, stderr } = await place.run(...command, '-c', 'wrong.yml')
      expect(code).to.equal(0)
      expect(stderr).to.equal(`warning: wrong.yml:1:9: ${problem}\n`)
    }
  })

  it('show --json says the same as data', async () => {
    const { stdout } = await place.run('seccomp', 'show', '--arch', 'arm64', '--json')
    const { architecture, syscalls } = JSON.parse(stdout)
    expect(architecture).to.equal('arm64')
    const ptrace = syscalls.find(({ name }: { name: string }) => name === 'ptrace')
    expect(ptrace).to.deep.include({ action: 'allow', number: 117 })
  })

  it('export --format bpf is whole instructions, asm a line for each', async () => {
    const bpf = await place.run('seccomp', 'export', '--format', 'bpf', '--arch', 's390x')
    const asm = await place.run('seccomp', 'export', '--format', 'asm', '--arch', 's390x')
    expect(bpf.code).to.equal(0)
    // BPF_LD|BPF_W|BPF_ABS of the architecture, in the order of bytes of s390x.
    expect(bpf.stdout.slice(0, 2)).to.equal('\x00\x20')
    expect(asm.stdout).to.match(/^ *0: A = arch$/m)
  })

  it('a profile for containers lets Node be loaded, whatever the agent refuses afterwards', async () => {
    const refusing = ['-E', 'seccomp.late_libraries=refuse']
    const shown = await place.run('seccomp', 'show', ...refusing)
    expect(shown.stdout).to.match(/^mmap +errno\(EPERM\) +seccomp.late_libraries: refuse, if /m)
    const { stdout, stderr } = await place.run('seccomp', 'export', '--format', 'oci', ...refusing)
    expect(stderr).to.match(/^oci: without the rules against native code, .*\n$/)
    expect(stdout).to.equal((await place.run('seccomp', 'export', '--format', 'oci')).stdout)
  })

  it('export writes a section that test config takes', async () => {
    const { stdout } = await place.run('seccomp', 'export', '--format', 'yaml')
    place.write({ 'exported.yml': stdout })
    const again = await place.run(
      ...['test', 'config', '-c', 'beat.yml', '-c', 'exported.yml', '-E', 'seccomp.mode=replace'],
    )
    expect(again.stdout + again.stderr).to.equal(
      `Config OK\nAn event is confirmed once ${GUARANTEE}\n`,
    )
  })

  it('is quiet when the reader of its output has left', async () => {
    const { child, ended } = place.start('seccomp', 'show', '--all', '--json')
    child.stdout?.destroy()
    const { code, stderr } = await ended()
    expect({ code, stderr }).to.deep.equal({ code: 0, stderr: '' })
  })
})
