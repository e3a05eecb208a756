import { expect } from 'chai'
import { accepts } from '../../../lib/config/schema/formats.ts'
import { addressesFormat, parseAddress } from '../../../lib/outputs/connection/addresses.ts'

const SCHEMES = ['redis', 'rediss'] as const

describe('the address of a server', () => {
  const parse = (written: string) => parseAddress(written, { port: 6379, schemes: SCHEMES })
  const good: readonly [string, string, string | undefined, string][] = [
    ['a.test', 'redis', undefined, 'redis://a.test:6379'],
    ['a.test:1', 'redis', undefined, 'redis://a.test:1'],
    ['10.0.0.7:80', 'redis', undefined, 'redis://10.0.0.7:80'],
    ['[::1]:5', 'redis', undefined, 'redis://[::1]:5'],
    ['[::1]', 'redis', undefined, 'redis://[::1]:6379'],
    ['rediss://a_b.test/', 'rediss', undefined, 'rediss://a_b.test:6379'],
    ['REDISS://me:p%40:w@a.test:7', 'rediss', 'me:p@:w', 'rediss://a.test:7'],
    ['redis://:pass@a.test', 'redis', ':pass', 'redis://a.test:6379'],
  ]
  for (const [written, scheme, userInfo, title] of good) {
    it(`may be ${written}`, () => {
      expect(parse(written)).to.include({ scheme, userInfo, title })
    })
  }

  it('has no brackets where it is connected to', () => {
    expect(parse('[::1]:5')).to.include({ host: '::1', port: 5 })
  })

  for (const written of [
    ...['', 'http://a', 'a b', 'a:0', 'a:65536', 'a:x', '::1', '[::1', 'redis://', 'a?x=1', 'a#b'],
    ...['a/way', 'redis://%zz@a', 'a%20b', 'a,b', 'a\n'],
  ]) {
    it(`may not be ${JSON.stringify(written)}`, () => {
      expect(parse(written)).to.equal(undefined)
    })
  }

  it('is checked in a list, and the message has an example', () => {
    const format = addressesFormat(SCHEMES, 'redis://cache.example:6379')
    expect(accepts(format, ['a', 'rediss://b:1'])).to.equal(true)
    expect(accepts(format, ['http://a'])).to.equal(false)
    expect(() => format.parse(['http://a'])).to.throw(/such as redis:\/\/cache\.example:6379/)
  })
})
