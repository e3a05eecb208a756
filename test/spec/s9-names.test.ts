import { expect } from 'chai'
import { Workplace } from '../cli/workplace.ts'
import { needsIsolation, needsLinux } from '../live.ts'
import { conduct, stageLines } from './lab.ts'

const HEAD = 'beats: [{ type: host }]\noutput.console: {}\n'

/** A section from line 3 on, and what is said of it. */
const MALFORMED: Readonly<Record<string, readonly [section: string, ...said: RegExp[]]>> = {
  'S8: no default_action': [
    'seccomp:\n  syscalls:\n  - action: errno\n    names: [fork]\n',
    /^beat\.yml:3:1: seccomp\.default_action: is required: one of kill_process/m,
  ],
  'S9: syscalls without an item': [
    'seccomp:\n  default_action: allow\n  syscalls: []\n',
    /^beat\.yml:5:3: seccomp\.syscalls: /m,
  ],
  'S9: no syscalls where they stand alone': [
    'seccomp:\n  default_action: errno\n  mode: replace\n',
    /^beat\.yml:3:1: seccomp\.syscalls: is required/m,
  ],
  'S9: an item without action, and one without names': [
    'seccomp:\n  default_action: allow\n  syscalls:\n  - names: [fork]\n  - action: errno\n',
    /^beat\.yml:6:5: seccomp\.syscalls\[0\]\.action: is required/m,
    /^beat\.yml:7:5: seccomp\.syscalls\[1\]\.?\S*: .*names/m,
  ],
  'S10: names without a name': [
    'seccomp:\n  default_action: allow\n  syscalls:\n  - action: errno\n    names: []\n',
    /^beat\.yml:7:5: seccomp\.syscalls\[0\]\.names: /m,
  ],
  'S11: an unknown action, with a guess': [
    'seccomp:\n  default_action: allow\n  syscalls:\n  - action: erno\n    names: [fork]\n',
    /^beat\.yml:6:5: seccomp\.syscalls\[0\]\.action: .*"erno".*did you mean "errno"/m,
  ],
}

const SECTION = `seccomp:
  default_action: errno
  syscalls:
  - action: allow
    names: [no_such_call, ptrace]
  - action: errno
    names: [fork, neither_this_one]
`

describe('S9, S10: syscalls and names', () => {
  const place = new Workplace()
  before(needsLinux)
  after(() => place.remove())

  for (const [what, [section, ...said]] of Object.entries(MALFORMED)) {
    it(`${what}: nothing is started, and it is said where`, async () => {
      place.write({ 'beat.yml': HEAD + section })
      const { code, stderr, log } = await place.run('run')
      expect({ code, log }).to.deep.equal({ code: 78, log: [] })
      for (const each of said) expect(stderr).to.match(each)
      expect(stderr.trim().split('\n'), 'and nothing else').to.have.length(said.length)
    })
  }

  describe('S10: a name that does not exist on this architecture', () => {
    before(needsIsolation)

    it('S10: all of them in one error, no filter installed, and the agent goes on', async () => {
      const found = await conduct(place, {
        beat: 'caller',
        settings: { calls: ['personality 4294967295'] },
        seccomp: SECTION,
      })
      const [line, ...more] = stageLines(found)
      expect(more).to.deep.equal([])
      expect(line).to.deep.include({
        'log.level': 'error',
        message: 'Syscall filter could not be installed',
        names: ['no_such_call', 'neither_this_one'],
      })
      expect(line?.['error']).to.deep.include({ code: 'UNKNOWN_SYSCALL' })
      expect(line?.['hint']).to.be.a('string')
      expect(found.code).to.equal(0)
      expect(found.events[0]?.['answers']).to.deep.equal({ 'personality 4294967295': 0 })
      // At most the filter of the start without io_uring.
      for (const thread of Object.values(found.events[0]?.['threads'] ?? {})) {
        expect(thread).to.have.property('filters').that.is.at.most(1)
      }
    })

    it('S10: required: true ends it with 77 instead', async () => {
      const seccomp = `${SECTION}  required: true\n`
      const { code, events, log } = await conduct(place, { beat: 'caller', seccomp })
      expect({ code, events }).to.deep.equal({ code: 77, events: [] })
      expect(log.map(({ message }) => message)).not.to.include('Beat started')
    })
  })
})
