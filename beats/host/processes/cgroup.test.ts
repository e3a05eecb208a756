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
})
