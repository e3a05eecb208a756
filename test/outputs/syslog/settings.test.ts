import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createServer } from 'node:tls'
import { expect } from 'chai'
import { WRITTEN } from '../../../lib/output.ts'
import output from '../../../lib/outputs/syslog/syslog.ts'
import { settingsOf } from '../batch.ts'
import { linesOf, Opening, until, write } from '../opening.ts'
import { Authority, type Issued } from '../tls/certificates.ts'
import { RelpServer } from './relp-server.ts'
import { StreamServer } from './unconfirmed-servers.ts'

describe('output.syslog: its settings', () => {
  const opening = new Opening(output)
  let folder = ''
  let authority: Authority
  let issued: Issued

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'sealbeat-syslog-'))
    authority = new Authority(folder, 'authority')
    issued = authority.issue('s', { subject: '/CN=s', names: 'IP:127.0.0.1' })
  })
  after(() => rmSync(folder, { recursive: true }))
  afterEach(() => opening.close())

  const secure = () =>
    createServer({ cert: readFileSync(issued.cert), key: readFileSync(issued.key) })
  const trusting = () => ({ enabled: true, certificate_authorities: [authority.cert] })

  for (const [protocol, server] of [
    ['relp', () => new RelpServer(secure())],
    ['tcp', () => new StreamServer(secure())],
  ] as const) {
    it(`have it speak ${protocol} over TLS`, async () => {
      const made = server()
      const port = await made.listen()
      const written = { protocol, hosts: [`127.0.0.1:${port}`], ssl: trusting() }
      expect(await write(await opening.open(written), linesOf(3))).to.deep.equal(WRITTEN)
      await until(() => made.messages.length === 3, 'all messages')
      const steps = await opening.test(written)
      expect(steps.map(({ step }) => step)).to.deep.equal(
        protocol === 'relp' ? ['connect', 'TLS', 'session'] : ['connect', 'TLS'],
      )
      expect(steps.some(({ hint }) => hint !== undefined)).to.equal(false)
      if (protocol === 'relp') expect(steps[2]?.found).to.equal('RELP, honest 1.0')
      expect(steps[0]?.peer).to.equal(`${protocol}+tls://127.0.0.1:${port}`)
      await opening.close()
      await made.close()
    })
  }

  it('say what a test of UDP can find out', async () => {
    const [step, ...others] = await opening.test({ protocol: 'udp', hosts: ['127.0.0.1'] })
    expect(others).to.deep.equal([])
    expect(step).to.include({ step: 'resolve', found: '127.0.0.1; UDP has no answers' })
    const [failed] = await opening.test({ protocol: 'udp', hosts: ['nowhere.invalid'] })
    expect(failed?.hint).not.to.equal(undefined)
  })

  const ports: readonly [object, number][] = [
    [{}, 2514],
    [{ protocol: 'tcp' }, 514],
    [{ protocol: 'tcp', ssl: { enabled: true } }, 6514],
    [{ ssl: { enabled: true } }, 2514],
  ]
  for (const [written, port] of ports) {
    it(`connect to ${port} with ${JSON.stringify(written)}`, () => {
      const settings = settingsOf(output, { hosts: ['logs'], ...written })
      const [privilege, ...others] = output.privileges?.(settings) ?? []
      expect(privilege).to.include({ connects: port })
      expect(others).to.deep.equal([])
    })
  }

  it('take the network for UDP', () => {
    const settings = settingsOf(output, { hosts: ['logs'], protocol: 'udp' })
    const network = [{ network: 'ip', why: 'sends events over UDP' }]
    expect(output.privileges?.(settings)).to.deep.equal(network)
  })

  it('say what a confirmed event is safe from', () => {
    const guarantee = (protocol: string) =>
      output.guarantee?.(settingsOf(output, { hosts: ['a'], protocol }))
    expect(guarantee('relp')).to.match(/the server has taken it/)
    for (const protocol of ['tcp', 'udp']) expect(guarantee(protocol)).to.match(/nothing confirms/)
  })

  const contradicting: readonly [object, RegExp | undefined][] = [
    [{ hosts: [] }, /^hosts must name a server$/],
    [{ hosts: ['tcp://logs'] }, /^hosts must not contradict protocol, which is relp$/],
    [{ hosts: ['relp://logs'] }, undefined],
    [{ hosts: ['udp://logs'], protocol: 'udp' }, undefined],
    [{ hosts: ['me@logs'] }, /^hosts must have no name and password/],
    [{ ssl: { verification_mode: 'none' } }, /^ssl.enabled must be true/],
    [{ protocol: 'udp', ssl: { enabled: true } }, /^ssl.enabled must not be true with udp$/],
    [{ protocol: 'udp', max_message_bytes: 65_508 }, /^max_message_bytes must be at most 65507/],
    [{ max_message_bytes: 65_508 }, undefined],
    [{ severity: '%{level}' }, /^severity "%\{level\}" must be/],
    [{ app_name: '%{[a]' }, /^app_name .* has no closing/],
    [{ structured_data: { a: { b: '%{c}' } } }, /^structured_data.a.b /],
  ]
  for (const [written, expected] of contradicting) {
    it(`${expected ? 'refuse' : 'take'} ${JSON.stringify(written)}`, () => {
      const problems = opening.problems({ hosts: ['logs'], ...written })
      if (expected === undefined) expect(problems).to.deep.equal([])
      else expect(problems.join('; ')).to.match(expected)
    })
  }

  const wrong: readonly [object, RegExp][] = [
    [{ facility: 'local8' }, /facility must be one of/],
    [{ protocol: 'tls' }, /protocol must be one of/],
    [{ max_message_bytes: 479 }, /max_message_bytes must be a size of 480/],
    [{ hosts: ['https://logs'] }, /hosts/],
    [{ structured_data: { 'a b': {} } }, /structured_data must be/],
    [{ structured_data: { a: { 'b"': 'c' } } }, /structured_data must be/],
    [{ structured_data: { a: { b: 1 } } }, /structured_data must be/],
    [{ structured_data: ['a'] }, /structured_data must be/],
  ]
  for (const [written, expected] of wrong) {
    it(`refuse ${JSON.stringify(written)}`, () => {
      expect(() => settingsOf(output, { hosts: ['logs'], ...written })).to.throw(expected)
    })
  }
})
