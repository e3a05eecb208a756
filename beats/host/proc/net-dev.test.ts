import { expect } from 'chai'
import { parseNetDev } from './net-dev.ts'

const HEADER = `Inter-|   Receive                                                |  Transmit
 face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed
`

describe('host: /proc/PID/net/dev', () => {
  const rows = [
    ['Linux 6', '  eth0: 1002385232 27799 1 2 0 0 0 9 2675637 18973 3 4 0 0 0 0', 'eth0'],
    [
      'no space after the colon',
      '  eth0:1002385232 27799 1 2 0 0 0 9 2675637 18973 3 4 0 0 0 0',
      'eth0',
    ],
    [
      'a name with dots',
      'br-1.100: 1002385232 27799 1 2 0 0 0 9 2675637 18973 3 4 0 0 0 0',
      'br-1.100',
    ],
    ['an alias', 'eth0:1: 1002385232 27799 1 2 0 0 0 9 2675637 18973 3 4 0 0 0 0', 'eth0:1'],
  ] as const
  for (const [what, line, name] of rows) {
    it(what, () => {
      expect(parseNetDev(`${HEADER}${line}\n`)).to.deep.equal([
        {
          name,
          in: { bytes: 1002385232, packets: 27799, errors: 1, dropped: 2 },
          out: { bytes: 2675637, packets: 18973, errors: 3, dropped: 4 },
        },
      ])
    })
  }

  it('finds nothing in a header alone or in a truncated line', () => {
    expect(parseNetDev(HEADER)).to.deep.equal([])
    expect(parseNetDev(`${HEADER}  eth0: 1 2 3\n`)).to.deep.equal([])
  })

  it('finds nothing in a line of another format', () => {
    const counts = '1 2 3 4 5 6 7 8 9 10 11 12 13 14 15'
    for (const line of [`odd eth0: ${counts} 16`, `eth0: ${counts} 16 odd`, `eth0: ${counts} `]) {
      expect(parseNetDev(`${HEADER}${line}\n`), line).to.deep.equal([])
    }
  })
})
