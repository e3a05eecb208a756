import { expect } from 'chai'
import type { SetupItem } from '../../../lib/output.ts'
import output from '../../../lib/outputs/elasticsearch/elasticsearch.ts'
import type { ElasticsearchSettings } from '../../../lib/outputs/elasticsearch/settings.ts'
import { memoryLog, NEVER } from '../../pipeline/fixtures.ts'
import { settingsOf } from '../batch.ts'
import { WebServer } from '../http/servers.ts'

type Written = { readonly [key in keyof ElasticsearchSettings]?: unknown }

const PATHS = { home: '/', config: '/', data: '/', logs: '/' }
const FIELDS = {
  'a.b': 'keyword',
  'a.c.d': 'float',
  at: 'date',
  from: 'ip',
  'other.*': 'keyword',
} as const

function itemsOf(written: Written = {}, asStream = true): readonly SetupItem[] {
  const settings = settingsOf(output, { hosts: ['a'], ...written })
  return output.setupItems?.(settings, { fields: FIELDS, asStream }) ?? []
}

describe('output.elasticsearch: the template of its indices', () => {
  it('is for every index that the settings name, with fields as anything', () => {
    const [item] = itemsOf({
      index: 'Logs-%{[a]:b}%{[c]}-%{+yyyy.MM}',
      indices: [
        { index: 'errors-%{+yyyy}', when: { equals: { a: 'b' } } },
        { index: '%{[a]}', mappings: { x: 'xs-%{[b]}' }, default: 'rest' },
      ],
    })
    expect(item?.request).to.equal('PUT /_index_template/logs')
    expect(item?.body['index_patterns']).to.deep.equal(['logs-*-*', 'errors-*', 'xs-*', 'rest'])
    expect(item?.body).to.have.property('data_stream')
    expect(itemsOf({ index: 'web' }, false)[0]?.body).not.to.have.property('data_stream')
  })

  it('can not be for all indices', () => {
    expect(() => itemsOf({ index: '%{[a]}-b' })).to.throw(/the index "%{\[a\]}-b" begins with/)
  })

  it('has the types of the fields', () => {
    const { mappings } = Object(itemsOf()[0]?.body['template'])
    const keyword = { type: 'keyword', ignore_above: 1024 }
    expect(mappings.properties).to.deep.equal({
      a: { properties: { b: keyword, c: { properties: { d: { type: 'float' } } } } },
      at: { type: 'date' },
      from: { type: 'ip' },
    })
    expect(mappings.date_detection).to.equal(false)
    expect(mappings.dynamic_templates).to.deep.equal([
      { 'other.*': { path_match: 'other.*', match_mapping_type: '*', mapping: keyword } },
      { text: { match_mapping_type: 'string', mapping: keyword } },
    ])
  })

  describe('is made', () => {
    let web: WebServer
    beforeEach(async () => {
      web = new WebServer()
      await web.listen()
    })
    afterEach(() => web.close())

    async function setUp(hosts: readonly string[] = [`127.0.0.1:${web.port}`]) {
      const context = {
        settings: settingsOf(output, { hosts }),
        log: memoryLog().log,
        paths: PATHS,
      }
      const steps = []
      for await (const step of output.setUp?.(context, itemsOf(), NEVER) ?? []) steps.push(step)
      return steps
    }

    /** Answers a GET with this template, and takes whatever is PUT. */
    function has(template: object | undefined): void {
      web.answer = (response, { method }) => {
        if (method !== 'GET') response.end('{"acknowledged":true}')
        else if (template === undefined) response.writeHead(404).end('{}')
        else response.end(JSON.stringify({ index_templates: [{ index_template: template }] }))
      }
    }

    const methods = () => web.seen.map(({ method }) => method)

    it('where there is none, or an older one of ours', async () => {
      for (const [before, word] of [
        [undefined, 'made'],
        [{ _meta: { managed_by: 'sealbeat', digest: 'x' } }, 'changed'],
      ] as const) {
        has(before)
        const [step, ...others] = await setUp()
        expect(step).to.deep.equal({
          peer: `http://127.0.0.1:${web.port}`,
          step: 'PUT /_index_template/sealbeat',
          found: `${word}: for indices that are made from now on`,
        })
        expect(others).to.deep.equal([])
      }
      expect(methods()).to.deep.equal(['GET', 'PUT', 'GET', 'PUT'])
      expect(JSON.parse(String(web.seen[1]?.body))).to.deep.equal(itemsOf()[0]?.body)
      expect(web.seen[1]?.headers['content-type']).to.equal('application/json')
    })

    it('not where it is there already, or where somebody else has made one', async () => {
      has({ _meta: itemsOf()[0]?.body['_meta'] })
      expect((await setUp())[0]).to.include({ found: 'is there already' })
      for (const meta of [{}, { _meta: { managed_by: 'me' } }]) {
        has(meta)
        expect((await setUp())[0]?.found).to.include('that sealbeat has not made')
        expect((await setUp())[0]).to.have.property('hint')
      }
      expect(new Set(methods())).to.deep.equal(new Set(['GET']))
    })

    it('not where it is refused, which is said', async () => {
      web.answer = response => response.writeHead(403).end('{"error":"no\u0007"}')
      expect((await setUp())[0]).to.deep.include({
        found: 'HTTP 403: {"error":"no "}',
        hint: 'this takes the cluster privilege manage_index_templates, which sending events does not',
      })
    })

    it('at the next host where one can not be asked, which is said', async () => {
      has(undefined)
      const gone = new WebServer()
      const port = await gone.listen()
      await gone.close()
      const steps = await setUp([`127.0.0.1:${port}`, `127.0.0.1:${web.port}`])
      expect(steps.map(({ found }) => found)).to.deep.equal([
        `nothing listens on port ${port} (ECONNREFUSED)`,
        'made: for indices that are made from now on',
      ])
    })
  })
})
