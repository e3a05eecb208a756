import { expect } from 'chai'
import { packageMisfit } from '../../../lib/agent/plugins/fits.ts'

/** A range, and versions on both sides of its ends. */
const ROWS: readonly (readonly [range: string, inside: string, outside: string])[] = [
  ['^0.1.0', '0.1.0 0.1.9 0.1.0-rc.1', '0.0.9 0.2.0 1.0.0'],
  ['^0.1.2', '0.1.2 0.1.3', '0.1.1 0.2.0'],
  ['^0.0.3', '0.0.3', '0.0.2 0.0.4'],
  ['^0.0', '0.0.0 0.0.9', '0.1.0'],
  ['^0', '0.0.0 0.9.9', '1.0.0'],
  ['^1.2.3', '1.2.3 1.9.0', '1.2.2 2.0.0 0.1.0'],
  ['~1.2.3', '1.2.3 1.2.9', '1.2.2 1.3.0'],
  ['~1.2', '1.2.0 1.2.9', '1.1.9 1.3.0'],
  ['~1', '1.0.0 1.9.9', '0.9.9 2.0.0'],
  ['1.2.3', '1.2.3', '1.2.2 1.2.4'],
  ['=1.2.3', '1.2.3', '1.2.2 1.2.4'],
  ['v1.2.3', '1.2.3', '1.2.4'],
  ['1.2.x', '1.2.0 1.2.9', '1.1.9 1.3.0'],
  ['1.*', '1.0.0 1.9.9', '0.9.9 2.0.0'],
  ['1', '1.0.0 1.9.9', '2.0.0'],
  ['>1.2.3', '1.2.4', '1.2.3'],
  ['>1.2', '1.3.0', '1.2.9'],
  ['>=1.2', '1.2.0 9.0.0', '1.1.9'],
  ['<1.2', '1.1.9', '1.2.0'],
  ['<=1.2', '1.2.9', '1.3.0'],
  ['<=1.2.3', '1.2.3', '1.2.4'],
  ['>=0.1 <0.3', '0.1.0 0.2.9', '0.0.9 0.3.0'],
  ['>= 0.1.0 < 0.3.0-0', '0.1.0 0.2.9', '0.0.9 0.3.0'],
  ['1.2 - 2.3', '1.2.0 2.3.9', '1.1.9 2.4.0'],
  ['1.2.3 - 2.3.4', '1.2.3 2.3.4', '1.2.2 2.3.5'],
  ['^0.1.0 || ^1.0.0', '0.1.5 1.5.0', '0.2.0 2.0.0'],
  ['^0.2.0-rc.1', '0.2.0 0.2.0-rc.3 0.2.1', '0.1.9 0.3.0'],
  ['*', '0.0.0 9.9.9', ''],
  ['x', '0.0.0 9.9.9', ''],
  ['', '0.0.0 9.9.9', ''],
  ['>*', '', '0.0.0 9.9.9'],
  ['<*', '', '0.0.0 9.9.9'],
]

describe('agent: ranges of versions', () => {
  for (const [range, inside, outside] of ROWS) {
    it(`reads "${range}"`, async () => {
      const all = [...words(inside), ...words(outside)]
      const found = await Promise.all(all.map(each => fits(each, range)))
      expect(all.filter((_, at) => found[at])).to.deep.equal(words(inside))
    })
  }

  for (const other of [
    ...['workspace:*', 'latest', 'file:../sealbeat', 'https://host.example/sealbeat.tgz'],
    ...['^0.1.0 || latest', '1.2.3.4', '^', 'git+ssh://git@host.example/sealbeat'],
  ]) {
    it(`lets pass "${other}", which is no range`, async () => {
      expect(await fits('0.1.0', other)).to.equal(true)
    })
  }
})

async function fits(version: string, wants: string): Promise<boolean> {
  const manifest = { folder: '/own-beat', name: 'own-beat', version: '1.0.0', wants }
  return (await packageMisfit(manifest, version)) === undefined
}

function words(text: string): readonly string[] {
  return text.split(' ').filter(Boolean)
}
