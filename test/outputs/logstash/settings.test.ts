import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createServer } from 'node:tls'
import { expect } from 'chai'
import { WRITTEN } from '../../../lib/output.ts'
import output from '../../../lib/outputs/logstash/logstash.ts'
import { settingsOf } from '../batch.ts'
import { linesOf, Opening, write } from '../opening.ts'
import { Authority } from '../tls/certificates.ts'
import { LumberjackServer } from './lumberjack-server.ts'

describe('output.logstash: its settings', () => {
  const opening = new Opening(output)
  afterEach(() => opening.close())

  it('have it speak TLS to a server that is verified', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'sealbeat-logstash-'))
    const authority = new Authority(folder, 'authority')
    const { cert, key } = authority.issue('s', { subject: '/CN=s', names: 'IP:127.0.0.1' })
    const files = { cert: readFileSync(cert), key: readFileSync(key) }
    const server = new LumberjackServer(createServer(files))
    const port = await server.listen()
    const ssl = { enabled: true, certificate_authorities: [authority.cert] }
    const written = { hosts: [`127.0.0.1:${port}`], ssl }
    expect(await write(await opening.open(written), linesOf(3))).to.deep.equal(WRITTEN)
    expect(server.events).to.have.length(3)
    const steps = await opening.test(written)
    expect(steps.map(({ peer, step }) => `${peer} ${step}`)).to.deep.equal([
      `tls://127.0.0.1:${port} connect`,
      `tls://127.0.0.1:${port} TLS`,
    ])
    expect(steps.some(({ hint }) => hint !== undefined)).to.equal(false)
    expect(output.privileges?.(settingsOf(output, written))).to.deep.equal([
      { connects: port, why: `sends events to tls://127.0.0.1:${port}` },
      { reads: folder, why: 'certificates of ssl' },
    ])
    await opening.close()
    await server.close()
    rmSync(folder, { recursive: true })
  })

  it('name the servers that are tried out, each with what is wrong', async () => {
    const server = new LumberjackServer()
    const port = await server.listen()
    const away = new LumberjackServer()
    const none = await away.listen()
    await away.close()
    const steps = await opening.test({ hosts: [`127.0.0.1:${none}`, `127.0.0.1:${port}`] })
    await server.close()
    expect(steps).to.have.length(2)
    expect(steps[0]).to.include({ peer: `tcp://127.0.0.1:${none}`, step: 'connect' })
    expect(steps[0]?.hint).to.match(/check the port/)
    expect(steps[1]?.hint).to.equal(undefined)
  })

  it('have defaults as in Beats', () => {
    const settings = settingsOf(output, { hosts: ['logs'] })
    expect(settings).to.deep.include({
      ...{ loadbalance: false, pipelining: 2, compression_level: 3, slow_start: false, ttl: 0 },
    })
    expect(output.delivery).to.deep.equal({ timeout: 30_000 })
    expect(output.privileges?.(settings)).to.deep.equal([
      { connects: 5044, why: 'sends events to tcp://logs:5044' },
    ])
    expect(output.guarantee?.(settings)).to.match(/acknowledged/)
  })

  for (const [what, hosts] of [
    ['a URL', ['https://logs:5044']],
    ['a path', ['logs/x']],
    ['no list', 'logs'],
  ] as const) {
    it(`refuse ${what} as hosts`, () => {
      expect(() => settingsOf(output, { hosts })).to.throw(/hosts/)
    })
  }

  const contradicting: readonly [object, RegExp | undefined][] = [
    [{ hosts: [] }, /^hosts must name a server$/],
    [{ hosts: ['me:secret@logs'] }, /^hosts must have no name and password/],
    [{ ssl: { verification_mode: 'none' } }, /^ssl.enabled must be true/],
    [{ ssl: { certificate_authorities: ['/ca.pem'] } }, /^ssl.enabled must be true/],
    [{ ssl: { ca_trusted_fingerprint: 'a'.repeat(64) } }, /^ssl.enabled must be true/],
    [{ ssl: { enabled: true, key: '/k.pem' } }, /^ssl key needs its certificate$/],
    [{ ssl: { enabled: false, verification_mode: 'none' } }, undefined],
    [{ ssl: { enabled: true } }, undefined],
    [{}, undefined],
  ]
  for (const [written, expected] of contradicting) {
    it(`${expected ? 'refuse' : 'take'} ${JSON.stringify(written)}`, () => {
      const problems = opening.problems({ hosts: ['logs'], ...written })
      if (expected === undefined) expect(problems).to.deep.equal([])
      else expect(problems.join('; ')).to.match(expected)
    })
  }
})
