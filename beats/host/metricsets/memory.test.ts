import { expect } from 'chai'
import { heeded } from '../testing/tree.ts'
import { checkedEvent } from './figures.ts'
import { memoryFields } from './memory.ts'

describe('host: memory', () => {
  const measured = (values: Readonly<Record<string, number>>, { check } = heeded()) =>
    checkedEvent(memoryFields(new Map(Object.entries(values)), check), check)

  const meminfo = { MemTotal: 1000, MemFree: 200, Buffers: 50, Cached: 250 }

  it('takes what the kernel calls available, and swap', () => {
    const all = { ...meminfo, MemAvailable: 600, SwapTotal: 400, SwapFree: 300 }
    expect(measured(all)).to.deep.equal({
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
    const event = measured(meminfo)
    expect(event).to.have.nested.property('system.memory.actual.free', 500)
    expect(event).to.have.nested.property('system.memory.swap.used.pct', 0)
  })

  it('leaves out what can not be, and says so once', () => {
    const heed = heeded()
    const kB = (values: Readonly<Record<string, number>>) =>
      Object.fromEntries(Object.entries(values).map(([name, value]) => [name, value * 1024]))
    const swap = kB({ MemTotal: 8000, MemFree: 100, SwapTotal: 4083, SwapFree: 4100 })
    for (const _ of [1, 2]) {
      expect(measured(swap, heed)).to.have.deep.nested.property('system.memory.swap', {
        total: 4083 * 1024,
      })
    }
    expect(heed.warnings).to.deep.equal([
      "system.memory.swap.free can't be 4198400, which is more than all, 4180992: left out",
    ])
    const endless = measured(kB({ MemTotal: 2 ** 64, MemFree: 100 }))
    expect(endless).to.have.deep.nested.property('system.memory', {
      free: 102400,
      cached: 0,
      actual: { free: 102400 },
      swap: { total: 0, free: 0, used: { bytes: 0, pct: 0 } },
    })
    const twisted = measured({ ...meminfo, MemFree: 1200, Cached: 5000 })
    expect(twisted).to.have.deep.nested.property('system.memory', {
      total: 1000,
      swap: { total: 0, free: 0, used: { bytes: 0, pct: 0 } },
    })
  })

  it('takes for available what is free, as free(1) does, if more than all were available', () => {
    const event = measured({ ...meminfo, MemAvailable: 9000 })
    expect(event).to.have.deep.nested.property('system.memory.actual', {
      free: 200,
      used: { bytes: 800, pct: 0.8 },
    })
  })

  it('is all available if the kernel says so', () => {
    const event = measured({ ...meminfo, MemAvailable: 1000 })
    expect(event).to.have.nested.property('system.memory.actual.free', 1000)
  })

  it('is named where it can not be', () => {
    const heed = heeded()
    const most = 2 ** 63
    measured({ MemTotal: most, MemFree: 1, SwapTotal: most }, heed)
    measured({ MemTotal: 5, MemFree: 6, Cached: 7 }, heed)
    const named = heed.warnings.map(warning => warning.replace(/ can't be .*/, ''))
    expect(named).to.deep.equal(
      ['total', 'swap.total', 'free', 'cached'].map(name => `system.memory.${name}`),
    )
  })
})
