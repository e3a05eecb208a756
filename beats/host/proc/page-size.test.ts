import { execFileSync } from 'node:child_process'
import { expect } from 'chai'
import { pageBytes, parseAuxv } from './page-size.ts'

/** AT_SYSINFO_EHDR, AT_HWCAP, AT_PAGESZ, AT_CLKTCK, AT_NULL. */
const PAIRS = [33, 0x7ffd1000, 16, 6, 6, 65_536, 17, 100, 0, 0]

function auxv(width: 4 | 8, order: 'BE' | 'LE'): Buffer {
  const bytes = Buffer.alloc(PAIRS.length * width)
  for (const [at, value] of PAIRS.entries()) {
    if (width === 4) bytes[`writeUInt32${order}`](value, at * 4)
    else bytes[`writeBigUInt64${order}`](BigInt(value), at * 8)
  }
  return bytes
}

describe('the size of a page', () => {
  for (const width of [4, 8] as const) {
    for (const order of ['LE', 'BE'] as const) {
      it(`is found among words of ${width} bytes, ${order}`, () => {
        expect(parseAuxv(auxv(width, order), order)).to.equal(65_536)
      })
    }
  }

  it('is unknown if it is not there', () => {
    expect(parseAuxv(Buffer.alloc(64), 'LE')).to.equal(undefined)
  })

  it('is that of this machine', function () {
    if (process.platform !== 'linux') {
      console.log('    skipped: not Linux')
      return this.skip()
    }
    expect(pageBytes()).to.equal(
      Number(execFileSync('getconf', ['PAGESIZE'], { encoding: 'utf8' })),
    )
  })

  it('may be the last of all, but is not read behind the end', () => {
    const last = auxv(8, 'LE').subarray(0, 3 * 16)
    expect(parseAuxv(last, 'LE')).to.equal(65_536)
    expect(parseAuxv(Buffer.from([6, 0, 0, 0]), 'LE')).to.equal(undefined)
  })
})
