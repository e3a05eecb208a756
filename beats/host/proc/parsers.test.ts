import { expect } from 'chai'
import { parseNodevTypes } from './filesystems.ts'
import { parseLoadavg } from './loadavg.ts'
import { parseMeminfo } from './meminfo.ts'
import { processState } from './pid-stat.ts'
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

  it('PID/stat: the letters of states', () => {
    const letters = ['S', 'D', 'I', 'R', 'T', 't', 'Z', 'X', 'x', 'P', '']
    expect(letters.map(processState)).to.deep.equal([
      ...['sleeping', 'sleeping', 'idle', 'running', 'stopped', 'stopped', 'zombie', 'dead'],
      ...['dead', 'unknown', 'unknown'],
    ])
  })
})
