import { expect } from 'chai'
import { checkedEvent } from '../metricsets/figures.ts'
import { heeded, tree } from '../testing/tree.ts'
import { cgroupFields } from './cgroup.ts'

describe('host: the control group of a process', () => {
  const fieldsOf = (text: string, files: Readonly<Record<string, string>>): unknown => {
    const host = tree(files)
    const fields = cgroupFields(host.files, text)
    host.remove()
    return checkedEvent({ cgroup: fields }, heeded().check)['cgroup']
  }
  const below = (folder: string, files: Readonly<Record<string, string>>) =>
    Object.fromEntries(
      Object.entries(files).map(([name, text]) => [`sys/fs/cgroup/${folder}/${name}`, `${text}\n`]),
    )

  it('of version 2 has what it used and may use', () => {
    const cpu = 'usage_usec 30\nuser_usec 20\nsystem_usec 10\nnr_periods 4\nnr_throttled 3'
    const files = below('system.slice/a.service', {
      'cpu.stat': `${cpu}\nthrottled_usec 2`,
      'memory.current': '4096',
      'memory.max': '8192',
    })
    expect(fieldsOf('0::/system.slice/a.service\n', files)).to.deep.equal({
      cgroups_version: 2,
      id: 'a.service',
      path: '/system.slice/a.service',
      cpu: {
        stats: {
          usage: { ns: 30_000 },
          user: { ns: 20_000 },
          system: { ns: 10_000 },
          periods: 4,
          throttled: { periods: 3, us: 2 },
        },
      },
      memory: { mem: { usage: { bytes: 4096 }, max: { bytes: 8192 } } },
    })
    const free = { ...files, ...below('system.slice/a.service', { 'memory.max': 'max' }) }
    expect(fieldsOf('0::/system.slice/a.service\n', free)).to.have.deep.nested.property(
      'memory.mem',
      {
        usage: { bytes: 4096 },
      },
    )
  })

  it('of version 1 has it from each hierarchy, also where version 2 is mounted beside', () => {
    const text = '12:cpu,cpuacct:/a\n4:memory:/b/c\n1:name=systemd:/x\n0::/y\n'
    const files = {
      ...below('cpu/a', {
        'cpu.cfs_period_us': '100000',
        'cpu.cfs_quota_us': '-1',
        'cpu.stat': 'nr_periods 1\nnr_throttled 2\nthrottled_time 3',
      }),
      ...below('cpuacct/a', { 'cpuacct.usage': '77' }),
      ...below('memory/b/c', {
        'memory.usage_in_bytes': '5',
        'memory.limit_in_bytes': '9223372036854771712',
      }),
    }
    expect(fieldsOf(text, files)).to.deep.equal({
      cgroups_version: 1,
      id: 'c',
      path: '/b/c',
      cpu: {
        cfs: { period: { us: 100_000 } },
        stats: { periods: 1, throttled: { periods: 2, ns: 3 } },
      },
      cpuacct: { total: { ns: 77 } },
      memory: { mem: { usage: { bytes: 5 } } },
    })
  })

  it('is not looked for outside of what this process sees, nor without any', () => {
    expect(fieldsOf('0::/../../etc\n', {})).to.equal(undefined)
    expect(fieldsOf('', {})).to.equal(undefined)
  })

  /** Also the members that are undefined. */
  const rawOf = (text: string, files: Readonly<Record<string, string>>) => {
    const host = tree(files)
    const fields = cgroupFields(host.files, text)
    host.remove()
    return Object(fields)
  }

  it('of version 1 has the limit of its memory, and no number for none', () => {
    const files = {
      ...below('memory/b', { 'memory.usage_in_bytes': '5', 'memory.limit_in_bytes': '8192' }),
      ...below('cpu/b', { 'cpu.cfs_quota_us': '-1', 'cpu.cfs_period_us': '5 odd' }),
    }
    const { memory, cpu } = rawOf('4:memory:/b\n3:cpu:/b\n', files)
    expect(memory).to.deep.equal({ mem: { usage: { bytes: 5 }, limit: { bytes: 8192 } } })
    expect(cpu.cfs).to.deep.equal({ period: { us: undefined }, quota: { us: undefined } })
  })

  it('of version 1 is named by that of memory, then by that of the CPU', () => {
    const named = (text: string) => {
      const { id, path, cgroups_version } = rawOf(text, {})
      return [id, path, cgroups_version]
    }
    expect(named('4:memory:/b/c\n3:cpu:/a\n')).to.deep.equal(['c', '/b/c', 1])
    expect(named('3:cpu:/a\n')).to.deep.equal(['a', '/a', 1])
    expect(named('2:pids:/z\n')).to.deep.equal(['/', '/', 1])
    expect(named('4:memory:/\n')).to.deep.equal(['/', '/', 1])
  })

  it('of version 1 is not looked for outside of what this process sees', () => {
    const files = below('x', { 'memory.usage_in_bytes': '5' })
    const { memory, cpu } = rawOf('4:memory:/../x\n', { ...files, 'sys/fs/cgroup/memory/y': '' })
    expect(memory.mem).to.deep.equal({ usage: { bytes: undefined }, limit: { bytes: undefined } })
    expect(cpu.stats.periods).to.equal(undefined)
  })

  it('of version 1 has the time that it may use, and no limit from 2^62 on', () => {
    const files = {
      ...below('cpu/b', { 'cpu.cfs_quota_us': '50000', 'cpu.cfs_period_us': '100000' }),
      ...below('memory/b', { 'memory.limit_in_bytes': `${2n ** 62n}` }),
    }
    const { cpu, memory } = rawOf('4:memory:/b\n3:cpu:/b\n', files)
    expect(cpu.cfs).to.deep.equal({ period: { us: 100_000 }, quota: { us: 50_000 } })
    expect(memory.mem.limit).to.deep.equal({ bytes: undefined })
  })

  it('is of version 2 where that of version 1 has only a name', () => {
    const { path, cgroups_version } = rawOf('1:name=systemd:/x\n0::/y\n', {})
    expect([path, cgroups_version]).to.deep.equal(['/y', 2])
  })

  it('has no figures that it does not say, nor those of lines in another format', () => {
    expect(rawOf('0::/a\n', {}).cpu.stats.usage).to.deep.equal({ ns: undefined })
    const files = below('a', { 'cpu.stat': 'usage_usec 7\nodd usage_usec 9\nusage_usec 8 odd' })
    expect(rawOf('0::/a\n', files).cpu.stats.usage).to.deep.equal({ ns: 7000 })
  })

  it('is that of the line, whatever other lines there are', () => {
    const { path, cgroups_version } = rawOf('odd 4:memory:/odd\nx\n0::/a:b/c\n', {})
    expect([path, cgroups_version]).to.deep.equal(['/a:b/c', 2])
  })
})
