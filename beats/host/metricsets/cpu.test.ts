import { expect } from 'chai'
import type { CpuTimes } from '../proc/stat.ts'
import { cpuUsage } from './cpu.ts'

const BEFORE: CpuTimes = {
  user: 1000,
  nice: 10,
  system: 500,
  idle: 8000,
  iowait: 100,
  irq: 0,
  softirq: 20,
  steal: 0,
}

describe('host: cpu', () => {
  it('divides the time among the states, over all cores and per core', () => {
    const times = { ...BEFORE, user: 1040, system: 510, idle: 8130, iowait: 120 }
    const share = (pct: number, norm: number) => ({ pct, norm: { pct: norm } })
    expect(cpuUsage(BEFORE, { times, cores: 4 })).to.deep.equal([
      {
        host: { cpu: { usage: 0.25 } },
        system: {
          cpu: {
            cores: 4,
            total: share(1, 0.25),
            user: share(0.8, 0.2),
            nice: share(0, 0),
            system: share(0.2, 0.05),
            idle: share(2.6, 0.65),
            iowait: share(0.4, 0.1),
            irq: share(0, 0),
            softirq: share(0, 0),
            steal: share(0, 0),
          },
        },
      },
    ])
  })

  it('treats a counter that went backwards, as when a CPU goes offline, as unchanged', () => {
    const times = { ...BEFORE, user: 1050, idle: 4000, iowait: 90, system: 550 }
    const [event] = cpuUsage(BEFORE, { times, cores: 1 })
    expect(event).to.have.nested.property('host.cpu.usage', 1)
    expect(event).to.have.nested.property('system.cpu.idle.pct', 0)
    expect(event).to.have.nested.property('system.cpu.user.pct', 0.5)
  })

  it('leaves out what the kernel does not count', () => {
    const before = { user: 1, nice: 0, system: 1, idle: 10 }
    const [event] = cpuUsage(before, { times: { ...before, idle: 20 }, cores: 1 })
    expect(event).to.have.nested.property('system.cpu.idle.pct', 1)
    expect(event).not.to.have.nested.property('system.cpu.steal')
  })

  it('takes what the kernel has not counted before for unchanged', () => {
    const before = { user: 1, nice: 0, system: 1, idle: 10 }
    const times = { ...before, idle: 18, user: 3, steal: 900 }
    const [event] = cpuUsage(before, { times, cores: 1 })
    expect(event).to.have.nested.property('host.cpu.usage', 0.2)
    expect(event).to.have.nested.property('system.cpu.steal.pct', 0)
  })

  it('reports nothing if no time has passed or all counters were reset', () => {
    expect(cpuUsage(BEFORE, { times: BEFORE, cores: 1 })).to.deep.equal([])
    const times = { user: 1, nice: 0, system: 1, idle: 10 }
    expect(cpuUsage(BEFORE, { times, cores: 1 })).to.deep.equal([])
  })
})
