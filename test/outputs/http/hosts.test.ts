import { expect } from 'chai'
import { parseHost } from '../../../lib/outputs/http-client/hosts.ts'

describe('addresses of servers', () => {
  const table: readonly [string, Partial<ReturnType<typeof parseHost>> | undefined][] = [
    ['search', { isSecure: false, host: 'search', port: 9200, path: '/' }],
    ['search:9201', { host: 'search', port: 9201 }],
    ['10.0.0.1:80', { host: '10.0.0.1', port: 80 }],
    ['[2001:db8::1]:9201', { host: '2001:db8::1', port: 9201, title: 'http://[2001:db8::1]:9201' }],
    ['http://search', { port: 9200, isSecure: false }],
    ['http://search:80/', { port: 80 }],
    ['https://search', { port: 9200, isSecure: true }],
    ['https://search:443', { port: 443, isSecure: true }],
    ['https://search/es/', { path: '/es', port: 9200 }],
    ['https://search:443/a/b', { path: '/a/b', port: 443 }],
    ['HTTPS://Search', { host: 'search', isSecure: true }],
    ['https://me:p%40ss@search', { userInfo: 'me:p@ss', title: 'https://search:9200' }],
    ['https://me@search', { userInfo: 'me:' }],
    ['', undefined],
    ['ftp://search', undefined],
    ['http://', undefined],
    ['search:port', undefined],
    ['search:99999', undefined],
    ['http://search?x=1', undefined],
    ['http://search#x', undefined],
    ['a b', undefined],
  ]
  for (const [written, expected] of table) {
    it(`${expected ? 'reads' : 'refuses'} ${JSON.stringify(written)}`, () => {
      const host = parseHost(written, { port: 9200 })
      if (expected === undefined) expect(host).to.equal(undefined)
      else expect(host).to.include(expected)
    })
  }

  it('takes the protocol and the path of the settings where the address has none', () => {
    const defaults = { port: 9200, protocol: 'https', path: 'es' } as const
    expect(parseHost('search', defaults)).to.include({ isSecure: true, path: '/es' })
    expect(parseHost('http://search/x', defaults)).to.include({ isSecure: false, path: '/x' })
  })
})
