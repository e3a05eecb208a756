import { gunzipSync } from 'node:zlib'
import { expect } from 'chai'
import type { EventMeta } from '../../../lib/event.ts'
import type { Output, WriteResult } from '../../../lib/output.ts'
import output from '../../../lib/outputs/elasticsearch/elasticsearch.ts'
import type { ElasticsearchSettings } from '../../../lib/outputs/elasticsearch/settings.ts'
import { memoryLog, NEVER, pipelineTo, SOURCE } from '../../pipeline/fixtures.ts'
import { batchOf, settingsOf as parsed } from '../batch.ts'
import { type Seen, WebServer } from '../http/servers.ts'

type Written = { readonly [key in keyof ElasticsearchSettings]?: unknown }

const settingsOf = (written: Written): ElasticsearchSettings => parsed(output, written)

const PATHS = { home: '/', config: '/', data: '/', logs: '/' }
const ROUTE = { route: '{"_index":"logs"}' }

/** The lines of what a server was sent. */
function linesOf({ body, headers }: Seen): readonly string[] {
  const text = headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body
  return String(text).split('\n').slice(0, -1)
}

describe('output.elasticsearch', () => {
  let web: WebServer
  const opened: Output[] = []
  const { log } = memoryLog()
  const answers = (...items: readonly object[]) => {
    web.answer = response => response.end(JSON.stringify({ errors: true, items }))
  }

  beforeEach(async () => {
    web = new WebServer()
    await web.listen()
    web.answer = (response, seen) => {
      const items = linesOf(seen).flatMap((_, at) => (at % 2 ? [{ create: { status: 201 } }] : []))
      response.end(JSON.stringify({ errors: false, items }))
    }
  })

  afterEach(async () => {
    for (const each of opened.splice(0)) await each.close()
    await web.close()
  })

  async function open(written: Written = {}): Promise<Output> {
    const settings = settingsOf({ hosts: [`127.0.0.1:${web.port}`], ...written })
    const made = await output.open({ settings, log, paths: PATHS })
    opened.push(made)
    return made
  }

  function write(
    to: Output,
    lines: readonly string[],
    meta: readonly (EventMeta | undefined)[] = lines.map(() => ROUTE),
  ): Promise<WriteResult> {
    return to.write(batchOf(lines, meta), {
      signal: AbortSignal.timeout(5_000),
      progress: () => undefined,
    })
  }

  it('sends an action before each event', async () => {
    const to = await open()
    const meta = [
      ROUTE,
      { ...ROUTE, fields: { _id: 'a"1' } },
      { route: '{"_index":"other","pipeline":"p"}', fields: { op_type: 'index', _id: 'b' } },
    ]
    const result = await write(to, ['{"n":1}', '{"n":"ü"}', '{"n":3}'], meta)
    expect(result).to.deep.equal({ retry: [], reject: [] })
    const [seen] = web.seen
    expect(seen && linesOf(seen)).to.deep.equal([
      '{"create":{"_index":"logs"}}',
      '{"n":1}',
      '{"create":{"_index":"logs","_id":"a\\"1"}}',
      '{"n":"ü"}',
      '{"index":{"_index":"other","pipeline":"p","_id":"b"}}',
      '{"n":3}',
    ])
    expect(seen).to.include({ method: 'POST' })
    expect(seen?.url).to.match(/^\/_bulk\?filter_path=errors%2Citems/)
    expect(seen?.headers).to.include({
      'content-type': 'application/x-ndjson',
      'content-encoding': 'gzip',
    })
  })

  it('shows who it is', async () => {
    await write(await open({ api_key: 'id:key' }), ['{}'])
    await write(await open({ api_key: 'aWQ6a2V5' }), ['{}'])
    await write(await open({ username: 'me', password: 'p', headers: { 'X-A': 'b' } }), ['{}'])
    await write(await open({ hosts: [`http://u:v@127.0.0.1:${web.port}/es`] }), ['{}'])
    const shownBy = web.seen.map(({ headers }) => headers.authorization)
    expect(shownBy).to.deep.equal([
      ...['ApiKey aWQ6a2V5', 'ApiKey aWQ6a2V5'],
      ...['Basic bWU6cA==', 'Basic dTp2'],
    ])
    expect(web.seen[2]?.headers).to.include({ 'x-a': 'b', 'accept-encoding': 'identity' })
    expect(web.seen[3]?.url).to.match(/^\/es\/_bulk/)
  })

  const error = (type: string, reason = 'of "secret"') => ({ error: { type, reason } })
  const items: readonly [string, object, WriteResult][] = [
    ['created', { status: 201 }, { retry: [], reject: [] }],
    ['there already', { status: 409, ...error('version_conflict') }, { retry: [], reject: [] }],
    [
      'a document that does not fit',
      { status: 400, ...error('document_parsing_exception') },
      { retry: [], reject: [{ index: 0, status: 400, reason: 'document_parsing_exception' }] },
    ],
    [
      'a reason that may be of the event',
      { status: 400, ...error('value "secret"') },
      { retry: [], reject: [{ index: 0, status: 400, reason: 'refused' }] },
    ],
    [
      'too many',
      { status: 429, ...error('es_rejected_execution_exception') },
      { retry: [0], reject: [], cause: 'throttled' },
    ],
    ...(
      [
        [403, 'cluster_block_exception'],
        [403, 'security_exception'],
        [404, 'index_not_found_exception'],
        [400, 'index_closed_exception'],
        [500, 'whatever'],
        [503, 'unavailable_shards_exception'],
        // As many shards as the cluster may have.
        [400, 'validation_exception'],
      ] as const
    ).map(
      ([status, type]) =>
        [type, { status, ...error(type) }, { retry: [0], reject: [] }] as [
          string,
          object,
          WriteResult,
        ],
    ),
    [
      'a pipeline that refuses it by intent',
      { status: 500, ...error('fail_processor_exception') },
      { retry: [], reject: [{ index: 0, status: 500, reason: 'fail_processor_exception' }] },
    ],
    [
      'an alias that leads nowhere',
      {
        status: 400,
        ...error('illegal_argument_exception', 'no write index is defined for alias [x]. The'),
      },
      { retry: [0], reject: [] },
    ],
    [
      'a pipeline that is missing',
      {
        status: 400,
        ...error('illegal_argument_exception', 'pipeline with id [x] does not exist'),
      },
      { retry: [0], reject: [] },
    ],
  ]
  for (const [what, item, expected] of items) {
    it(`${what}: ${JSON.stringify(expected)}`, async () => {
      answers({ create: item })
      expect(await write(await open(), ['{}'])).to.deep.equal(expected)
    })
  }

  it('gives each event its own fate, also beside those that have no index', async () => {
    answers(
      { create: { status: 201 } },
      { create: { status: 400, ...error('a') } },
      { create: { status: 500 } },
    )
    const meta = [undefined, ROUTE, ROUTE, {}, ROUTE]
    expect(await write(await open(), ['{}', '{}', '{}', '{}', '{}'], meta)).to.deep.equal({
      retry: [4],
      reject: [
        { index: 0, reason: 'no rule gives it an index' },
        { index: 2, status: 400, reason: 'a' },
        { index: 3, reason: 'no rule gives it an index' },
      ],
    })
    const seen = web.seen.length
    const none = { retry: [], reject: [{ index: 0, reason: 'no rule gives it an index' }] }
    expect(await write(await open(), ['{}'], [])).to.deep.equal(none)
    expect(web.seen).to.have.length(seen)
  })

  it('tries all again that is refused as a whole, or has it halved', async () => {
    const to = await open()
    web.answer = response => response.writeHead(503, { 'retry-after': '3' }).end('busy')
    const { why, ...result } = await write(to, ['{}', '{}'], [ROUTE, undefined])
    expect(result).to.deep.equal({
      retry: [0],
      reject: [{ index: 1, reason: 'no rule gives it an index' }],
      retryAfterMs: 3_000,
      cause: 'throttled',
    })
    expect(why).to.include({ status: 503, answer: 'busy' })
    expect(why?.message).to.include(' takes no events: ')
    web.answer = response => response.writeHead(413).end()
    expect(await write(to, ['{}'])).to.deep.equal({ retry: [], reject: [], tooLarge: true })
  })

  it('goes on with another server when one fails or is in no state to answer', async () => {
    const other = new WebServer()
    await other.listen()
    other.answer = web.answer
    const gone = new WebServer()
    const port = await gone.listen()
    await gone.close()
    const hosts = [`127.0.0.1:${port}`, `127.0.0.1:${web.port}`, `127.0.0.1:${other.port}`]
    const to = await open({ hosts, loadbalance: false })
    web.answer = response => response.writeHead(502).end()
    expect(await write(to, ['{}'])).to.deep.equal({ retry: [], reject: [] })
    expect([web.seen.length, other.seen.length]).to.deep.equal([1, 1])
    // Whoever answers that is no server of ours.
    web.answer = response => response.end('<html>')
    const pages = await open({ hosts: hosts.slice(1), loadbalance: false })
    expect(await write(pages, ['{}'])).to.deep.equal({ retry: [], reject: [] })
    expect(output.peers?.(settingsOf({ hosts }))).to.equal(3)
    expect(output.peers?.(settingsOf({ hosts, loadbalance: false }))).to.equal(1)
    await other.close()
  })

  it('routes events by their fields', async () => {
    const settings = settingsOf({
      hosts: [`127.0.0.1:${web.port}`],
      index: 'Logs-%{[event.module]}-%{+yyyy}',
      indices: [{ index: 'errors', when: { equals: { 'log.level': 'error' } } }],
      pipeline: '%{[pipe]}',
    })
    const to = await output.open({ settings, log, paths: PATHS })
    opened.push(to)
    const pipeline = pipelineTo(to, { route: output.route?.(settings) })
    const publish = pipeline.publisher(SOURCE, NEVER)
    const at = '2026-01-02T00:00:00Z'
    const events = [
      { '@timestamp': at },
      { '@timestamp': at, log: { level: 'error' }, pipe: 'Parse' },
      { '@timestamp': at, '@metadata': { pipeline: 'Own', raw_index: 'Raw', _id: '7' } },
    ]
    await (await publish(events)).confirmed
    const actions = web.seen.flatMap(linesOf).filter((_, index) => index % 2 === 0)
    expect(actions).to.deep.equal([
      '{"create":{"_index":"logs-host-2026"}}',
      '{"create":{"_index":"errors","pipeline":"parse"}}',
      '{"create":{"_index":"Raw","pipeline":"Own","_id":"7"}}',
    ])
    await pipeline.close(NEVER)
  })

  it('says what it connects to and reads', () => {
    const ssl = { certificate_authorities: ['/srv/ca.pem'] }
    const hosts = ['https://a.test:443', 'https://b.test:443', 'c.test']
    expect(output.privileges?.(settingsOf({ hosts, ssl }))).to.deep.equal([
      { connects: 443, why: 'sends events to https://b.test:443' },
      { connects: 9200, why: 'sends events to http://c.test:9200' },
      { reads: '/srv', why: 'certificates of ssl' },
    ])
    const proxy_url = 'http://p.test:8080'
    expect(output.privileges?.(settingsOf({ hosts, proxy_url }))).to.deep.equal([
      { connects: 8080, why: 'sends events to http://p.test:8080' },
    ])
  })

  it('refuses what contradicts itself, and rules that can not be read', () => {
    const problems = (written: Written) =>
      output
        .check?.(settingsOf({ hosts: ['a'], ...written }))
        .map(({ path, message }) => `${path.join('.')} ${message}`)
    expect(problems({ hosts: [] })?.join()).to.match(/^hosts must name a server$/)
    expect(problems({ api_key: 'a:b', username: 'c' })?.join()).to.match(/^api_key must not/)
    expect(problems({ password: 'c' })?.join()).to.match(/^password must not/)
    const named = { hosts: ['http://u:v@a'], username: 'c' }
    expect(problems(named)?.join()).to.match(/^hosts must have no name/)
    expect(problems({ ssl: { enabled: true } })?.join()).to.match(
      /^ssl.enabled must not contradict/,
    )
    expect(problems({ protocol: 'https', ssl: { enabled: true } })).to.deep.equal([])
    expect(() => settingsOf({ hosts: ['a'], api_key: 'a\nb' })).to.throw(/api_key must be/)
    expect(() => settingsOf({ hosts: ['a'], headers: { a: 'b\nc' } })).to.throw(/headers must be/)
    expect(problems({ index: '%{' })?.join()).to.match(/^index /)
    expect(problems({ pipelines: [{}] })?.join()).to.match(/^pipelines.0.pipeline must be text/)
    expect(problems({ ssl: { certificate: '/a.pem' } })?.join()).to.match(/^ssl certificate needs/)
    expect(problems({})).to.deep.equal([])
    expect(() => settingsOf({ hosts: ['a b'] })).to.throw(/hosts.0 must be the address/)
  })
})
