import { expect } from 'chai'
import type { Event } from 'sealbeat'
import { diskFinder } from '../sys/disks.ts'
import { sampled, tree } from '../testing/tree.ts'
import { diskio } from './diskio.ts'
import { network } from './network.ts'
import { gain, ratio, rest } from './numbers.ts'
import { processSummary } from './process_summary.ts'

describe('host: how much counters have increased', () => {
  const rows = [
    ['increased', 100, 150, 50],
    ['did not change', 100, 100, 0],
    ['went backwards to a small number', 100, 30, 0],
    ['went backwards a little', 5_000_000_000_000, 4_999_999_998_500, 0],
    ['wrapped at 32 bits', 2 ** 32 - 10, 5, 0],
    ['has just appeared', undefined, 70, 0],
    ['is no number', 10, Number.NaN, 0],
  ] as const
  for (const [what, before, now, gained] of rows) {
    it(what, () => expect(gain(before, now)).to.equal(gained))
  }
})

describe('host: what is not known', () => {
  it('has neither a share nor a rest', () => {
    expect([ratio(1, undefined), ratio(undefined, 1), ratio(1, 3)]).to.deep.equal([
      ...[undefined, undefined, 0.3333],
    ])
    expect([rest(undefined, 1), rest(1, undefined), rest(5, 6), rest(6, 6)]).to.deep.equal([
      ...[undefined, undefined, undefined, 0],
    ])
  })
})

describe('host: all processes', () => {
  it('are counted by state, and this one runs while it counts', async () => {
    const process = { parentPid: 1, groupId: 1, threads: 1, start: 1, ticks: 1 }
    const all = ['S', 'S', 'S', 'R', 'Z'].map((state, at) => {
      return { ...process, state, pid: at + 1, virtualBytes: 0, residentPages: 0 }
    })
    const [[event] = []] = await sampled(processSummary, [{ 'proc/self': '-> 3' }], {
      processes: async () => ({ all, ms: 0 }),
    })
    const none = { idle: 0, stopped: 0, dead: 0, unknown: 0 }
    expect(event).to.have.deep.nested.property('system.process.summary', {
      ...{ total: 5, sleeping: 2, running: 2, zombie: 1, ...none },
    })
  })
})

/** `name read written` of each disk, in sectors. */
const disks = (...lines: readonly string[]): string =>
  lines
    .map(line => {
      const [name, read, written] = line.split(' ')
      return `8 0 ${name} 1 0 ${read} 1 1 0 ${written} 1 0 2 2\n`
    })
    .join('')

describe('host: all disks', () => {
  type Steps = readonly Parameters<typeof sampled>[1][number][]
  const sums = async (...steps: Steps): Promise<readonly unknown[]> =>
    (await sampled(diskio, steps)).slice(1).map(sumOf)
  const sumOf = (events: readonly Event[]): unknown => {
    const { read, write } = Object(events.at(-1)?.['host']).disk
    return [read.bytes / 512, write.bytes / 512]
  }
  const block = (name: string, ...more: readonly [string, string][]) => ({
    [`sys/devices/${name}`]: undefined,
    ...Object.fromEntries(more.map(([file, text]) => [`sys/devices/${name}/${file}`, text])),
    [`sys/block/${name.replace(/^.*\//, '')}`]: `-> ../devices/${name}`,
  })

  it('counts a byte once, where it reaches a disk, by name', async () => {
    const counted = ['sda', 'nvme0n1', 'mmcblk0', 'vda', 'sr0', 'xvda1', 'nbd0']
    const names = [
      ...['sda1', 'sda12', 'nvme0n1p1', 'nvme0c1n1', 'mmcblk0p2', 'dm-0', 'md127', 'md_d1'],
      ...['loop3', 'ram0', 'zram0', 'drbd1', 'bcache0', 'zd0', 'zd16', 'zd0p1', 'ublkb2'],
      ...counted,
    ]
    const [sum] = await sums(
      { 'proc/diskstats': disks(...names.map(name => `${name} 100 200`)) },
      { 'proc/diskstats': disks(...names.map(name => `${name} 101 210`)) },
    )
    expect(sum).to.deep.equal([counted.length, 10 * counted.length])
  })

  it('counts a byte once, where it reaches a disk, as /sys has it', async () => {
    const sys = {
      ...block('pci/sda', ['sda1/partition', '1']),
      ...block('pci/cciss!c0d0', ['cciss!c0d0p1/partition', '1']),
      ...block('virtual/block/zd0', ['holders/.keep', '']),
      ...block('virtual/block/nbd0'),
      ...block('virtual/nvme-subsystem/nvme-subsys0/nvme0n1', ['hidden', '0\n']),
      ...block('pci/nvme0c0n1', ['hidden', '1\n']),
      ...block('platform/odd7', ['slaves/sda', '']),
      ...block('virtual/block/thing'),
      // A name that only looks like another kind of device.
      ...block('pci/dm-9'),
    }
    const counted = ['sda', 'cciss/c0d0', 'nbd0', 'nvme0n1', 'dm-9']
    const names = [...counted, 'sda1', 'cciss/c0d0p1', 'zd0', 'nvme0c0n1', 'odd7', 'thing']
    const [sum] = await sums(
      { ...sys, 'proc/diskstats': disks(...names.map(name => `${name} 100 200`)) },
      { 'proc/diskstats': disks(...names.map(name => `${name} 101 210`)) },
    )
    expect(sum).to.deep.equal([counted.length, 10 * counted.length])
  })

  it('counts a byte once in a copy of /sys, which has no links', async () => {
    const sys = {
      'sys/block/sda/holders/top0': '',
      'sys/block/top0/size': '',
      'sys/block/x/size': '',
    }
    const names = ['sda', 'sda1', 'top0', 'x', 'dm-0']
    const [sum] = await sums(
      { ...sys, 'proc/diskstats': disks(...names.map(name => `${name} 100 200`)) },
      { 'proc/diskstats': disks(...names.map(name => `${name} 101 210`)) },
    )
    expect(sum).to.deep.equal([2, 20])
  })

  it('is told by names that are whole', async () => {
    const stay = ['sda', 'mmcblk0', 'odd-loop1', 'sda1x', 'mmcblk0p1x']
    const names = [...stay, 'sda1', 'mmcblk0p1']
    const [sum] = await sums(
      { 'proc/diskstats': disks(...names.map(name => `${name} 100 200`)) },
      { 'proc/diskstats': disks(...names.map(name => `${name} 101 210`)) },
    )
    expect(sum).to.deep.equal([stay.length, 10 * stay.length])
  })

  it('is told by /sys alone where the kernel itself shows its devices', () => {
    const host = tree({ ...block('pci/cciss!c0d0'), 'sys/block/dm-1/size': '' })
    const find = diskFinder({ ...host.files, hasSysfs: true })
    const found = ['cciss/c0d0', 'dm-1', 'sdz'].map(name => ({ name }))
    expect(find(found)).to.deep.equal([{ name: 'cciss/c0d0' }])
    // What a device is does not change, so it is looked at once.
    host.write({ 'sys/devices/pci/cciss!c0d0/hidden': '1\n' })
    expect(find(found)).to.deep.equal([{ name: 'cciss/c0d0' }])
    host.remove()
  })

  it('is reported by device where that has done anything', async () => {
    const idle = '8 0 idle 0 0 0 0 0 0 0 0 0 0 0\n'
    const even = '8 0 even 3 0 8 0 3 0 8 0 0 0 0\n'
    const once = '8 0 once 1 0 8 0 0 0 0 0 0 0 0\n'
    const [events = []] = await sampled(diskio, [{ 'proc/diskstats': idle + even + once }])
    expect(events.map(event => Object(event['system']).diskio.name)).to.deep.equal(['even', 'once'])
  })

  it('counts a disk that is plugged in from then on, also under the name of another', async () => {
    const all = await sums(
      { 'proc/diskstats': disks('sda 9000 9000'), ...block('pci/1/sda', ['diskseq', '1\n']) },
      {
        'proc/diskstats': disks('sda 10000 9500', 'sdb 5000 6000'),
        ...block('pci/2/sda', ['diskseq', '5\n']),
        ...block('pci/3/sdb', ['diskseq', '6\n']),
      },
      { 'proc/diskstats': disks('sda 10001 9502', 'sdb 5004 6008') },
    )
    expect(all).to.deep.equal([
      [0, 0],
      [5, 10],
    ])
  })
})

describe('host: all interfaces', () => {
  /** `name bytes` received; ten times as much is sent. */
  const dev = (...lines: readonly string[]): string =>
    lines
      .map(line => line.split(' '))
      .map(([name, bytes]) => `${name}: ${bytes} 1 0 0 0 0 0 0 ${bytes}0 2 0 0 0 0 0 0\n`)
      .join('')
  const sums = async (...steps: Parameters<typeof sampled>[1]): Promise<readonly unknown[]> => {
    const samples = await sampled(network, steps)
    return samples.slice(1).map(events => {
      const { ingress, egress } = Object(events.at(-1)?.['host']).network
      return [ingress.bytes, egress.bytes / 10]
    })
  }

  it('are summed up, with one replaced, one gone and one new', async () => {
    const all = await sums(
      { 'proc/1/net/dev': dev('lo 100', 'eth0 5000', 'veth1 70') },
      { 'proc/1/net/dev': dev('lo 150', 'eth0 30', 'veth2 20') },
      { 'proc/1/net/dev': dev('lo 150', 'eth0 37', 'veth2 24') },
    )
    expect(all).to.deep.equal([
      [50, 50],
      [11, 11],
    ])
  })

  it('have packets as well', async () => {
    const [, events = []] = await sampled(network, [
      { 'proc/1/net/dev': 'eth0: 10 1 0 0 0 0 0 0 20 2 0 0 0 0 0 0\n' },
      { 'proc/1/net/dev': 'eth0: 15 4 0 0 0 0 0 0 29 9 0 0 0 0 0 0\n' },
    ])
    expect(events.at(-1)).to.have.deep.nested.property('host.network', {
      ingress: { bytes: 5, packets: 3 },
      egress: { bytes: 9, packets: 7 },
    })
  })

  it('are never given what a bond has lost with a member', async () => {
    const [sum] = await sums(
      { 'proc/1/net/dev': dev('bond0 5000000000000') },
      { 'proc/1/net/dev': dev('bond0 4999999998500') },
    )
    expect(sum).to.deep.equal([0, 0])
  })

  it('are known by more than their names', async () => {
    const all = await sums(
      {
        'proc/1/net/dev': dev('eth0 1000', 'eth1 50', 'lo 1'),
        'sys/class/net/eth0/ifindex': '2\n',
        'sys/class/net/eth1/ifindex': '3\n',
      },
      {
        // eth0 has become lan0; eth1 is another one, which has counted elsewhere.
        'proc/1/net/dev': dev('lan0 1030', 'eth1 7000', 'lo 2'),
        'sys/class/net/eth0': undefined,
        'sys/class/net/lan0/ifindex': '2\n',
        'sys/class/net/eth1/ifindex': '9\n',
      },
      { 'proc/1/net/dev': dev('lan0 1030', 'eth1 7004', 'lo 2') },
    )
    expect(all).to.deep.equal([
      [31, 31],
      [4, 4],
    ])
  })
})
