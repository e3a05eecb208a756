import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { expect } from 'chai'
import { ARCHITECTURES, recordOf } from '../../lib/seccomp/architectures/architecture.ts'
import { Workplace } from '../cli/workplace.ts'
import { needsIsolation, skip } from '../live.ts'
import { conduct, DEATH_BY_SIGSYS, denying } from './lab.ts'

const WHITELISTED = ARCHITECTURES.filter(name => recordOf(name).policy)

const SECTION = `seccomp:
  default_action: errno
  syscalls:
  - action: allow
    names: [personality]
  - action: errno
    errno: EXDEV
    names: [getppid]
`

describe('S4: a BPF program, generated from a policy that configuration can customize', () => {
  const place = new Workplace()
  before(needsIsolation)
  after(() => place.remove())

  it('S4: what beat.yml says is what the kernel does, the rest as by default', async () => {
    const calls = ['personality 4294967295', 'getppid', 'mount', 'gettid']
    const { events } = await conduct(place, {
      beat: 'caller',
      settings: { calls },
      seccomp: SECTION,
    })
    const answers = events[0]?.['answers']
    expect(answers).to.deep.include({ getppid: 'EXDEV', mount: 'EPERM' })
    expect(answers).to.have.property('personality 4294967295').a('number')
    expect(answers).to.have.property('gettid').a('number')
  })

  it('S4: `seccomp export --format bpf` is what was installed, to the byte', async () => {
    // The default policy adds the number of the process itself, which an export can't know.
    const seccomp = denying('errno', 'execve', 'getppid')
    const { log } = await conduct(place, { beat: 'caller', seccomp })
    const program = exported()
    const digest = createHash('sha256').update(program).digest('hex').slice(0, 16)
    const installed = log.find(({ message }) => message.endsWith('successfully installed'))
    expect(installed?.['seccomp']).to.deep.include({
      digest: `sha256:${digest}`,
      instructions: program.length / 8,
    })
  })

  function exported(...args: readonly string[]): Buffer {
    const main = place.path('node_modules/sealbeat/dist/bundle/main.js')
    const command = [main, 'seccomp', 'export', '--format', 'bpf', ...args]
    const { stdout, stderr } = spawnSync(process.execPath, command, { cwd: place.folder })
    expect(stderr.toString()).to.equal('')
    return stdout
  }

  describe('S5: a policy is architecture specific', () => {
    it('S5: each architecture has a whitelist and a program of its own', async () => {
      place.write({ 'beat.yml': 'beats: [{ type: host }]\noutput.console: {}\n' })
      const programs = WHITELISTED.map(name => exported('--arch', name).toString('latin1'))
      expect(new Set(programs).size).to.equal(WHITELISTED.length)
    })

    it("S5: another architecture's calls end the process, a blacklist's as well", async function () {
      if (process.arch !== 'x64') skip(this, 'needs the gate of i386')
      const { code, events } = await conduct(place, {
        beat: 'caller',
        settings: { calls: ['20'], by: 'int80' }, // getpid
        seccomp: denying('errno', 'execve'),
      })
      expect({ code, events }).to.deep.equal({ code: DEATH_BY_SIGSYS, events: [] })
    })

    it('S5: the numbers of x32 lead nowhere', async function () {
      if (process.arch !== 'x64') skip(this, 'needs amd64')
      const getpid = String(0x40000000 + 39)
      const { events } = await conduct(place, {
        beat: 'caller',
        settings: { calls: [getpid] },
        seccomp: denying('errno', 'execve'),
      })
      expect(events[0]?.['answers']).to.deep.equal({ [getpid]: 'ENOSYS' })
    })
  })
})
