import { expect } from 'chai'
import { Workplace } from '../cli/workplace.ts'
import { needsIsolation } from '../live.ts'
import { conduct, type Findings } from './lab.ts'

/** To the letter. */
const EXAMPLE = `seccomp:
  default_action: allow      # a system call that matches none of the names below is allowed
  syscalls:
  - action: errno            # one that matches gets an error returned: a blacklist policy
    names:                   # the system calls being prohibited
    - execve
    - execveat
    - fork
    - vfork
`

describe('S6: the example of a blacklist policy', function () {
  this.timeout(120_000)
  const place = new Workplace()
  let findings: Findings
  before(async function () {
    needsIsolation.call(this)
    findings = await conduct(place, { beat: 'worker', seccomp: EXAMPLE })
  })
  after(() => place.remove())

  it('S6: no program is started, in whichever way', () => {
    expect(findings.events[0]?.['started']).to.deep.equal({
      spawn: 'EPERM',
      spawnSync: 'EPERM',
      exec: 'EPERM',
      execFileSync: 'EPERM',
      fork: 'EPERM',
    })
  })

  it('S6: everything else works', () => {
    const worked = findings.events[0]?.['worked']
    expect(worked).to.have.length.greaterThan(10)
    expect(worked).to.satisfy(
      (all: string[]) => all.every(each => each.endsWith(': works')),
      String(worked),
    )
    expect(findings.code).to.equal(0)
  })

  it('S6: and the calls themselves answer EPERM', async () => {
    const calls = ['execve', 'execveat', 'fork', 'vfork']
    const { events } = await conduct(place, {
      beat: 'caller',
      settings: { calls: [...calls, 'personality 4294967295'] },
      seccomp: EXAMPLE,
    })
    const answers = events[0]?.['answers']
    for (const call of calls) expect(answers).to.have.property(call, 'EPERM')
    expect(answers).to.have.property('personality 4294967295').a('number')
  })
})
