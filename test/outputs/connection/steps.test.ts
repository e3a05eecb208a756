import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import type { Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import type { OutputTestStep } from '../../../lib/output.ts'
import { connectionError } from '../../../lib/outputs/connection/failures.ts'
import { openSocket } from '../../../lib/outputs/connection/open-socket.ts'
import { connectionSteps, step } from '../../../lib/outputs/connection/steps.ts'
import { Credentials } from '../../../lib/outputs/tls/credentials.ts'
import type { SslSettings } from '../../../lib/outputs/tls/ssl-settings.ts'
import { memoryLog, NEVER, rejection } from '../../pipeline/fixtures.ts'
import { Authority, type Issued } from '../tls/certificates.ts'
import { settingsOf } from '../tls/settings.ts'
import { FaultyServers } from './faulty-servers.ts'

const LOCALHOST = { subject: '/CN=localhost', names: 'DNS:localhost,IP:127.0.0.1' }

function make() {
  const folder = mkdtempSync(join(tmpdir(), 'sealbeat-steps-'))
  const authority = new Authority(folder, 'authority')
  const other = new Authority(folder, 'other')
  const issue = (name: string, wanted: Parameters<Authority['issue']>[1]) =>
    authority.issue(name, wanted)
  const issued = {
    server: issue('server', LOCALHOST),
    expired: issue('expired', { ...LOCALHOST, isExpired: true }),
    elsewhere: issue('elsewhere', { subject: '/CN=x', names: 'DNS:elsewhere.test' }),
    strange: other.issue('strange', { subject: '/CN=agent' }),
    ours: issue('ours', { subject: '/CN=agent' }),
  }
  return { folder, authority, issued, trusted: { certificate_authorities: [authority.cert] } }
}

function tlsFor(written: Partial<SslSettings>) {
  const ssl = settingsOf(written)
  return { ssl, credentials: new Credentials(ssl, memoryLog().log) }
}

describe('the first steps of a test of an output', function () {
  this.timeout(30_000)
  let made: ReturnType<typeof make>
  const servers = new FaultyServers()
  before(() => {
    made = make()
  })
  after(() => rmSync(made.folder, { recursive: true }))
  afterEach(() => servers.close())

  /** The steps, and what is left after them. */
  async function walk(
    host: string,
    port: number,
    written?: Partial<SslSettings>,
  ): Promise<{ steps: readonly OutputTestStep[]; socket: Socket | undefined }> {
    const peer = { title: `x://${host}:${port}`, host, port }
    const walking = connectionSteps(peer, written && tlsFor(written), NEVER)
    const steps: OutputTestStep[] = []
    for (;;) {
      const { value, done } = await walking.next()
      if (done) return { steps, socket: value }
      steps.push(value)
    }
  }

  it('are an address, a connection and TLS, each in words', async () => {
    const port = await servers.secure(made.issued.server)
    const { steps, socket } = await walk('localhost', port, made.trusted)
    expect(steps.map(({ step }) => step)).to.deep.equal(['resolve', 'connect', 'TLS'])
    expect(steps.every(({ peer }) => peer === `x://localhost:${port}`)).to.equal(true)
    expect(steps[0]?.found).to.contain('127.0.0.1')
    expect(steps[1]?.found).to.equal(`127.0.0.1:${port}`)
    const days = '\\d{4}-\\d\\d-\\d\\d'
    expect(steps[2]?.found).to.match(
      new RegExp(`^TLSv1.3, certificate of localhost, valid until ${days}$`),
    )
    expect(steps.some(({ hint }) => hint !== undefined)).to.equal(false)
    expect(socket?.writable).to.equal(true)
    socket?.destroy()
  })

  it('are a connection alone where the host is an address and there is no TLS', async () => {
    const port = await servers.plain()
    const { steps, socket } = await walk('127.0.0.1', port)
    expect(steps.map(({ step }) => step)).to.deep.equal(['connect'])
    socket?.destroy()
  })

  it('say that nothing is verified where that is so', async () => {
    const port = await servers.secure(made.issued.expired)
    const { steps, socket } = await walk('127.0.0.1', port, { verification_mode: 'none' })
    expect(steps[1]?.found).to.match(/valid until 2021-01-01, not verified$/)
    socket?.destroy()
  })

  const failures: readonly [
    what: string,
    port: () => Promise<number>,
    written: (() => Partial<SslSettings>) | undefined,
    found: RegExp,
    hint: RegExp,
  ][] = [
    [
      'nobody listens',
      () => servers.nowhere(),
      undefined,
      /^nothing listens on port \d+ \(ECONNREFUSED\)$/,
      /whether the server runs/,
    ],
    [
      'the certificate has expired',
      () => servers.secure(made.issued.expired),
      () => made.trusted,
      /^the certificate of the server has expired$/,
      /renew it on the server/,
    ],
    [
      'the certificate is for another name',
      () => servers.secure(made.issued.elsewhere),
      () => made.trusted,
      /another name than localhost \(it is for DNS:elsewhere\.test\)$/,
      /write the name that it has/,
    ],
    [
      'the authority is not known',
      () => servers.secure(made.issued.server),
      () => ({}),
      /^who has signed the certificate of the server is not known/,
      /ssl\.certificate_authorities/,
    ],
    [
      'the server speaks plain text',
      () => servers.plain(socket => socket.end('220 hello there, this is no TLS\r\n')),
      () => made.trusted,
      /^port \d+ does not speak TLS$/,
      /without TLS/,
    ],
    [
      'the server speaks another version',
      () => servers.secure(made.issued.server, { maxVersion: 'TLSv1.2' }),
      () => ({ ...made.trusted, supported_protocols: ['TLSv1.3'] }),
      /none of the versions of TLS/,
      /ssl\.supported_protocols/,
    ],
    [
      'the server hangs up',
      () => servers.plain(socket => socket.destroy()),
      () => made.trusted,
      /connection/,
      /TLS|log of the server/,
    ],
    [
      'a file is missing',
      () => servers.secure(made.issued.server),
      () => ({ certificate_authorities: ['/nowhere/ca.pem'] }),
      /\/nowhere\/ca\.pem/,
      /ssl/,
    ],
  ]
  for (const [what, open, written, found, hint] of failures) {
    it(`end with a line about it where ${what}`, async () => {
      const { steps, socket } = await walk('localhost', await open(), written?.())
      const last = steps.at(-1)
      expect(socket).to.equal(undefined)
      expect(last?.found).to.match(found)
      expect(last?.hint).to.match(hint)
      expect(`${last?.found}${last?.hint}`).not.to.contain('\n')
      expect(steps.slice(0, -1).every(each => each.hint === undefined)).to.equal(true)
    })
  }

  it('end with the name that there is not', async () => {
    const { steps } = await walk('nowhere.invalid', 1)
    expect(steps).to.have.length(1)
    expect(steps[0]).to.include({ step: 'resolve' })
    expect(steps[0]?.found).to.match(/^(there is no host of the name|the name) nowhere\.invalid/)
  })

  it('end once they are not wanted any more', async () => {
    const port = await servers.plain()
    const peer = { title: 'x', host: '127.0.0.1', port }
    const hanging = connectionSteps(peer, tlsFor(made.trusted), AbortSignal.timeout(300))
    expect((await hanging.next()).value).to.include({ step: 'connect' })
    expect(String(await rejection(hanging.next()))).to.match(/timeout/)
  })

  it('have further ones after them', async () => {
    const peer = { title: 'x', host: 'a', port: 1 }
    const steps = step(
      peer,
      'version',
      NEVER,
      async () => 8,
      version => `version ${version}`,
    )
    const first = await steps.next()
    expect(first.value).to.deep.equal({ peer: 'x', step: 'version', found: 'version 8' })
    expect(await steps.next()).to.deep.equal({ value: 8, done: true })
  })

  for (const [what, own, code] of [
    ['none', undefined, /wants a certificate of the agent, and there is none/],
    [
      'one of another authority',
      'strange',
      /refuses the certificate of the agent \(.*unknown ca\)/,
    ],
  ] as const) {
    for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
      it(`say that a server takes no agent with ${what}, ${version}`, async () => {
        const { authority, issued, trusted } = made
        const port = await servers.secure(issued.server, {
          ...{ requestCert: true, rejectUnauthorized: true, maxVersion: version },
          ca: readFileSync(authority.cert),
        })
        const mine: Issued | undefined = own && issued[own]
        const written = { ...trusted, ...(mine && { certificate: mine.cert, key: mine.key }) }
        const thrown = await failureOf(port, written)
        const { message, hint } = connectionError(thrown, { title: 'x', host: 'a', port })
        // Node's own servers hang up without an alert.
        expect(message).to.match(
          new RegExp(`${code.source}|closed the connection|refuses the TLS handshake`),
        )
        expect(hint).to.match(/certificate|log/)
      })
    }
  }

  it('show a certificate of the agent', async () => {
    const { authority, issued, trusted } = made
    const port = await servers.secure(issued.server, {
      ...{ requestCert: true, rejectUnauthorized: true, ca: readFileSync(authority.cert) },
    })
    const { cert: certificate, key } = issued.ours
    const { steps, socket } = await walk('localhost', port, { ...trusted, certificate, key })
    expect(steps.at(-1)?.hint).to.equal(undefined)
    socket?.destroy()
  })

  /** With TLS 1.3 the server refuses only after the handshake. */
  async function failureOf(port: number, written: Partial<SslSettings>): Promise<unknown> {
    try {
      const socket = await openSocket({ host: 'localhost', port }, tlsFor(written), NEVER)
      const [error] = await Promise.race([once(socket, 'error'), once(socket, 'end')])
      return error ?? Object.assign(new Error('end'), { code: 'ECONNRESET' })
    } catch (error) {
      return error
    }
  }
})
