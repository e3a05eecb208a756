import { expect } from 'chai'
import { credentialOf } from '../../../lib/outputs/http-client/access.ts'
import { parseHost } from '../../../lib/outputs/http-client/hosts.ts'

describe('the credential that a server is shown', () => {
  const none = { username: '', headers: {}, api_key: '' }
  const cases = [
    ['http://a', { ...none, api_key: 'id:key' }, 'by api_key', /^check api_key/],
    ['http://a', { ...none, username: 'me' }, 'as me', /^check username, password/],
    ['http://u:p@a', none, 'as u', /^check the name and the password in hosts$/],
    ['http://a', none, 'without a credential', /^set /],
    [
      'http://u:p@a',
      { ...none, headers: { Authorization: 'Bearer p' } },
      'by headers.authorization',
      /^check headers/,
    ],
  ] as const
  for (const [written, settings, found, hint] of cases) {
    it(`is named without what is secret: ${found}`, () => {
      const host = parseHost(written, { port: 1 })
      if (host === undefined) throw new TypeError(written)
      const said = credentialOf(settings, host, 'hosts')
      expect(said.found).to.equal(found)
      expect(said.hint).to.match(hint)
    })
  }
})
