import { readdirSync, readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect } from 'chai'
import { openSearch } from '../../../tools/integration/opensearch/opensearch.ts'
import { CountingAgent } from '../agent.ts'
import { startedServer } from '../started.ts'
import { SearchApi } from './api.ts'

const EVENTS = 2_000
/** One of so many events has a text where the index has a number. */
const CONFLICTS = 50

const WRITES = (value: true | null) => ({ 'index.blocks.write': value })
const DELETES = (value: true | null) => ({ 'index.blocks.read_only_allow_delete': value })

describe('the documents of output.elasticsearch and OpenSearch', function () {
  this.timeout(120_000)
  const server = startedServer(openSearch, {
    settings: { 'action.auto_create_index': '-missing*,+*', 'http.max_content_length': '64kb' },
  })
  let api: SearchApi
  let agent: CountingAgent | undefined
  before(() => {
    api = new SearchApi(server().port)
  })
  afterEach(() => {
    agent?.remove()
    agent = undefined
  })

  interface Wanted {
    readonly index: string
    readonly output?: readonly string[]
    readonly conflicts?: number
    readonly more?: readonly string[]
  }

  function start({ index, output = ['bulk_max_size: 100'], ...rest }: Wanted): CountingAgent {
    const lines = ['type: elasticsearch', `hosts: ['127.0.0.1:${server().port}']`]
    const own = ['backoff: { init: 50ms, max: 200ms }', `index: ${index}`, ...output]
    agent = new CountingAgent({
      ...{ events: EVENTS, prefix: index, output: [...lines, ...own] },
      ...rest,
    })
    return agent
  }

  /** Resolves with the counts of its events once it has ended, as it should have. */
  async function counts(of: CountingAgent) {
    const { code, stderr, log } = await of.running.ended()
    expect(code, stderr.slice(-3000)).to.equal(0)
    return Object(log.find(({ message }) => message === 'Stopped')?.['events'])
  }

  function dead(of: CountingAgent) {
    const folder = of.place.path('data/dead-letter/main')
    const files = readdirSync(folder).filter(file => file.endsWith('.ndjson'))
    return files
      .flatMap(file => readFileSync(`${folder}/${file}`, 'utf8').split('\n').slice(0, -1))
      .map(line => JSON.parse(line))
  }

  it('are created in the data stream that a template makes of their index', async () => {
    await api.ask('PUT', '/_index_template/streams', {
      ...{ index_patterns: ['stream-*'], data_stream: {} },
    })
    expect(await counts(start({ index: 'stream-a' }))).to.include({ acked: EVENTS })
    const { data_streams } = await api.ask('GET', '/_data_stream/stream-a')
    expect(data_streams[0].name).to.equal('stream-a')
    expect(await api.count('stream-a')).to.equal(EVENTS)
  })

  it('have the ids that processors give them', async () => {
    const more = [`processors: [{ fingerprint: { fields: [id], target_field: '@metadata._id' } }]`]
    for (const acked of [EVENTS, EVENTS]) {
      expect(await counts(start({ index: 'ids', more }))).to.include({ acked })
      agent?.remove()
    }
    expect(await api.count('ids')).to.equal(EVENTS)
  })

  it('go through the pipeline that is named, once it exists', async () => {
    const running = start({ index: 'piped', output: ['bulk_max_size: 100', 'pipeline: marking'] })
    await running.hasCounted('retried')
    expect(running.confirmed).to.equal(0)
    await api.ask('PUT', '/_ingest/pipeline/marking', {
      processors: [{ set: { field: 'marked', value: true } }],
    })
    expect(await counts(running)).to.include({ acked: EVENTS, rejected: 0 })
    expect(await api.count('piped', { term: { marked: true } })).to.equal(EVENTS)
  })

  for (const [what, on_failure, found] of [
    ['can not work on', undefined, { reason: 'illegal_argument_exception', status: 400 }],
    [
      'refuses by intent',
      [{ fail: { message: 'none' } }],
      { reason: 'fail_processor_exception', status: 500 },
    ],
  ] as const) {
    it(`that their pipeline ${what} are in the dead letter, with the reason`, async () => {
      const processor = { convert: { field: 'value', type: 'long', on_failure } }
      await api.ask('PUT', '/_ingest/pipeline/strict', { processors: [processor] })
      const running = start({
        ...{ index: `strict-${found.status}`, conflicts: CONFLICTS },
        output: ['bulk_max_size: 100', 'pipeline: strict'],
      })
      const rejected = EVENTS / CONFLICTS
      expect(await counts(running)).to.include({ acked: EVENTS - rejected, rejected })
      const reasons = dead(running).map(({ reason, status }) => ({ reason, status }))
      expect(reasons).to.deep.equal(Array.from({ length: rejected }, () => found))
    })
  }

  it('wait for an alias that leads nowhere', async () => {
    for (const index of ['one', 'two']) {
      await api.ask('PUT', `/aliased-${index}`, { aliases: { aliased: {} } })
    }
    const running = start({ index: 'aliased' })
    await running.hasCounted('retried')
    expect(running.confirmed).to.equal(0)
    const is_write_index = true
    await api.ask('POST', '/_aliases', {
      actions: [{ add: { index: 'aliased-one', alias: 'aliased', is_write_index } }],
    })
    expect(await counts(running)).to.include({ acked: EVENTS, rejected: 0 })
    expect(await api.count('aliased-one')).to.equal(EVENTS)
  })

  it('that do not fit the mapping are in the dead letter, with the reason', async () => {
    await api.ask('PUT', '/mapped', { mappings: { properties: { value: { type: 'long' } } } })
    const running = start({ index: 'mapped', conflicts: CONFLICTS })
    const rejected = EVENTS / CONFLICTS
    expect(await counts(running)).to.include({ acked: EVENTS - rejected, rejected })
    const entries = dead(running)
    expect(entries.map(({ event }) => event.id).sort()).to.deep.equal(
      Array.from({ length: rejected }, (_, n) => `mapped:${n * CONFLICTS + 1}`).sort(),
    )
    for (const { reason, status } of entries) {
      expect({ reason, status }).to.deep.equal({ reason: 'mapper_parsing_exception', status: 400 })
    }
    expect(await api.count('mapped')).to.equal(EVENTS - rejected)
  })

  for (const [what, begin, end] of [
    [
      'blocked for writing',
      ['PUT', '/_settings', WRITES(true)],
      ['PUT', '/_settings', WRITES(null)],
    ],
    [
      'blocked, as the disk is full',
      ['PUT', '/_settings', DELETES(true)],
      ['PUT', '/_settings', DELETES(null)],
    ],
    ['closed', ['POST', '/_close', undefined], ['POST', '/_open', undefined]],
  ] as const) {
    it(`wait while their index is ${what}`, async () => {
      const index = `state-${what.replaceAll(/\W+/g, '-')}`
      await api.ask('PUT', `/${index}`)
      await api.ask(begin[0], `/${index}${begin[1]}`, begin[2])
      const running = start({ index })
      await running.hasCounted('retried')
      await sleep(500)
      expect(running.confirmed).to.equal(0)
      await api.ask(end[0], `/${index}${end[1]}`, end[2])
      expect(await counts(running)).to.include({ acked: EVENTS, rejected: 0 })
      expect(await api.count(index)).to.equal(EVENTS)
    })
  }

  it('wait for an index that is missing where none may be made', async () => {
    const running = start({ index: 'missing-one' })
    await running.hasCounted('retried')
    expect(running.confirmed).to.equal(0)
    await api.ask('PUT', '/missing-one')
    expect(await counts(running)).to.include({ acked: EVENTS, rejected: 0 })
  })

  it('wait while the cluster may have no more shards', async () => {
    const limited = (most: number | null) =>
      api.ask('PUT', '/_cluster/settings', { transient: { 'cluster.max_shards_per_node': most } })
    await limited(1)
    const running = start({ index: 'one-more' })
    await running.hasCounted('retried')
    expect(running.confirmed).to.equal(0)
    await limited(null)
    expect(await counts(running)).to.include({ acked: EVENTS, rejected: 0 })
  })

  it('do not wait for one that has the whole request refused', async () => {
    const metadata = (id: number, field: string, value: string) =>
      `  - add_fields: { target: '@metadata', fields: { ${field}: '${value}' }, when: { equals: { id: 'refused:${id}' } } }`
    const more = [
      'processors:',
      metadata(7, '_id', 'x'.repeat(513)),
      metadata(8, 'raw_index', '<refused-{now/q}>'),
    ]
    const running = start({ index: 'refused', more })
    expect(await counts(running)).to.include({ acked: EVENTS - 2, rejected: 2 })
    const reasons = dead(running).map(({ event, reason }) => [event.id, reason])
    expect(reasons.sort()).to.deep.equal([
      ['refused:7', 'action_request_validation_exception'],
      ['refused:8', 'parse_exception'],
    ])
  })

  for (const compression_level of [0, 1]) {
    it(`are sent by halves where a body is too large, compression ${compression_level}`, async () => {
      const index = `large-${compression_level}`
      const large = [`compression_level: ${compression_level}`]
      const lines = [...large, 'bulk_max_size: 2000']
      const running = start({ index, output: lines })
      expect(await counts(running)).to.include({ acked: EVENTS, rejected: 0 })
      expect(await api.count(index)).to.equal(EVENTS)
    })
  }
})
