import { setTimeout as sleep } from 'node:timers/promises'
import { expect } from 'chai'
import { openSearch } from '../../../tools/integration/opensearch/opensearch.ts'
import { type Result, Workplace } from '../../cli/workplace.ts'
import { startedServer } from '../started.ts'
import { SearchApi } from './api.ts'

describe('sealbeat setup and OpenSearch', function () {
  this.timeout(120_000)
  const server = startedServer(openSearch)
  let api: SearchApi
  let place: Workplace
  before(() => {
    api = new SearchApi(server().port)
    place = new Workplace({ 'beat.yml': configuration('web-%{[agent.version]}') })
  })
  after(() => place?.remove())

  const configuration = (index: string) => `beats:
- { type: host, period: 100ms }
fields: { source: { ip: 10.1.2.3 } }
fields_under_root: true
seccomp.required: true
output.elasticsearch:
  hosts: ['127.0.0.1:${server().port}']
  index: ${index}
`

  function run(...args: readonly string[]): Promise<Result> {
    return place.run(...args, '--strict.perms=false')
  }

  it('prints what it would make, and makes nothing', async () => {
    const { code, stdout, stderr } = await run('setup', '--print')
    expect(code, stderr).to.equal(0)
    const [{ request, body }] = JSON.parse(stdout)
    expect(request).to.equal('PUT /_index_template/web')
    expect(body).to.deep.include({ index_patterns: ['web-*'], data_stream: {}, priority: 150 })
    expect((await api.ask('GET', '/_index_template')).index_templates).to.deep.equal([])
  })

  it('makes it once', async () => {
    for (const found of [/made: for indices/, /is there already/]) {
      const { code, stdout, stderr } = await run('setup')
      expect(code, stderr).to.equal(0)
      expect(stdout).to.match(found)
    }
    place.write({ 'beat.yml': configuration('web-%{[agent.version]}-%{+yyyy}') })
    expect((await run('setup')).stdout).to.match(/changed: for indices/)
    place.write({ 'beat.yml': configuration('web-%{[agent.version]}') })
    expect((await run('setup')).stdout).to.match(/changed: for indices/)
  })

  it('leaves alone what somebody else has made', async () => {
    await api.ask('PUT', '/_index_template/other', { index_patterns: ['other-*'] })
    const { code, stdout } = await run('setup', '-E', 'output.elasticsearch.index=other-%{+yyyy}')
    expect(code).to.equal(1)
    expect(stdout).to.include('sealbeat has not made').and.include('remove it')
    const { index_templates } = await api.ask('GET', '/_index_template/other')
    expect(index_templates[0].index_template.data_stream).to.equal(undefined)
  })

  describe('then an agent with the host beat', () => {
    let index = ''
    before(async () => {
      const agent = place.start('run', '--strict.perms=false')
      for (let count = 0; count < 200; await sleep(100)) {
        count = await api.count('web-*').catch(() => 0)
      }
      agent.child.kill('SIGTERM')
      const { code, stderr } = await agent.ended()
      expect(code, stderr.slice(-2000)).to.equal(0)
      const { data_streams } = await api.ask('GET', '/_data_stream')
      index = data_streams[0].name
      await api.ask('POST', `/${index}/_refresh`)
    })

    async function search(body: object) {
      return api.ask('POST', `/${index}/_search`, { size: 0, track_total_hits: true, ...body })
    }

    it('has a data stream', () => {
      expect(index).to.match(/^web-\d+\.\d+\.\d+/)
    })

    it('has times that are times', async () => {
      const aggs = { by: { date_histogram: { field: '@timestamp', fixed_interval: '1s' } } }
      const query = { range: { '@timestamp': { gte: 'now-1h' } } }
      const { hits, aggregations } = await search({ query, aggs })
      expect(hits.total.value).to.equal(await api.count(index))
      expect(aggregations.by.buckets.length).to.be.above(0)
    })

    it('has names that can be grouped by', async () => {
      const { aggregations } = await search({ aggs: { by: { terms: { field: 'event.dataset' } } } })
      const keys = aggregations.by.buckets.map(({ key }: { key: string }) => key)
      expect(keys).to.include.members(['host.cpu', 'host.memory', 'host.load'])
    })

    it('has numbers with ranges, and ratios that are no whole numbers', async () => {
      const { hits } = await search({
        query: { range: { 'system.memory.total': { gt: 2 ** 20 } } },
      })
      expect(hits.total.value).to.be.above(0)
      const { aggregations } = await search({
        aggs: { used: { avg: { field: 'system.memory.used.pct' } } },
      })
      expect(aggregations.used.value).to.be.within(0.001, 0.999)
    })

    it('has addresses that are in a network or not', async () => {
      const inside = (network: string) => search({ query: { term: { 'source.ip': network } } })
      expect((await inside('10.0.0.0/8')).hits.total.value).to.equal(await api.count(index))
      expect((await inside('192.168.0.0/16')).hits.total.value).to.equal(0)
    })

    it('has no field of a beat that the server had to guess', async () => {
      const { data_streams } = await api.ask('GET', `/_data_stream/${index}`)
      const backing = data_streams[0].indices[0].index_name
      const answer = await api.ask('GET', `/${backing}/_mapping`)
      const { request, body } = JSON.parse((await run('setup', '--print')).stdout)[0]
      expect(request).to.equal('PUT /_index_template/web')
      const mapped = answer[backing].mappings.properties
      const { properties } = body.template.mappings
      for (const name of ['system', 'metricset', 'host']) {
        expect(mapped[name]).to.deep.equal(properties[name])
      }
    })
  })
})
