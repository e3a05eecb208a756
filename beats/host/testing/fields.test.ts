import { expect } from 'chai'
import { fields } from '../fields.ts'
import { cpu } from '../metricsets/cpu.ts'
import { diskio } from '../metricsets/diskio.ts'
import { checkedEvent } from '../metricsets/figures.ts'
import { network } from '../metricsets/network.ts'
import { heeded, sampled } from './tree.ts'

const { check } = heeded()

/** `system.cpu.cores` and so on: each field of an object that is none. */
function pathsOf(value: object, path = ''): readonly string[] {
  return Object.entries(value).flatMap(([key, member]) =>
    typeof member === 'object' ? pathsOf(member, `${path}${key}.`) : [`${path}${key}`],
  )
}

describe('host: the types of fields', () => {
  const states = ['total', 'user', 'system', 'nice', 'idle', 'iowait', 'irq', 'softirq', 'steal']
  const ways = (prefix: string, names: string) =>
    names.split(' ').flatMap(way => [`${prefix}.${way}.bytes`, `${prefix}.${way}.packets`])
  const counts = (way: string) =>
    ['bytes', 'packets', 'errors', 'dropped'].map(name => `system.network.${way}.${name}`)
  const transfers = (way: string) =>
    ['count', 'bytes', 'time'].map(name => `system.diskio.${way}.${name}`)
  const rows = [
    [
      'cpu',
      cpu,
      [
        'host.cpu.usage',
        ...states.flatMap(s => [`system.cpu.${s}.pct`, `system.cpu.${s}.norm.pct`]),
      ],
      ['system.cpu.cores'],
    ],
    [
      'diskio',
      diskio,
      [],
      [
        ...[...transfers('read'), ...transfers('write'), 'system.diskio.io.time'],
        ...['system.diskio.io.ops', 'host.disk.read.bytes', 'host.disk.write.bytes'],
      ],
    ],
    [
      'network',
      network,
      [],
      [...counts('in'), ...counts('out'), ...ways('host.network', 'ingress egress')],
    ],
  ] as const
  for (const [name, metricset, shares, numbers] of rows) {
    it(`of ${name} are those of Metricbeat: shares are float, all else is long`, async () => {
      const files = {
        'proc/stat': 'cpu  1 1 1 1 1 1 1 1 0 0\ncpu0 1\n',
        'proc/diskstats': '8 0 sda 1 0 8 1 1 0 16 1 0 2 2\n',
        'proc/1/net/dev': 'eth0: 10 1 0 0 0 0 0 0 20 2 0 0 0 0 0 0\n',
      }
      const changed = { 'proc/stat': 'cpu  2 3 4 5 6 7 8 9 0 0\ncpu0 1\n' }
      const [, events = []] = await sampled(metricset, [files, changed])
      const paths = events.flatMap(event => pathsOf(checkedEvent(event, check)))
      const found = new Set(paths.filter(path => !path.endsWith('.name')))
      expect([...found].toSorted()).to.deep.equal([...shares, ...numbers].toSorted())
      for (const path of shares) expect(fields[path], path).to.equal('float')
      for (const path of numbers) expect(fields[path], path).to.equal('long')
    })
  }
})
