import { expect } from 'chai'
import type { DiskStats } from '../proc/diskstats.ts'
import type { InterfaceStats } from '../proc/net-dev.ts'
import { diskTotals } from './diskio.ts'
import { networkTotals } from './network.ts'
import { gain } from './numbers.ts'

describe('host: how much counters have increased', () => {
  const rows = [
    ['increased', 100, 150, 50],
    ['did not change', 100, 100, 0],
    ['was reset', 100, 30, 30],
    ['wrapped at 32 bits: too low, but not too high', 2 ** 32 - 10, 5, 5],
    ['has just appeared', undefined, 70, 70],
  ] as const
  for (const [what, before, now, gained] of rows) {
    it(what, () => expect(gain(before, now)).to.equal(gained))
  }
})

describe('host: all disks', () => {
  const disk = (name: string, read: number, write: number): DiskStats => ({
    name,
    read: { count: 1, bytes: read, time: 0 },
    write: { count: 1, bytes: write, time: 0 },
    inFlight: 0,
    busyMs: 0,
  })

  it('counts a byte once, where it reaches a disk', () => {
    const names = [
      ...['sda', 'sda1', 'sda12', 'nvme0n1', 'nvme0n1p1', 'nvme0c1n1', 'mmcblk0', 'mmcblk0p2'],
      ...['vda', 'dm-0', 'md127', 'loop3', 'ram0', 'zram0', 'drbd1', 'bcache0', 'sr0', 'xvda1'],
    ]
    const disks = ['sda', 'nvme0n1', 'mmcblk0', 'vda', 'sr0', 'xvda1']
    const before = names.map(name => disk(name, 100, 200))
    const now = names.map(name => disk(name, 101, 210))
    expect(diskTotals(before, now)).to.deep.equal({
      host: { disk: { read: { bytes: disks.length }, write: { bytes: 10 * disks.length } } },
    })
  })

  it('copes with disks that come and go', () => {
    expect(diskTotals([disk('sda', 9, 9)], [disk('sdb', 5, 6)])).to.deep.equal({
      host: { disk: { read: { bytes: 5 }, write: { bytes: 6 } } },
    })
  })
})

describe('host: all interfaces', () => {
  const stats = (name: string, bytes: number): InterfaceStats => ({
    name,
    in: { bytes, packets: bytes / 10, errors: 0, dropped: 0 },
    out: { bytes: bytes * 2, packets: bytes / 5, errors: 0, dropped: 0 },
  })

  it('are summed up, with one replaced, one gone and one new', () => {
    const before = [stats('lo', 100), stats('eth0', 5000), stats('veth1', 70)]
    const now = [stats('lo', 150), stats('eth0', 30), stats('veth2', 20)]
    expect(networkTotals(before, now)).to.deep.equal({
      host: {
        network: { ingress: { bytes: 100, packets: 10 }, egress: { bytes: 200, packets: 20 } },
      },
    })
  })
})
