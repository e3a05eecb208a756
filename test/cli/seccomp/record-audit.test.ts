import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { expect } from 'chai'
import { needsLinux, programFile, skip } from '../../live.ts'
import { Workplace } from '../workplace.ts'

describe('seccomp record --audit-log', function () {
  this.timeout(60_000)
  const place = new Workplace({
    'beat.yml': 'beats: [{ type: host, period: 300ms }]\noutput.file: { path: events }\n',
    'audit.log': '',
  })
  after(() => place.remove())

  it('learns from the log a policy under which the agent then runs', async function () {
    needsLinux.call(this)
    const log = place.path('audit.log')
    const auditd = spawn(process.execPath, [programFile('auditd'), log])
    const [said] = await once(auditd.stdout, 'data')
    if (!String(said).includes('ready')) {
      auditd.kill()
      return skip(this, 'this user may not read audit records')
    }
    const options = ['--audit-log', log, '-o', 'policy.yml', '--for', '2s']
    const recorded = await place.run('seccomp', 'record', ...options, '--', 'run')
    auditd.kill()
    expect(recorded.code, recorded.stderr).to.equal(0)
    expect(recorded.stderr).to.contain('audit records have no arguments')
    const text = readFileSync(place.path('policy.yml'), 'utf8')
    expect(text).to.match(/- openat # \d+ calls, first in run/)
    expect(text).to.contain('# Note: audit records have no arguments')
    expect(text).not.to.match(/- (clone3|execve|io_uring_setup) /)
    const agent = place.start('run', '-c', 'beat.yml', '-c', 'policy.yml')
    await agent.logged('Running')
    await new Promise(resolve => setTimeout(resolve, 1500))
    agent.child.kill('SIGTERM')
    const { code, log: lines, stderr } = await agent.ended()
    expect(code, stderr).to.equal(0)
    expect(lines.filter(line => line['log.level'] === 'error')).to.deep.equal([])
  })

  it('says what is wrong with the log', async () => {
    const options = ['--audit-log', place.path('none.log'), '--', 'run']
    const { code, stderr } = await place.run('seccomp', 'record', ...options)
    expect(stderr).to.match(/can't record: the audit log: ENOENT/)
    expect(code).to.equal(1)
  })
})
