import { expect } from 'chai'
import type { Output, OutputTestStep, WriteResult } from '../../../lib/output.ts'
import output from '../../../lib/outputs/otlp/otlp.ts'
import type { OtlpSettings } from '../../../lib/outputs/otlp/otlp-settings.ts'
import { checkOutput } from '../../../lib/testing/index.ts'
import { memoryLog, rejection } from '../../pipeline/fixtures.ts'
import { batchOf, settingsOf as parsed } from '../batch.ts'
import { WebServer } from '../http/servers.ts'
import { recordsOf, resourceLogsOf } from './receiver.ts'

type Written = { readonly [key in keyof OtlpSettings]?: unknown }

const settingsOf = (written: Written): OtlpSettings => parsed(output, written)

const PATHS = { home: '/', config: '/', data: '/', logs: '/' }
const ALL = { retry: [], reject: [] }

describe('output.otlp', () => {
  let web: WebServer
  const opened: Output[] = []
  const { log, lines: logged } = memoryLog()
  const answer = (status: number, text = '', headers = {}) => {
    web.answer = response => response.writeHead(status, headers).end(text)
  }
  /** Refuses events, but not an export of nothing. */
  const refuse = (status: number) => {
    web.answer = (response, seen) =>
      response.writeHead(recordsOf(seen).length > 0 ? status : 200).end()
  }

  beforeEach(async () => {
    web = new WebServer()
    await web.listen()
    answer(200, '{}', { 'content-type': 'application/json' })
  })

  afterEach(async () => {
    for (const each of opened.splice(0)) await each.close()
    await web.close()
    logged.length = 0
  })

  const at = (way = '') => ({ endpoint: `http://127.0.0.1:${web.port}${way}` })

  async function open(written: Written = {}): Promise<Output> {
    const made = await output.open({
      settings: settingsOf({ ...at(), ...written }),
      log,
      paths: PATHS,
    })
    opened.push(made)
    return made
  }

  const write = (to: Output, ...lines: readonly string[]): Promise<WriteResult> =>
    to.write(batchOf(lines), { signal: AbortSignal.timeout(5_000), progress: () => undefined })

  it('sends log records, compressed', async () => {
    const to = await open({ headers: { Authorization: 'Bearer x' }, service_name: 'fleet' })
    expect(await write(to, '{"message":"1"}', '{"message":"2"}')).to.deep.equal(ALL)
    const [seen] = web.seen
    expect(seen).to.include({ method: 'POST', url: '/v1/logs' })
    expect(seen?.headers).to.include({
      ...{ 'content-type': 'application/json', 'content-encoding': 'gzip' },
      authorization: 'Bearer x',
    })
    const bodies = seen && recordsOf(seen).map(({ body }) => body?.stringValue)
    expect(bodies).to.deep.equal(['1', '2'])
    const [logs] = seen ? resourceLogsOf(seen) : []
    expect(logs?.resource.attributes).to.deep.equal([
      { key: 'service.name', value: { stringValue: 'fleet' } },
    ])
    expect(logs?.scopeLogs[0]?.scope).to.have.property('name', 'sealbeat')
  })

  it('sends to the path that is written, as who the address says', async () => {
    const to = await open({
      endpoint: `http://u:v@127.0.0.1:${web.port}/insert/otlp`,
      compression_level: 0,
    })
    await write(to, '{}')
    expect(web.seen[0]).to.include({ url: '/insert/otlp' })
    expect(web.seen[0]?.headers).to.include({ authorization: 'Basic dTp2' })
    expect(web.seen[0]?.headers).not.to.have.property('content-encoding')
  })

  it('rejects what is no object, beside others or alone', async () => {
    const to = await open()
    const reject = [{ index: 0, reason: 'it is no JSON object' }]
    expect(await write(to, '[]', '{}')).to.deep.equal({ retry: [], reject })
    expect(await write(to, '[]')).to.deep.equal({ retry: [], reject })
    expect(web.seen).to.have.length(1)
    answer(503)
    expect(await write(to, '[]', '{}')).to.deep.include({ retry: [1], reject })
    refuse(400)
    const refused = { index: 1, status: 400, reason: 'HTTP 400' }
    expect(await write(to, '[]', '{}')).to.deep.equal({ retry: [], reject: [...reject, refused] })
  })

  for (const text of [
    '',
    '{}',
    '{"partialSuccess":{}}',
    '{"partialSuccess":{"rejectedLogRecords":"0"}}',
  ]) {
    it(`takes ${text || 'nothing'} for success`, async () => {
      answer(200, text)
      expect(await write(await open(), '{}')).to.deep.equal(ALL)
      expect(logged).to.deep.equal([])
    })
  }

  for (const refused of ['"1"', '1']) {
    it(`rejects all where ${refused} was refused, as nobody knows which: none is sent again`, async () => {
      answer(200, `{"partialSuccess":{"rejectedLogRecords":${refused},"errorMessage":"too\\nold"}}`)
      const to = await open()
      const reason = 'the server has refused some of its batch, and does not say which'
      for (let time = 0; time < 2; time++) {
        const reject = [0, 1].map(index => ({ index, reason }))
        expect(await write(to, '{}', '{}')).to.deep.equal({ retry: [], reject })
      }
      expect(logged.map(({ level }) => level)).to.deep.equal([50, 20])
      expect(logged[0]).to.include({ refused: 1, events: 2 })
      expect(logged[0]?.msg).to.match(/has refused some events, and does not say which: too old$/)
    })
  }

  it('passes a warning on, once', async () => {
    answer(200, '{"partialSuccess":{"errorMessage":"use v2"}}')
    const to = await open()
    for (let time = 0; time < 2; time++) expect(await write(to, '{}')).to.deep.equal(ALL)
    expect(logged.map(({ msg }) => msg)).to.deep.equal([
      `http://127.0.0.1:${web.port} has taken all events, and warns: use v2`,
    ])
  })

  it('takes an answer that has a word for each of many records', async () => {
    answer(200, JSON.stringify({ partialSuccess: { errorMessage: 'use v2; '.repeat(50_000) } }))
    expect(await write(await open(), '{}')).to.deep.equal(ALL)
  })

  for (const [what, text] of [
    ['no JSON', '<html>'],
    ['no object', '[]'],
    ['more than there are', '{"partialSuccess":{"rejectedLogRecords":"2"}}'],
    ['less than none', '{"partialSuccess":{"rejectedLogRecords":-1}}'],
    ['no number', '{"partialSuccess":{"rejectedLogRecords":"x"}}'],
    ['endless', `{"a":"${'x'.repeat(1_100_000)}"}`],
  ] as const) {
    it(`does not take an answer for success that is ${what}`, async () => {
      answer(200, text)
      expect(await rejection(write(await open(), '{}'))).to.be.instanceOf(Error)
    })
  }

  for (const status of [429, 502, 503, 504, 500, 401, 403, 404, 301]) {
    it(`tries all again after HTTP ${status}`, async () => {
      answer(status, 'busy', { 'retry-after': '3' })
      const result = { retry: [0, 1], reject: [], retryAfterMs: 3_000, cause: 'throttled' }
      const { why, ...rest } = await write(await open(), '{}', '{}')
      expect(rest).to.deep.equal(result)
      expect(why).to.include({ status, answer: 'busy' })
      expect(why?.message).to.include(' takes no events: ')
    })
  }

  it('has a batch halved that is refused, down to the event', async () => {
    const to = await open()
    const halved = { retry: [], reject: [], tooLarge: true }
    for (const status of [400, 422, 413]) {
      refuse(status)
      expect(await write(to, '{}', '{}')).to.deep.equal(halved)
    }
    expect(await write(to, '{}')).to.deep.equal(halved)
    answer(400, 'Client sent an HTTP request to an HTTPS server.')
    expect(await write(to, '{}')).to.deep.include({ retry: [0], reject: [] })
  })

  it('tries all again where an export of nothing is refused in the same words', async () => {
    const to = await open()
    answer(400, 'no JSON here')
    for (const lines of [['{}'], ['{}', '{}']]) {
      const retry = lines.map((_, index) => index)
      const { why, ...result } = await write(to, ...lines)
      expect(result).to.deep.include({ retry, reject: [], cause: 'throttled' })
      expect(why).to.include({ status: 400, answer: 'no JSON here' })
    }
    web.answer = (response, seen) =>
      response.writeHead(400).end(recordsOf(seen).length > 0 ? 'no such field' : 'nothing there')
    const reject = [{ index: 0, status: 400, reason: 'HTTP 400' }]
    expect(await write(to, '{}')).to.deep.equal({ retry: [], reject })
  })

  it('says what it connects to, what it reads and what is safe', () => {
    const privileges = (written: Written) => output.privileges?.(settingsOf(written))
    const ssl = { certificate_authorities: ['/srv/ca.pem'] }
    expect(privileges({ endpoint: 'https://a.test', ssl })).to.deep.equal([
      { connects: 4318, why: 'sends events to https://a.test:4318' },
      { reads: '/srv', why: 'certificates of ssl' },
    ])
    const proxy_url = 'http://p.test:8080'
    expect(privileges({ endpoint: 'https://a.test:443', proxy_url })).to.deep.equal([
      { connects: 8080, why: 'sends events to http://p.test:8080' },
    ])
    expect(output.guarantee?.(settingsOf({ endpoint: 'a' }))).to.match(/^the receiver has taken it/)
  })

  it('refuses what contradicts itself, or is no address', () => {
    const problems = (written: Written) =>
      output
        .check?.(settingsOf({ endpoint: 'a', ...written }))
        .map(({ path, message }) => `${path.join('.')} ${message}`)
        .join()
    expect(problems({})).to.equal('')
    expect(problems({ ssl: { enabled: true } })).to.match(
      /^ssl.enabled must not contradict endpoint/,
    )
    expect(problems({ ssl: { certificate: '/a.pem' } })).to.match(/^ssl certificate needs/)
    expect(() => settingsOf({ endpoint: 'redis://a' })).to.throw(/endpoint must be the address/)
    expect(() => settingsOf({ endpoint: '' })).to.throw(/endpoint must be the address/)
    expect(() => settingsOf({ endpoint: 'a', service_name: '' })).to.throw(/service_name must be/)
  })

  async function stepsOf(written: Written): Promise<readonly string[]> {
    const context = { settings: settingsOf({ ...at(), ...written }), log, paths: PATHS }
    const steps: OutputTestStep[] = []
    for await (const step of output.test?.(context, AbortSignal.timeout(10_000)) ?? [])
      steps.push(step)
    return steps.map(({ step, found, hint }) => `${step}: ${found}${hint ? ' (!)' : ''}`)
  }

  it('is tested by an export of nothing', async () => {
    expect((await stepsOf({})).at(-1)).to.equal('export: a receiver of OTLP takes logs')
    const [seen] = web.seen.filter(({ url }) => url === '/v1/logs')
    expect(seen && resourceLogsOf(seen)).to.deep.equal([])
    answer(401)
    expect((await stepsOf({})).at(-1)).to.match(/^export: .*HTTP 401\) \(!\)$/)
    const hintOf = async (settings: Written = {}) =>
      (await write(await open(settings), '{}')).why?.hint
    expect(await hintOf()).to.equal('set headers.authorization: there is no credential')
    const authorized = await hintOf({ headers: { Authorization: 'x' } })
    expect(authorized).to.equal('check headers.authorization')
    answer(200, '<html>')
    expect((await stepsOf({})).at(-1)).to.match(
      /^export: what answers is no receiver of OTLP.*\(!\)$/,
    )
    expect((await stepsOf({ endpoint: 'http://127.0.0.1:1' })).at(-1)).to.match(
      /^connect: .*\(!\)$/,
    )
  })

  it('keeps the contract of outputs whatever its server does', async function () {
    this.timeout(60_000)
    const taken: string[] = []
    web.answer = (response, seen) => {
      const records = recordsOf(seen)
      const isRefused = JSON.stringify(records).includes('"refused"')
      if (!isRefused) taken.push(...records.map(each => JSON.stringify(each)))
      response.writeHead(isRefused ? 400 : 200).end(isRefused ? '' : '{"partialSuccess":{}}')
    }
    await checkOutput(output, {
      peer: {
        port: web.port,
        config: port => ({ endpoint: `http://127.0.0.1:${port}` }),
        received: () => taken.join(),
        refuses: { reject: [{ message: 'refused' }] },
      },
      module: new URL('../../../lib/outputs/otlp/otlp.js', import.meta.url),
    })
  })
})
