import { expect } from 'chai'
import { Workplace } from '../cli/workplace.ts'
import { needsIsolation } from '../live.ts'
import { conduct, denying, type Findings } from './lab.ts'

describe('the reach of the filter', () => {
  const place = new Workplace()
  let findings: Findings
  before(async function () {
    needsIsolation.call(this)
    findings = await conduct(place, {
      beat: 'family',
      seccomp: denying('errno', 'mkdir, mkdirat'),
    })
  })
  after(() => place.remove())

  it('S2: worker threads from before it and after it, the pool and the main thread', () => {
    expect(findings.events[0]).to.deep.include({
      main: 'EPERM',
      pool: 'EPERM',
      early: 'EPERM',
      late: 'EPERM',
    })
  })

  it('S2: child processes inherit it, no_new_privs as well', () => {
    expect(findings.events[0]?.['child']).to.deep.nested.include({
      'status.seccomp': 2,
      'status.noNewPrivs': 1,
    })
    expect(findings.events[0]?.['child']).to.have.property('said').contains('not permitted')
  })
})
