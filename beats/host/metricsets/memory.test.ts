import { expect } from 'chai'
import { memoryFields } from './memory.ts'

describe('host: memory', () => {
  const meminfo = { MemTotal: 1000, MemFree: 200, Buffers: 50, Cached: 250 }

  it('takes what the kernel calls available, and swap', () => {
    const all = { ...meminfo, MemAvailable: 600, SwapTotal: 400, SwapFree: 300 }
    expect(memoryFields(new Map(Object.entries(all)))).to.deep.equal({
      system: {
        memory: {
          total: 1000,
          free: 200,
          cached: 250,
          used: { bytes: 800, pct: 0.8 },
          actual: { free: 600, used: { bytes: 400, pct: 0.4 } },
          swap: { total: 400, free: 300, used: { bytes: 100, pct: 0.25 } },
        },
      },
    })
  })

  it('estimates it before Linux 3.14, and does not divide by zero without swap', () => {
    const event = memoryFields(new Map(Object.entries(meminfo)))
    expect(event).to.have.nested.property('system.memory.actual.free', 500)
    expect(event).to.have.nested.property('system.memory.swap.used.pct', 0)
  })
})
