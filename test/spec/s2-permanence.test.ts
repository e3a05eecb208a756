import { expect } from 'chai'
import { Workplace } from '../cli/workplace.ts'
import { needsIsolation } from '../live.ts'
import { conduct, denying, type Findings } from './lab.ts'

describe('S2: once loaded, the filter cannot be removed', () => {
  const place = new Workplace()
  let findings: Findings
  before(async function () {
    needsIsolation.call(this)
    findings = await conduct(place, { beat: 'keeper', seccomp: denying('errno', 'execve') })
  })
  after(() => place.remove())

  it('S2: neither taken off, nor exchanged, nor freed of no_new_privs', () => {
    expect(findings.events[0]).to.deep.include({
      disable: 'EINVAL',
      strict: 'EINVAL',
      newPrivileges: 'EINVAL',
    })
  })

  it('S2: a further filter that allows everything loosens nothing', () => {
    expect(findings.events[0]).to.deep.include({
      spawnBefore: 'EPERM',
      allowAll: 0,
      spawnAfterAllowAll: 'EPERM',
    })
  })

  it('S2: a further filter that denies something tightens', () => {
    expect(findings.events[0]).to.deep.include({
      parentBefore: 'number',
      denyOne: 0,
      parentAfterDenyOne: 'EACCES',
    })
  })

  it('S2: under the default policy not even that can be tried', async () => {
    const { events } = await conduct(place, { beat: 'keeper' })
    expect(events[0]).to.deep.include({ strict: 'EPERM', allowAll: 'EPERM', denyOne: 'EPERM' })
  })
})
