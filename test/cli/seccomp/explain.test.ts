import { expect } from 'chai'
import { beatSource, Workplace } from '../workplace.ts'

describe('sealbeat seccomp explain', () => {
  let place: Workplace
  before(() => {
    place = new Workplace({
      'beat.yml': `beats: [{ type: ./probe.js }]
output.console: {}
seccomp:
  default_action: errno
  syscalls:
  - action: allow
    names: [ptrace]
`,
      'probe.js': beatSource(''),
    })
  })
  after(() => place.remove())

  const explain = (...args: readonly string[]) =>
    place.run('seccomp', 'explain', '--arch', 'amd64', ...args)

  it('says what happens, who says so, and what it costs', async () => {
    const { code, stdout } = await explain('ptrace', 'clone', '1000')
    expect(code).to.equal(0)
    expect(stdout).to.match(
      /^ptrace \(101 on amd64\)\n {2}allow: beat\.yml:7\n {2}\d+ instr.*, cached/m,
    )
    expect(stdout).to.match(/^ {2}allow, if argument 0 BitsSet 0x10000 and .*: default amd64$/m)
    expect(stdout).to.match(/^ {2}otherwise errno\(EPERM\): beat\.yml:4$/m)
    expect(stdout).to.match(/^0x3e8 \(1000 on amd64\)\n {2}no system call of amd64/m)
  })

  it('gives a program the same as data, for the arguments given', async () => {
    const { stdout } = await explain('clone', '--json', '--args', '0x3d0f00')
    const { syscalls } = JSON.parse(stdout)
    expect(syscalls[0]).to.deep.include({ name: 'clone', number: 56, cached: false })
    expect(syscalls[0].rules[0].action).to.equal('allow')
    expect(syscalls[0].instructions.least).to.equal(syscalls[0].instructions.most)
  })

  const WRONG: readonly (readonly [args: readonly string[], message: string])[] = [
    [[], 'needs a NAME|NUMBER'],
    [['opnat', 'raed'], 'opnat (did you mean "openat"?); unknown system call for amd64: raed'],
    [['read', '--args', '1,x'], '--args: "x" is not a number'],
    [['read', '--args', '1,2,3,4,5,6,7'], '--args: a system call has at most 6, not 7'],
    [['read', '--args=18446744073709551616'], 'does not fit into 64 bits'],
  ]
  for (const [args, message] of WRONG) {
    it(`explain ${args.join(' ')}: ${message}`, async () => {
      const { code, stderr } = await explain(...args)
      expect(code).to.equal(64)
      expect(stderr).to.contain(message)
    })
  }
})
