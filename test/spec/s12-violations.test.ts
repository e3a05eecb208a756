import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { expect } from 'chai'
import type { Event } from 'sealbeat'
import { checkBeat, runBeat } from 'sealbeat/testing'
import audit from '../../beats/audit/index.ts'
import { openAuditLog } from '../../lib/audit/audit-log.ts'
import { isolation, needsIsolation, needsLinux, programFile, runIsolated, skip } from '../live.ts'

/** Other processes of this machine have violations of their own. */
function of(name: string, events: readonly Event[]): readonly Event[] {
  return events.filter(({ process: its }) => Object(its).name === name)
}

describe('S12, S13, S14: violations on the system, live', function () {
  this.timeout(60_000)

  before(function () {
    needsLinux.call(this)
    needsIsolation.call(this)
    try {
      openAuditLog([1326], 4096).close()
    } catch (error) {
      skip(this, String(error))
    }
  })

  it('keeps the contract', () => {
    const provoke = () => void runIsolated('violating', { args: ['contract', 'errno'] })
    return checkBeat(audit, { provoke })
  })

  const ENDS = [
    ['errno', { action: 'errno', code: '0x50000', sig: '0' }, 'denied', 0],
    ['log', { action: 'log', code: '0x7ffc0000', sig: '0' }, 'allowed', 0],
    [
      'kill_process',
      { action: 'kill_process', code: '0x80000000', sig: 'SYS' },
      'denied',
      'SIGSYS',
    ],
    // The kernel's record is written before the signal and says that there is none.
    ['trap', { action: 'trap', code: '0x30000', sig: '0' }, 'denied', 'SIGSYS'],
  ] as const
  for (const [action, data, type, end] of ENDS) {
    it(`${action}: one event, right in every field`, async () => {
      const name = `sb ${action.slice(0, 4)} ${process.pid % 10_000}` // a space: written in hexadecimal
      let ended: unknown
      const events = await runBeat(
        audit,
        {},
        {
          until: all => of(name, all).length > 0,
          provoke: () => {
            ended = runIsolated('violating', { args: [name, action] }).end
          },
        },
      )
      expect(ended).to.equal(end)
      const [event, ...more] = of(name, events)
      expect(more).to.deep.equal([])
      expect(event?.['event']).to.deep.include({
        kind: 'event',
        action: 'violated-seccomp-policy',
        type: [type],
        outcome: type === 'denied' ? 'failure' : 'success',
      })
      expect(event?.['process']).to.include({ name, executable: process.execPath })
      expect(Object(event?.['process']).pid).to.be.a('number')
      expect(event?.['user']).to.deep.include({ id: '0', name: 'root' })
      const arch = { x64: 'x86_64', arm64: 'aarch64' }[process.arch as 'x64']
      expect(Object(event?.['auditd']).data).to.include({ ...data, syscall: 'getppid', arch })
      expect(Date.now() - Date.parse(String(event?.['@timestamp']))).to.be.within(-1000, 30_000)
    })
  }

  it('a flood neither ends nor blocks it, and what was lost is counted', async () => {
    const COUNT = 100_000
    const name = `sbflood${process.pid % 10_000}`
    const lost = (events: readonly Event[]) =>
      events.reduce((sum, { auditd }) => sum + (Object(auditd).lost ?? 0), 0)
    const stop = new AbortController()
    const events = await runBeat(
      audit,
      { buffer: '64KiB' },
      {
        signal: stop.signal,
        timeout: 50_000,
        provoke: async () => {
          const [program = '', ...args] = [...isolation(), process.execPath]
          const file = programFile('flooding')
          const child = spawn(program, [...args, file, name, String(COUNT)], { stdio: 'ignore' })
          await once(child, 'exit')
          // One more, that has room: whatever came before has been read when it is there.
          runIsolated('violating', { args: [`${name}e`, 'errno'] })
          setTimeout(() => stop.abort(), 1000)
        },
      },
    )
    const seen = of(name, events).length
    expect(of(`${name}e`, events)).to.have.lengthOf(1)
    expect(lost(events), 'the buffer was meant to be too small').to.be.above(0)
    // What others on this machine lost meanwhile is counted too.
    expect(seen + lost(events)).to.be.within(COUNT, COUNT * 1.01)
  })
})
