import { expect } from 'chai'
import { parseDiskstats } from './diskstats.ts'

const VDA = {
  name: 'vda',
  read: { count: 17433, bytes: 2228218 * 512, time: 12727 },
  write: { count: 7346, bytes: 2168696 * 512, time: 7794 },
  inFlight: 3,
  busyMs: 5980,
}

describe('host: /proc/diskstats', () => {
  const rows = [
    [
      'Linux 6.18, with discards and flushes',
      ' 254       0 vda 17433 7999 2228218 12727 7346 31400 2168696 7794 3 5980 22269 14298 10 679024 1747 5 0',
      [VDA],
    ],
    [
      'Linux 4.18, with discards',
      ' 254 0 vda 17433 7999 2228218 12727 7346 31400 2168696 7794 3 5980 22269 0 0 0 0',
      [VDA],
    ],
    [
      'Linux 4.15',
      ' 254 0 vda 17433 7999 2228218 12727 7346 31400 2168696 7794 3 5980 22269',
      [VDA],
    ],
    ['a partition under Linux 2.6.20', '   8    1 sda1 35486 38030 38030 38030', []],
    ['an empty file', '', []],
  ] as const
  for (const [what, text, expected] of rows) {
    it(what, () => expect(parseDiskstats(`${text}\n`)).to.deep.equal(expected))
  }
})
