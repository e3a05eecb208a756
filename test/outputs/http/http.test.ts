import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer as createSecureServer } from 'node:https'
import { createServer, type Server as TcpServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { expect } from 'chai'
import type { Output, WriteResult } from '../../../lib/output.ts'
import output from '../../../lib/outputs/http/http.ts'
import type { HttpSettings } from '../../../lib/outputs/http/http-settings.ts'
import { checkOutput } from '../../../lib/testing/check-output.ts'
import { memoryLog, rejection } from '../../pipeline/fixtures.ts'
import { batchOf, settingsOf as parsed } from '../batch.ts'
import { Authority } from '../tls/certificates.ts'
import { proxy, WebServer } from './servers.ts'

type Written = { readonly [key in keyof HttpSettings]?: unknown }

const settingsOf = (written: Written): HttpSettings => parsed(output, written)

const PATHS = { home: '/', config: '/', data: '/', logs: '/' }

describe('output.http', () => {
  let web: WebServer
  const opened: Output[] = []
  const { log } = memoryLog()

  beforeEach(async () => {
    web = new WebServer()
    await web.listen()
  })

  afterEach(async () => {
    for (const each of opened.splice(0)) await each.close()
    await web.close()
  })

  async function open(written: Written = {}, path = '/events'): Promise<Output> {
    const url = `http://127.0.0.1:${web.port}${path}`
    const made = await output.open({ settings: settingsOf({ url, ...written }), log, paths: PATHS })
    opened.push(made)
    return made
  }

  function write(
    to: Output,
    lines: readonly string[],
    signal = AbortSignal.timeout(5_000),
  ): Promise<WriteResult> {
    return to.write(batchOf(lines), { signal, progress: () => undefined })
  }

  it('sends a batch as lines, over one connection', async () => {
    const to = await open({ headers: { 'X-Team': 'web' } }, '/events?source=agent')
    expect(await write(to, ['{"a":1}', '{"b":"ü"}'])).to.deep.equal({ retry: [], reject: [] })
    await write(to, ['{}'])
    const [first, second] = web.seen
    expect(first).to.deep.include({ method: 'POST', url: '/events?source=agent' })
    expect(String(first?.body)).to.equal('{"a":1}\n{"b":"ü"}\n')
    expect(first?.headers).to.include({
      'content-type': 'application/x-ndjson',
      'content-length': '19',
      'x-team': 'web',
    })
    expect(second?.from).to.equal(first?.from)
  })

  it('sends a batch as an array, compressed, with a name and a password', async () => {
    const user = { username: 'me', password: 'pässword' }
    const to = await open({ format: 'array', compression_level: 9, method: 'PUT', ...user }, '')
    await write(to, ['{"a":1}', '{"b":"ü"}'])
    const [seen] = web.seen
    expect(seen).to.deep.include({ method: 'PUT', url: '/' })
    expect(JSON.parse(String(gunzipSync(seen?.body ?? '')))).to.deep.equal([{ a: 1 }, { b: 'ü' }])
    expect(seen?.headers).to.include({
      'content-type': 'application/json',
      'content-encoding': 'gzip',
      authorization: `Basic ${Buffer.from('me:pässword').toString('base64')}`,
    })
  })

  const fates: readonly [number, readonly string[], object][] = [
    [204, ['{}'], { retry: [], reject: [] }],
    [299, ['{}', '{}'], { retry: [], reject: [] }],
    [400, ['{}', '{}'], { retry: [], reject: [], tooLarge: true }],
    [422, ['{}'], { retry: [], reject: [{ index: 0, status: 422, reason: 'HTTP 422' }] }],
    [413, ['{}'], { retry: [], reject: [], tooLarge: true }],
    ...[301, 307, 401, 403, 404, 408, 425, 429, 500, 503].map(status => {
      const all = { retry: [0, 1], reject: [], retryAfterMs: 0, cause: 'throttled' }
      return [status, ['{}', '{}'], all] as [number, readonly string[], object]
    }),
  ]
  for (const [status, lines, expected] of fates) {
    it(`HTTP ${status} to ${lines.length}: ${JSON.stringify(expected)}`, async () => {
      web.answer = response => response.writeHead(status, { location: '/elsewhere' }).end('why')
      const { why, ...result } = await write(await open(), lines)
      expect(result).to.deep.equal(expected)
      expect(why?.status).to.equal(result.retry.length > 0 ? status : undefined)
      expect(web.seen).to.have.length(1)
    })
  }

  it('confirms by the statuses that it is given alone', async () => {
    const to = await open({ success: [204] })
    expect((await write(to, ['{}'])).retry).to.deep.equal([0])
    web.answer = response => response.writeHead(204).end()
    expect((await write(to, ['{}'])).retry).to.deep.equal([])
  })

  it('waits for as long as it is asked to, and tells what the server says', async () => {
    web.answer = response => {
      response.writeHead(503, { 'retry-after': '7' }).end(`busy\u001b[2J\n${'x'.repeat(1_000)}`)
    }
    const { retryAfterMs, why } = await write(await open(), ['{}'])
    expect(retryAfterMs).to.equal(7_000)
    expect(why?.message).to.match(/^http:.* takes no events: .* \(HTTP 503\)$/)
    expect(why?.status).to.equal(503)
    expect(why?.answer).to.match(/^busy \[2J x{180,}…$/)
  })

  it('takes another connection at once if the one that it kept has ended', async () => {
    let requests = 0
    const server: TcpServer = createServer(socket => {
      let ofThis = 0
      socket.on('error', () => undefined)
      socket.on('data', () => {
        // The second one on a connection is not answered: it came as the connection was ended.
        if (++ofThis === 2) return socket.resetAndDestroy()
        requests++
        socket.write('HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n')
      })
    })
    await once(server.listen(0, '127.0.0.1'), 'listening')
    const to = await open({ url: `http://127.0.0.1:${Object(server.address()).port}/` })
    await write(to, ['{}'])
    expect(await write(to, ['{}'])).to.deep.equal({ retry: [], reject: [] })
    expect(requests).to.equal(2)
    server.close()
  })

  it('opens without a server, and rejects until there is one', async () => {
    const { port } = web
    await web.close()
    const to = await open({ url: `http://127.0.0.1:${port}/` })
    expect(await rejection(write(to, ['{}']))).to.match(/ECONNREFUSED/)
    web = new WebServer()
    await once(web.server.listen(port, '127.0.0.1'), 'listening')
    expect(await write(to, ['{}'])).to.deep.equal({ retry: [], reject: [] })
  })

  it('ends a connection that is being made when it is closed', async () => {
    // An address that nobody answers: RFC 5737.
    const to = await open({ url: 'http://192.0.2.1/' })
    const writing = rejection(write(to, ['{}']))
    await to.close()
    expect(await writing).to.match(/closed|ECONN|ENETUNREACH|EHOSTUNREACH|socket hang up/)
  })

  it('asks a proxy for what is plain, and for a connection to what is not', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'sealbeat-http-'))
    const authority = new Authority(folder, 'authority')
    const { cert, key } = authority.issue('s', { subject: '/CN=s', names: 'IP:127.0.0.1' })
    const files = { cert: readFileSync(cert), key: readFileSync(key) }
    const secure = new WebServer(createSecureServer(files) as unknown as WebServer['server'])
    const { web: between, tunnels } = proxy()
    await Promise.all([secure.listen(), between.listen()])
    const proxy_url = `http://me:secret@127.0.0.1:${between.port}`
    await write(await open({ proxy_url }, '/plain'), ['{}'])
    const [seen] = between.seen
    const authorization = `Basic ${Buffer.from('me:secret').toString('base64')}`
    expect(seen?.url).to.equal(`http://127.0.0.1:${web.port}/plain`)
    expect(seen?.headers['proxy-authorization']).to.equal(authorization)
    const ssl = { certificate_authorities: [authority.cert] }
    const url = `https://127.0.0.1:${secure.port}/secure`
    await write(await open({ url, proxy_url, ssl }), ['{"a":1}'])
    expect(tunnels).to.deep.equal([`127.0.0.1:${secure.port} ${authorization}`])
    expect(secure.seen.map(each => each.url)).to.deep.equal(['/secure'])
    // The proxy's password is for the proxy alone.
    expect(secure.seen[0]?.headers).not.to.have.property('proxy-authorization')
    const refused = await open({ url: 'https://refused.test/', proxy_url, ssl })
    expect(await rejection(write(refused, ['{}']))).to.match(
      /does not connect to refused\.test:443: HTTP 403/,
    )
    for (const each of opened.splice(0)) await each.close()
    await Promise.all([secure.close(), between.close()])
    rmSync(folder, { recursive: true })
  })

  it('says what it connects to and reads', () => {
    const declared = (written: Written) => output.privileges?.(settingsOf(written))
    expect(declared({ url: 'https://me:secret@logs.test/x' })).to.deep.equal([
      { connects: 443, why: 'sends events to https://logs.test:443' },
    ])
    const ssl = { certificate_authorities: ['/srv/tls/ca.pem'], certificate: '/srv/tls/a.pem' }
    const proxy_url = 'http://proxy.test'
    expect(declared({ url: 'http://logs.test/', proxy_url, ssl })).to.deep.equal([
      { connects: 3128, why: 'sends events to http://proxy.test:3128' },
      { reads: '/srv/tls', why: 'certificates of ssl' },
    ])
  })

  const wrong: readonly [string, Written, RegExp][] = [
    ['no url', {}, /url/],
    ['a host', { url: 'logs.test' }, /url must be the URL/],
    ['another scheme', { url: 'ftp://logs.test' }, /url must be the URL/],
    ['a header of the output', { url: 'http://a', headers: { Host: 'b' } }, /headers must be/],
    ['a header with a line end', { url: 'http://a', headers: { a: 'b\nc: d' } }, /headers must be/],
    ['a proxy of another kind', { url: 'http://a', proxy_url: 'socks5://b' }, /proxy_url must be/],
    ['a proxy by TLS', { url: 'http://a', proxy_url: 'https://b' }, /proxy_url must be/],
  ]
  for (const [what, written, expected] of wrong) {
    it(`refuses ${what}`, () => expect(() => settingsOf(written)).to.throw(expected))
  }

  it('refuses what contradicts itself', () => {
    const problems = (written: Written) =>
      output.check?.(settingsOf(written)).map(({ path, message }) => `${path.join('.')} ${message}`)
    expect(problems({ url: 'http://a:b@c/', username: 'me' })?.join()).to.match(
      /url must have no name/,
    )
    expect(problems({ url: 'http://c/', password: 'me' })?.join()).to.match(/without a username/)
    expect(problems({ url: 'https://c/', ssl: { key: '/k.pem' } })?.join()).to.match(
      /ssl key needs/,
    )
    for (const [scheme, enabled] of [
      ['http', true],
      ['https', false],
    ] as const) {
      const contradicting = { url: `${scheme}://c/`, ssl: { enabled } }
      expect(problems(contradicting)?.join()).to.match(/ssl.enabled must not contradict url/)
      expect(problems({ ...contradicting, ssl: { enabled: !enabled } })).to.deep.equal([])
    }
    expect(problems({ url: 'http://c/' })).to.deep.equal([])
  })

  it('keeps the contract of outputs whatever its server does', async function () {
    this.timeout(60_000)
    web.answer = (response, { body }) => {
      response.writeHead(String(body).includes('"refused"') ? 400 : 200).end()
    }
    await checkOutput(output, {
      peer: {
        port: web.port,
        config: port => ({ url: `http://127.0.0.1:${port}/` }),
        received: () =>
          web.seen
            .map(({ body }) => String(body))
            .filter(text => !text.includes('"refused"'))
            .join(''),
        refuses: { reject: [{ message: 'refused' }] },
      },
    })
  })
})
