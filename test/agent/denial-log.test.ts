import { expect } from 'chai'
import { DenialLog } from '../../lib/agent/denial-log.ts'
import type { Denial, DenialSample } from '../../lib/seccomp/kernel/denials.ts'
import { listeningLog } from './lines.ts'

const SAMPLE: DenialSample = {
  errno: 'EPERM',
  arguments: [2n, 0xffffffffffffffffn],
  thread: { id: 7, name: 'libuv-worker', main: false },
}

describe('agent: the log of denials', () => {
  function watched() {
    const { log, lines } = listeningLog()
    let seen: readonly Denial[] = []
    const told = new DenialLog(log, undefined, () => seen)
    const look = (now: number, total: number, sample?: DenialSample) => {
      seen = [{ number: 41, name: 'socket', total, ...(sample ? { sample } : {}) }]
      told.report(now)
      return lines.length
    }
    return { look, lines }
  }

  it('says what was denied, to whom, with which arguments', () => {
    const { look, lines } = watched()
    look(0, 3, SAMPLE)
    expect(lines[0]).to.include({ level: 'warn', msg: 'Seccomp denied', count: 3, total: 3 })
    expect(lines[0]?.['syscall']).to.deep.equal({
      name: 'socket',
      number: 41,
      arguments: ['0x2', '0xffffffffffffffff'],
      errno: 'EPERM',
    })
    expect(lines[0]?.['thread']).to.deep.equal(SAMPLE.thread)
  })

  it('is silent while nothing new is denied, and ever more while it goes on', () => {
    const { look } = watched()
    const counts = Array.from({ length: 600 }, (_, second) => look(second * 1000, second + 1))
    expect(counts[0]).to.equal(1)
    expect(counts[1]).to.equal(2)
    expect(counts[2], 'two seconds of silence').to.equal(2)
    expect(counts.at(-1)).to.be.within(14, 17)
    const last = look(1e9, 600)
    expect(look(2e9, 600), 'nothing new').to.equal(last)
  })

  it('keeps the first sample of a silence for the line that ends it, and loses no count', () => {
    const { look, lines } = watched()
    look(0, 1, SAMPLE)
    look(500, 5, { ...SAMPLE, errno: 'ENOSYS' })
    look(1500, 9, SAMPLE)
    expect(lines).to.have.length(2)
    expect(lines[1]).to.include({ count: 8, total: 9 })
    expect(lines[1]?.['syscall']).to.include({ errno: 'ENOSYS' })
  })

  it('has a last look when it is ended', () => {
    const { log, lines } = listeningLog()
    const end = new DenialLog(log, undefined, () => [
      { number: 101, name: 'ptrace', total: 1 },
    ]).start()
    end()
    expect(lines[0]?.['syscall']).to.deep.equal({ name: 'ptrace', number: 101 })
  })
})
