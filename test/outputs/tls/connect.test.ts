import { createHash, X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createServer, type Server, type TlsOptions } from 'node:tls'
import { expect } from 'chai'
import { connectTls } from '../../../lib/outputs/tls/connect.ts'
import { Credentials } from '../../../lib/outputs/tls/credentials.ts'
import { type SslSettings, sslProblems } from '../../../lib/outputs/tls/ssl-settings.ts'
import { memoryLog } from '../../pipeline/fixtures.ts'
import { Authority, type Issued } from './certificates.ts'
import { settingsOf } from './settings.ts'

const VERIFIED = /^verified/

type Name = 'server' | 'expired' | 'elsewhere' | 'unnamed' | 'client' | 'strange'

function makeAll() {
  const folder = mkdtempSync(join(tmpdir(), 'sealbeat-tls-'))
  const authority = new Authority(folder, 'authority')
  const other = new Authority(folder, 'other')
  const localhost = { subject: '/CN=localhost', names: 'DNS:localhost,IP:127.0.0.1' }
  const issued: Readonly<Record<Name, Issued>> = {
    server: authority.issue('server', localhost),
    expired: authority.issue('expired', { ...localhost, isExpired: true }),
    elsewhere: authority.issue('elsewhere', { subject: '/CN=x', names: 'DNS:elsewhere.test' }),
    unnamed: authority.issue('unnamed', { subject: '/CN=localhost' }),
    client: authority.issue('client', { subject: '/CN=agent' }),
    strange: other.issue('strange', { subject: '/CN=agent' }),
  }
  return {
    folder,
    authority,
    other,
    issued,
    trusted: { certificate_authorities: [authority.cert] },
  }
}

type Made = ReturnType<typeof makeAll>

/** The SHA-256 of the public key of a certificate. */
function pinOf(path: string): string {
  const key = new X509Certificate(readFileSync(path)).publicKey
  return createHash('sha256')
    .update(key.export({ type: 'spki', format: 'der' }))
    .digest('base64')
}

function mode(verification_mode: SslSettings['verification_mode']) {
  return ({ trusted }: Made) => ({ ...trusted, verification_mode })
}

describe('TLS of outputs', function () {
  this.timeout(20_000)
  let made: ReturnType<typeof makeAll>
  before(() => {
    made = makeAll()
  })
  const servers: Server[] = []

  after(() => rmSync(made.folder, { recursive: true }))
  afterEach(() => {
    for (const each of servers.splice(0)) each.close()
  })

  async function serve({ cert, key }: Issued, more: TlsOptions = {}): Promise<number> {
    const content = { cert: readFileSync(cert), key: readFileSync(key) }
    const made = createServer({ ...content, ...more }, socket => {
      socket.on('error', () => undefined)
      socket.end(String(socket.getPeerCertificate().subject?.CN))
    })
    servers.push(made.listen(0, '127.0.0.1'))
    await once(made, 'listening')
    return (made.address() as AddressInfo).port
  }

  /** `verified`, or why not. */
  async function attempt(
    port: number,
    written: Partial<SslSettings>,
    credentials = new Credentials(settingsOf(written), memoryLog().log),
  ): Promise<string> {
    try {
      const target = { host: 'localhost', port }
      const connection = await connectTls(target, settingsOf(written), credentials)
      const text = await connection.setEncoding('utf8').toArray()
      return `verified, as ${text.join('')}`
    } catch (error) {
      return String(error)
    }
  }

  const pinned = (pins: (made: Made) => readonly string[]) => (all: Made) => ({
    ...all.trusted,
    ca_sha256: pins(all),
  })
  const cases: readonly [string, Name, (made: Made) => Partial<SslSettings>, RegExp][] = [
    ['an authority that is known', 'server', ({ trusted }) => trusted, VERIFIED],
    [
      'an authority given as PEM',
      'server',
      ({ authority: { cert } }) => ({ certificate_authorities: [readFileSync(cert, 'utf8')] }),
      VERIFIED,
    ],
    ['an unknown authority', 'server', () => ({}), /unable to (verify|get)|self.signed/],
    [
      'another authority',
      'server',
      ({ other }) => ({ certificate_authorities: [other.cert] }),
      /unable to|self.signed/,
    ],
    ['an expired certificate', 'expired', ({ trusted }) => trusted, /certificate has expired/],
    ['another name', 'elsewhere', ({ trusted }) => trusted, /does not match .*elsewhere/],
    ['another name, which does not matter', 'elsewhere', mode('certificate'), VERIFIED],
    ['an expired one where names do not matter', 'expired', mode('certificate'), /has expired/],
    ['a common name', 'unnamed', ({ trusted }) => trusted, VERIFIED],
    [
      'a common name, which is not enough',
      'unnamed',
      mode('strict'),
      /no subject alternative name/,
    ],
    ['a subject alternative name', 'server', mode('strict'), VERIFIED],
    ['anything', 'expired', mode('none'), VERIFIED],
    [
      'the key of the server',
      'server',
      pinned(({ issued }) => [pinOf(issued.server.cert)]),
      VERIFIED,
    ],
    [
      'the key of the authority',
      'server',
      pinned(({ other, authority }) => [pinOf(other.cert), pinOf(authority.cert)]),
      VERIFIED,
    ],
    [
      'none of the keys',
      'server',
      pinned(({ other }) => [pinOf(other.cert)]),
      /no certificate of the chain has a key of ssl.ca_sha256/,
    ],
  ]
  for (const [what, whose, written, expected] of cases) {
    it(`${expected === VERIFIED ? 'takes' : 'refuses'} ${what}`, async () => {
      expect(await attempt(await serve(made.issued[whose]), written(made))).to.match(expected)
    })
  }

  it('trusts an authority that a server sends, if the fingerprint names it', async () => {
    const { folder, authority, other, issued } = made
    const { server, expired } = issued
    const chain = join(folder, 'chain.pem')
    writeFileSync(chain, readFileSync(server.cert, 'utf8') + readFileSync(authority.cert, 'utf8'))
    const port = await serve({ cert: chain, key: server.key })
    const named = { ca_trusted_fingerprint: authority.fingerprint }
    expect(await attempt(port, named)).to.match(/verified/)
    const strange = { ca_trusted_fingerprint: other.fingerprint }
    expect(await attempt(port, strange)).to.match(/self.signed/)
    // The certificate of the server itself is no authority.
    const { fingerprint256 } = new X509Certificate(readFileSync(server.cert))
    expect(await attempt(port, { ca_trusted_fingerprint: fingerprint256 })).to.match(/self.signed/)
    // All else is verified as ever.
    const late = join(folder, 'late.pem')
    writeFileSync(late, readFileSync(expired.cert, 'utf8') + readFileSync(authority.cert, 'utf8'))
    const latePort = await serve({ cert: late, key: expired.key })
    expect(await attempt(latePort, named)).to.match(/expired/)
  })

  it("shows the agent's certificate, and another one once that is renewed", async () => {
    const { folder, authority, issued, trusted } = made
    const { server, client, strange } = issued
    const port = await serve(server, {
      requestCert: true,
      rejectUnauthorized: true,
      ca: readFileSync(authority.cert),
    })
    expect(await attempt(port, trusted)).not.to.match(/as agent/)
    const [cert, key] = [join(folder, 'own.pem'), join(folder, 'own.key')]
    const written = { ...trusted, certificate: cert, key }
    const renew = ({ cert: from, key: fromKey }: Issued) => {
      copyFileSync(from, cert)
      copyFileSync(fromKey, key)
    }
    renew(client)
    const { log, lines } = memoryLog()
    const credentials = new Credentials(settingsOf(written), log)
    expect(await attempt(port, written, credentials)).to.match(/verified, as agent/)
    const renewed = authority.issue('renewed', { subject: '/CN=renewed' })
    // Between the two files: the pair does not fit, and the old one goes on.
    copyFileSync(renewed.cert, cert)
    expect(await attempt(port, written, credentials)).to.match(/verified, as agent/)
    expect(await attempt(port, written, credentials)).to.match(/verified, as agent/)
    expect(lines.filter(({ msg }) => /can not be read again/.test(String(msg)))).to.have.length(1)
    copyFileSync(renewed.key, key)
    expect(await attempt(port, written, credentials)).to.match(/verified, as renewed/)
    expect(lines.at(-1)).to.include({ msg: 'TLS: certificates were read again' })
    renew(strange)
    expect(await attempt(port, written, credentials)).not.to.match(/verified, as ./)
  })

  it('speaks the versions that it may', async () => {
    const { issued, trusted } = made
    const { server } = issued
    const port = await serve(server, { maxVersion: 'TLSv1.2' })
    expect(await attempt(port, { ...trusted, supported_protocols: ['TLSv1.3'] })).to.match(
      /protocol version|version/,
    )
    const old = { ...trusted, supported_protocols: ['TLSv1.2'] as const }
    const cipher_suites = ['ECDHE-ECDSA-AES-256-GCM-SHA384']
    expect(await attempt(port, { ...old, cipher_suites, curve_types: ['P-256'] })).to.match(
      /verified/,
    )
  })

  it('names the file that is missing', () => {
    const settings = settingsOf({ certificate_authorities: [`${made.folder}/none.pem`] })
    expect(() => new Credentials(settings, memoryLog().log).context).to.throw(/none\.pem/)
  })

  const wrong: readonly [string, Record<string, unknown>, RegExp][] = [
    [
      'a relative path',
      { certificate_authorities: ['ca.pem'] },
      /certificate_authorities.*absolute/,
    ],
    ['PEM that is none', { certificate_authorities: ['-----BEGIN X'] }, /certificate in PEM/],
    ['another mode', { verification_mode: 'ful' }, /did you mean "?full/],
    ['an old version', { supported_protocols: ['TLSv1.1'] }, /TLSv1\.2/],
    ['no cipher', { cipher_suites: ['NONE'] }, /cipher suite/],
    ['half a pin', { ca_sha256: ['abc'] }, /SHA-256/],
    ['half a fingerprint', { ca_trusted_fingerprint: 'abc' }, /hexadecimal/],
  ]
  for (const [what, written, expected] of wrong) {
    it(`refuses ${what} in a configuration`, () => {
      expect(() => settingsOf(written as Partial<SslSettings>)).to.throw(expected)
    })
  }

  it('refuses half of a pair', () => {
    expect(sslProblems(settingsOf({ certificate: '/a.pem' }))).to.deep.equal([
      'certificate needs its key',
    ])
    expect(sslProblems(settingsOf({ key: '/a.pem' }))).to.deep.equal(['key needs its certificate'])
    expect(sslProblems(settingsOf({ supported_protocols: [] }))).to.have.length(1)
    expect(sslProblems(settingsOf({}))).to.deep.equal([])
  })
})
