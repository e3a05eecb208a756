import { expect } from 'chai'
import { parseCgroup } from './cgroup.ts'
import { parseNodevTypes } from './filesystems.ts'
import { parseLoadavg } from './loadavg.ts'
import { parseMeminfo } from './meminfo.ts'
import { processState } from './pid-stat.ts'
import { parseSockets, parseSockstat } from './sockets.ts'
import { parseUptime } from './uptime.ts'

describe('host: small files of /proc', () => {
  it('loadavg', () => {
    expect(parseLoadavg('0.99 0.31 128.16 5/100 6384\n')).to.deep.equal([0.99, 0.31, 128.16])
    expect(() => parseLoadavg('odd 1 2 3\n')).to.throw('does not start with three load averages')
    expect(() => parseLoadavg('\n')).to.throw('does not start with three load averages')
  })

  it('uptime, in milliseconds', () => {
    expect(parseUptime('1593.87 2993.71\n')).to.equal(1593870)
    expect(parseUptime('7 1\n')).to.equal(7000)
    expect(() => parseUptime('odd 7\n')).to.throw('does not start with a number of seconds')
    expect(() => parseUptime('')).to.throw('does not start with a number of seconds')
  })

  it('meminfo, in bytes, without lines that have no unit', () => {
    const text =
      'MemTotal:  100 kB\nMemFree:   40 kB\nActive(anon): 3 kB\nHugePages_Total:  5\nodd\nodd MemFree: 7 kB\nMemFree: 8 kB odd\n'
    const expected = { MemTotal: 102400, MemFree: 40960, 'Active(anon)': 3072 }
    expect(Object.fromEntries(parseMeminfo(text))).to.deep.equal(expected)
    expect(() => parseMeminfo('MemFree: 1 kB\n')).to.throw('has no MemTotal or no MemFree')
    expect(() => parseMeminfo('MemTotal: 1 kB\n')).to.throw('has no MemTotal or no MemFree')
  })

  it('filesystems', () => {
    const types = parseNodevTypes(
      'nodev\tsysfs\nnodev\tcgroup2\n\text4\n\tfuseblk\nnodev\tfuse\nodd nodev\ta\nnodev\tb odd\n',
    )
    expect([...types]).to.deep.equal(['sysfs', 'cgroup2', 'fuse'])
  })

  it('PID/stat: the letters of states', () => {
    const letters = ['S', 'D', 'I', 'R', 'T', 't', 'Z', 'X', 'x', 'P', '']
    expect(letters.map(processState)).to.deep.equal([
      ...['sleeping', 'sleeping', 'idle', 'running', 'stopped', 'stopped', 'zombie', 'dead'],
      ...['dead', 'unknown', 'unknown'],
    ])
  })

  it('PID/cgroup: the controllers of each hierarchy, and its version', () => {
    const text =
      '4:cpu,cpuacct:/a\n1:name=systemd,x:/b:c\n0::/d\n5::/e\n0:pids:/f\nodd 3:memory:/g\n'
    expect(parseCgroup(text)).to.deep.equal([
      { controllers: ['cpu', 'cpuacct'], path: '/a', version: 1 },
      { controllers: ['x'], path: '/b:c', version: 1 },
      { controllers: [], path: '/d', version: 2 },
      { controllers: [], path: '/e', version: 1 },
      { controllers: ['pids'], path: '/f', version: 1 },
    ])
  })

  it('PID/net/tcp: known states alone', () => {
    const line = (state: string): string => ` 0: 0100007F:0016 00000000:0000 ${state} 0:0 0:0 0\n`
    const text = ['0A', '0A', '01', '0F', '00'].map(line).join('')
    expect([...parseSockets(`${text}odd ${line('01')}`)]).to.deep.equal([
      ...[
        ['listening', 2],
        ['established', 1],
      ],
    ])
    expect([...parseSockstat('TCP: inuse 4 mem 3\nUDP: inuse 9\n', 'TCP')]).to.deep.equal([
      ...[
        ['inuse', 4],
        ['mem', 3],
      ],
    ])
    expect(parseSockstat('TCP: inuse 4\n', 'UDP').size).to.equal(0)
  })
})
