import { expect } from 'chai'
import { parseStat } from './stat.ts'

describe('host: /proc/stat', () => {
  const rows = [
    {
      kernel: 'Linux 6.18, two CPUs, guests counted',
      text: 'cpu  11780 1 5847 299371 328 2 126 596 7 8\ncpu0 1 0 1 1 1 0 1 1 0 0\ncpu1 1 0 1 1 1 0 1 1 0 0\nintr 5 0\n',
      cores: 2,
      times: {
        user: 11780,
        nice: 1,
        system: 5847,
        idle: 299371,
        iowait: 328,
        irq: 2,
        softirq: 126,
        steal: 596,
      },
    },
    {
      kernel: 'Linux 4.15, CPU 1 of three offline',
      text: 'cpu  30 0 20 900 5 0 1 0 0 0\ncpu0 10 0 10 400 2 0 1 0 0 0\ncpu2 20 0 10 500 3 0 0 0 0 0\n',
      cores: 2,
      times: { user: 30, nice: 0, system: 20, idle: 900, iowait: 5, irq: 0, softirq: 1, steal: 0 },
    },
    {
      kernel: 'Linux 2.4, four columns and no line per CPU',
      text: 'cpu 10 2 3 400\ncpufreq 1\n',
      cores: 1,
      times: { user: 10, nice: 2, system: 3, idle: 400 },
    },
  ]
  for (const { kernel, text, ...expected } of rows) {
    it(kernel, () => expect(parseStat(text)).to.deep.equal(expected))
  }

  it('reports that the line for the whole machine is missing', () => {
    expect(() => parseStat('intr 5 0\n')).to.throw('has no "cpu" line')
  })

  it('has no more columns than there are, and no lines but its own', () => {
    const text = 'odd cpu 9 9 9 9 9\ncpu 10 2 3 400 \nodd cpu7 1\ncpu0 1\ncpu1 1\n'
    const times = { user: 10, nice: 2, system: 3, idle: 400 }
    expect(parseStat(text)).to.deep.equal({ cores: 2, times })
  })
})
