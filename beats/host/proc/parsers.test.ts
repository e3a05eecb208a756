import { expect } from 'chai'
import { parseNodevTypes } from './filesystems.ts'
import { parseLoadavg } from './loadavg.ts'
import { parseMeminfo } from './meminfo.ts'
import { parseProcessState } from './pid-stat.ts'
import { parseUptime } from './uptime.ts'

describe('host: small files of /proc', () => {
  it('loadavg', () => {
    expect(parseLoadavg('0.99 0.31 128.16 5/100 6384\n')).to.deep.equal([0.99, 0.31, 128.16])
    expect(() => parseLoadavg('\n')).to.throw('does not start with three load averages')
  })

  it('uptime, in milliseconds', () => {
    expect(parseUptime('1593.87 2993.71\n')).to.equal(1593870)
    expect(parseUptime('7 1\n')).to.equal(7000)
    expect(() => parseUptime('')).to.throw('does not start with a number of seconds')
  })

  it('meminfo, in bytes, without lines that have no unit', () => {
    const text =
      'MemTotal:  100 kB\nMemFree:   40 kB\nActive(anon): 3 kB\nHugePages_Total:  5\nodd\n'
    const expected = { MemTotal: 102400, MemFree: 40960, 'Active(anon)': 3072 }
    expect(Object.fromEntries(parseMeminfo(text))).to.deep.equal(expected)
    expect(() => parseMeminfo('MemTotal: 1 kB\n')).to.throw('has no MemTotal or no MemFree')
  })

  it('filesystems', () => {
    const types = parseNodevTypes('nodev\tsysfs\nnodev\tcgroup2\n\text4\n\tfuseblk\nnodev\tfuse\n')
    expect([...types]).to.deep.equal(['sysfs', 'cgroup2', 'fuse'])
  })

  const states = [
    ['1 (systemd) S 0 1', 'sleeping'],
    ['9 (kworker/0:1-ev) I 2 0', 'idle'],
    ['7 (jbd2/vda-8) D 2 0', 'sleeping'],
    ['8 (sh) R 2 0', 'running'],
    ['8 (sh) T 2 0', 'stopped'],
    ['8 (sh) t 2 0', 'stopped'],
    ['8 (sh) Z 2 0', 'zombie'],
    ['8 (sh) X 2 0', 'dead'],
    ['8 (sh) P 2 0', 'unknown'],
    ['', 'unknown'],
    ['8 (a) R (b) S 2 0', 'sleeping'],
    ['8 (a\n) Z 1\n) R 2 0', 'running'],
  ] as const
  for (const [text, state] of states) {
    it(`PID/stat: ${JSON.stringify(text)} is ${state}`, () => {
      expect(parseProcessState(text)).to.equal(state)
    })
  }
})
