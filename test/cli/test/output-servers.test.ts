import { rmSync } from 'node:fs'
import { expect } from 'chai'
import { proxy, WebServer } from '../../outputs/http/servers.ts'
import {
  type Certificates,
  complaint,
  FaultyPlace,
  makeCertificates,
  stopped,
} from './faulty-place.ts'

describe('sealbeat test output, with servers that speak HTTP', function () {
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

  it('prints a line for each step', async () => {
    const { port } = await at.secure(made.issued.server)
    at.sendTo({ hosts: [`https://localhost:${port}`] })
    const { code, stdout } = await at.place.run('test', 'output')
    expect(code, stdout).to.equal(0)
    const peer = `https://localhost:${port}`
    const lines = stdout.trimEnd().split('\n')
    expect(lines.map(line => line.split(/ {2,}/).slice(0, 2))).to.deep.equal(
      ['resolve', 'connect', 'TLS', 'authenticate', 'version'].map(step => [peer, step]),
    )
    expect(lines[1]).to.equal(`${peer}  connect       127.0.0.1:${port}`)
    expect(lines[3]).to.equal(`${peer}  authenticate  as me`)
    expect(lines[4]).to.equal(`${peer}  version       Elasticsearch 9.2.1`)
  })

  it('goes on with the next server, by way of a proxy too', async () => {
    const web = await at.secure(made.issued.server)
    const { web: way, tunnels } = proxy()
    await at.listening(way)
    const hosts = [`https://refused.test:443`, `https://localhost:${web.port}`]
    at.sendTo({ hosts, more: { proxy_url: `http://u:p@127.0.0.1:${way.port}` } })
    const { code, stdout } = await at.place.run('test', 'output')
    expect(code).to.equal(1)
    expect(stdout).to.match(
      /^https:\/\/refused\.test:443 +tunnel +failed: the proxy does not connect to refused\.test:443: HTTP 403; /m,
    )
    expect(stdout).to.match(/^https:\/\/localhost:\d+ +tunnel +by http:\/\/127\.0\.0\.1:\d+$/m)
    expect(stdout).to.match(/ version +Elasticsearch 9\.2\.1$/m)
    expect(tunnels.some(each => each.startsWith(`localhost:${web.port} Basic`))).to.equal(true)
  })

  it('takes OpenSearch, and who may not ask for the version, but no other server', async () => {
    const web = await at.secure(made.issued.server)
    at.sendTo({ hosts: [`https://localhost:${web.port}`] })
    web.answer = response =>
      response.writeHead(403).end('{"error":{"type":"security_exception"},"status":403}')
    const denied = await at.place.run('test', 'output')
    expect([denied.code, denied.stdout.trimEnd().split('\n').at(-1)]).to.deep.equal([
      0,
      `https://localhost:${web.port}  version       not told: it takes the cluster privilege monitor, which sending events does not`,
    ])
    web.answer = response =>
      response.end('{"version":{"number":"3.1.0","distribution":"opensearch"}}')
    expect((await at.place.run('test', 'output')).stdout).to.match(/version +OpenSearch 3\.1\.0$/m)
    web.answer = response => response.end('<html>It works!')
    const other = await at.place.run('test', 'output')
    expect(other.code).to.equal(1)
    expect(other.stdout).to.match(/version +failed: what answers is neither Elasticsearch nor/)
  })

  it('goes up to TLS for output.http, and sends no request', async () => {
    const web = await at.secure(made.issued.server)
    const ssl = { certificate_authorities: [made.authority.cert] }
    const http = (url: string) => at.configure('http', { url, ssl })
    http(`https://localhost:${web.port}/events?x=1`)
    const { code, stdout } = await at.place.run('test', 'output')
    expect(code, stdout).to.equal(0)
    expect(stdout).to.match(/TLS +TLSv1\.3, .*\n.* request +not tried, /)
    expect(web.seen).to.deep.equal([])
    http(`http://localhost:${web.port}/events`)
    const plain = await at.place.run('test', 'output')
    expect(plain.code).to.equal(1)
    expect(plain.stdout).to.match(/ TLS +failed: port \d+ expects TLS; write https:\/\/ for http/)
  })

  it('is not needed to lose nothing: output.http knows a 400 that is about TLS', async () => {
    const web = await at.listening(new WebServer())
    web.answer = response =>
      response.writeHead(400).end('Client sent an HTTP request to an HTTPS server.\n')
    at.configure('http', { url: `http://127.0.0.1:${web.port}/` })
    const agent = at.place.start('run')
    const line = await complaint(agent)
    expect(line.message).to.match(/takes no events: port \d+ expects TLS$/)
    expect(line.hint).to.equal('write https:// for http://')
    const { log } = await stopped(agent)
    const end = log.find(({ message }) => message === 'Stopped')
    expect(Object(end?.events)).to.include({ rejected: 0, dead_lettered: 0 })
  })
})
