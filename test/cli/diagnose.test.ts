import { expect } from 'chai'
import { needsLinux } from '../live.ts'
import { beatSource, Workplace } from './workplace.ts'

const LACKING = `
beats: [{ type: ./probe.js }]
output.console: {}
seccomp:
  diagnose: true
  default_action: errno
  syscalls:
  - action: errno
    errno: EACCES
    names: [statfs]
`

describe('seccomp.diagnose', () => {
  let place: Workplace
  before(needsLinux)
  beforeEach(() => {
    place = new Workplace({ 'beat.yml': LACKING })
  })
  afterEach(() => place.remove())

  it('names the one call that a policy lacks, whatever the beat makes of its error', async () => {
    const run = `for (let n = 0; n < 500; n++) await statfs('/').catch(() => 'never mind')
    await context.publish({ message: await statfs('/').catch(({ code }) => code) })`
    place.write({ 'probe.js': beatSource(run, '', "import { statfs } from 'node:fs/promises'") })
    const { code, stdout, log } = await place.run('run')
    expect(code).to.equal(0)
    expect(JSON.parse(stdout).message).to.equal('EACCES')
    const lines = log.filter(({ message }) => message === 'Seccomp denied')
    expect(lines.map(line => line['log.level'])).to.include('warn')
    expect(lines.length, 'two lines for 501 denials at most').to.be.within(1, 2)
    expect(lines.at(-1)).to.include({ total: 501 })
    expect(lines[0]?.['syscall']).to.deep.include({ name: 'statfs', errno: 'EACCES' })
    expect(lines[0]?.['thread']).to.include({ main: false })
  })

  it('tells where in JavaScript the main thread was denied', async () => {
    const run = `await context.publish({ message: look() })
    function look() {
      try {
        return String(statfsSync('/').type)
      } catch ({ code }) {
        return code
      }
    }`
    place.write({ 'probe.js': beatSource(run, '', "import { statfsSync } from 'node:fs'") })
    const { stdout, log } = await place.run('run')
    expect(JSON.parse(stdout).message).to.equal('EACCES')
    const line = log.find(({ message }) => message === 'Seccomp denied')
    expect(line?.['thread']).to.include({ main: true })
    expect(String(line?.['stack']).split('\n')[0]).to.match(/^at look \(.*probe\.js:\d+:\d+\)$/)
  })

  it('is off, and says so, where programs are started', async () => {
    place.write({
      'probe.js': beatSource('', "syscalls: [{ names: ['execve'], why: 'asks others' }],"),
    })
    const { code, log } = await place.run('run')
    expect(code).to.equal(0)
    const said = log.map(({ message }) => message)
    expect(said.join('\n')).to.match(/seccomp\.diagnose is off: the policy allows execve/)
    const installed = log.find(({ message }) => message === 'Syscall filter successfully installed')
    expect(installed?.['seccomp']).to.include({ diagnose: false })
  })
})
