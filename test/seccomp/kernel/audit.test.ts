import { expect } from 'chai'
import { type AuditTail, openAuditTail } from '../../audit/audit-tail.ts'
import { needsIsolation, needsLinux, runIsolated, skip } from '../../live.ts'

describe('the audit record of a call', () => {
  let tail: AuditTail

  before(async function () {
    needsLinux.call(this)
    needsIsolation.call(this)
    tail = (await openAuditTail()) ?? skip(this, 'this user may not read audit records')
  })

  // A process of a name that nothing else on this machine has.
  const run = (kind: string, action: string, log: boolean) => {
    const comm = `sb${kind}${process.pid}`
    const { stdout } = runIsolated('audited', { args: [comm, action, String(log)] })
    const { number, error, called } = JSON.parse(stdout)
    expect(error).to.equal(undefined)
    return { comm: `comm="${comm}"`, syscall: `syscall=${number} `, called }
  }

  it('is there for action log, which lets the call through', async () => {
    const { comm, syscall, called } = run('log', 'log', false)
    expect(called).to.deep.include({ errno: 0 })
    expect(await tail.find(comm, syscall, 'code=0x7ffc0000')).to.be.a('string')
  })

  it('is there for a denial with the LOG flag, and not without', async () => {
    const without = run('not', 'errno', false)
    const withFlag = run('yes', 'errno', true)
    expect([without.called.errno, withFlag.called.errno]).to.deep.equal([1, 1])
    expect(await tail.find(withFlag.comm, withFlag.syscall, 'code=0x50000')).to.be.a('string')
    // The kernel keeps their order: what is not there by now does not come.
    expect(tail.records.some(record => record.includes(without.comm))).to.equal(false)
  })
})
