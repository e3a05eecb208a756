// The faults of a connection, each with the one line that `test output` prints and the one that `run` logs.

import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { WebServer } from '../../outputs/http/servers.ts'
import type { Issued } from '../../outputs/tls/certificates.ts'
import {
  type Certificates,
  complaint,
  complaintsIn,
  FaultyPlace,
  makeCertificates,
  messagesIn,
  type Sending,
  stopped,
  tries,
} from './faulty-place.ts'

/** The longest that a user waits for the line about one fault. */
const LINE_MS = 10_000

describe('a fault of a connection', function () {
  this.timeout(60_000)
  let made: Certificates
  let at: FaultyPlace
  before(() => {
    made = makeCertificates()
  })
  after(() => rmSync(made.folder, { recursive: true }))
  beforeEach(() => {
    at = new FaultyPlace(made)
  })
  afterEach(() => at.remove())

  const faults: readonly [
    what: string,
    faulty: () => Promise<Sending>,
    step: string,
    found: RegExp,
    hint: RegExp,
  ][] = [
    [
      'a wrong password',
      async () => {
        const web = await at.secure(made.issued.server)
        return { hosts: [`https://localhost:${web.port}`], more: { password: 'wrong' } }
      },
      'authenticate',
      /the server does not know who this is \(HTTP 401\)/,
      /check username, password/,
    ],
    [
      'a wrong port',
      async () => ({ hosts: [`https://localhost:${await at.servers.nowhere()}`] }),
      'connect',
      /nothing listens on port \d+ \(ECONNREFUSED\)/,
      /check the port/,
    ],
    [
      'a port of another service',
      async () => {
        const port = await at.servers.plain(socket => socket.write('220 mail.example ESMTP\r\n'))
        return { hosts: [`http://localhost:${port}`] }
      },
      'authenticate',
      /what answers on port \d+ does not speak HTTP/,
      /another service/,
    ],
    [
      'http for https',
      async () => ({ hosts: [`http://localhost:${(await at.secure(made.issued.server)).port}`] }),
      'TLS',
      /port \d+ expects TLS|closed the connection without an answer|does not speak HTTP/,
      /https:\/\/ for http:\/\//,
    ],
    [
      'https for http',
      async () => ({ hosts: [`https://localhost:${(await at.listening(new WebServer())).port}`] }),
      'TLS',
      /port \d+ does not speak TLS/,
      /without TLS/,
    ],
    [
      'a wrong host name',
      async () => ({ hosts: ['https://nowhere.invalid:9200'] }),
      'resolve',
      /the name nowhere\.invalid/,
      /resolv\.conf|getent/,
    ],
    [
      'a certificate for another name',
      async () => ({
        hosts: [`https://localhost:${(await at.secure(made.issued.elsewhere)).port}`],
      }),
      'TLS',
      /for another name than localhost \(it is for DNS:elsewhere\.test\)/,
      /the name that it has/,
    ],
    [
      'an expired certificate',
      async () => ({ hosts: [`https://localhost:${(await at.secure(made.issued.expired)).port}`] }),
      'TLS',
      /the certificate of the server has expired/,
      /renew it/,
    ],
    [
      'an unknown authority',
      async () => ({
        hosts: [`https://localhost:${(await at.secure(made.issued.server)).port}`],
        more: { ssl: { certificate_authorities: [made.other.cert] } },
      }),
      'TLS',
      /who has signed the certificate of the server is not known/,
      /ssl\.certificate_authorities/,
    ],
    [
      'a certificate of the agent that is refused',
      async () => {
        const { cert: certificate, key } = made.issued.strange
        const web = await at.secure(made.issued.server, true)
        const ssl = { certificate_authorities: [made.authority.cert], certificate, key }
        return { hosts: [`https://localhost:${web.port}`], more: { ssl } }
      },
      '(authenticate|TLS)',
      /refuses the certificate of the agent|closed the connection/,
      /certificate/,
    ],
  ]
  for (const [what, faulty, step, found, hint] of faults) {
    it(`is one line with what to do: ${what}`, async () => {
      at.sendTo(await faulty())
      const begunMs = performance.now()
      const { code, stdout, stderr } = await at.place.run('test', 'output')
      expect(performance.now() - begunMs).to.be.below(LINE_MS)
      expect(code, stdout + stderr).to.equal(1)
      const failed = stdout.split('\n').filter(line => line.includes('  failed: '))
      expect(failed, stdout).to.have.length(1)
      expect(failed[0]).to.match(new RegExp(`  ${step} +failed: .*${found.source}.*; `))
      expect(failed[0]).to.match(hint)
      const agent = at.place.start('run')
      const line = await complaint(agent)
      expect(performance.now() - begunMs).to.be.below(2 * LINE_MS)
      expect(`${line.message} ${line['error.message']}`).to.match(found)
      expect(line.hint).to.match(hint)
      await tries(agent, 5)
      const result = await stopped(agent)
      expect(complaintsIn(result)).to.have.length(1)
      const [said] = complaintsIn(result)
      const again = messagesIn(result, 'Events are going to be sent again')
      expect(again).to.have.length(said !== undefined && 'retry_in_ms' in said ? 0 : 1)
      expect(`${stdout}${stderr}${result.stderr}`).not.to.contain('horse-battery')
    })
  }

  it('is over once the certificate of the agent is renewed, under way', async () => {
    const web = await at.secure(made.issued.server, true)
    // Both in one file, which is replaced at once: the agent never looks between the two.
    const own = join(made.folder, 'own.pem')
    const renew = ({ cert, key }: Issued) => {
      const both = readFileSync(cert, 'utf8') + readFileSync(key, 'utf8')
      writeFileSync(`${own}.new`, both, { mode: 0o600 })
      renameSync(`${own}.new`, own)
    }
    renew(made.issued.strange)
    const authorities = [made.authority.cert]
    const ssl = { certificate_authorities: authorities, certificate: own, key: own }
    at.sendTo({ hosts: [`https://localhost:${web.port}`], more: { ssl } })
    expect((await at.place.run('test', 'output')).code).to.equal(1)
    const agent = at.place.start('run')
    await complaint(agent)
    expect(web.seen).to.deep.equal([])
    // Only failures of some seconds are worth a line at their end.
    await new Promise(resolve => setTimeout(resolve, 5_500))
    renew(made.issued.ours)
    const over = await agent.logged('The output takes events again')
    expect(over.failed_for_s).to.be.within(5, 30)
    expect((await at.place.run('test', 'output')).code).to.equal(0)
    const result = await stopped(agent)
    expect(messagesIn(result, 'TLS: certificates were read again')).to.have.length(1)
    expect(web.seen.length).to.be.above(0)
    expect(complaintsIn(result)).to.have.length(1)
  })
})
