import { expect } from 'chai'
import output from '../../../lib/outputs/elasticsearch/elasticsearch.ts'
import { rejection } from '../../pipeline/fixtures.ts'
import { WebServer } from '../http/servers.ts'
import { Opening, write } from '../opening.ts'

const ROUTE = { route: '{"_index":"logs"}' }
const meta = [ROUTE, ROUTE, ROUTE]

describe('output.elasticsearch: its answers', () => {
  let web: WebServer
  const opening = new Opening(output)
  const answers = (...items: readonly object[]) => {
    web.answer = response => response.end(JSON.stringify({ errors: true, items }))
  }

  beforeEach(async () => {
    web = new WebServer()
    await web.listen()
  })

  afterEach(async () => {
    await opening.close()
    await web.close()
  })

  const open = () => opening.open({ hosts: [`127.0.0.1:${web.port}`] })

  for (const [what, text] of [
    ['no JSON', '<html>'],
    ['fewer items', '{"items":[]}'],
    ['an item without a status', '{"items":[{"create":{}}]}'],
    ['null', 'null'],
    ['an item that is not there yet', '{"items":[{"create":{"status":102}}]}'],
    ['an item of no status that there is', '{"items":[{"create":{"status":0}}]}'],
    ['full of what takes memory', `{"items":[${'{},'.repeat(200)}{}]}`],
    ['of brackets', '['.repeat(200)],
    ['too long', `{"items":[{"create":{"status":201}}]${' '.repeat(70_000)}}`],
  ] as const) {
    it(`rejects where the answer is ${what}, and names the server, not the answer`, async () => {
      web.answer = response => response.end(text)
      const words = String(await rejection(write(await open(), ['{}'], { meta })))
      expect(words).to.match(/^ConnectionError: http:\/\/127\.0\.0\.1:\d+: [\w ,:]+$/)
      expect(words).not.to.include('html')
    })
  }

  it('takes an answer that repeats an event, however long that is', async () => {
    const value = 'x'.repeat(200_000)
    const type = 'mapper_parsing_exception'
    const reason = `Preview of field's value: '${value}'`
    answers({ create: { status: 400, error: { type, reason } } })
    expect(await write(await open(), [`{"n":"${value}"}`], { meta })).to.deep.equal({
      retry: [],
      reject: [{ index: 0, status: 400, reason: type }],
    })
  })

  it('takes an answer that says more than was asked for', async () => {
    const reason = '"[{,'.repeat(1_000)
    const shards = { total: 2, successful: 1, failed: 0 }
    const own = { _index: 'logs', _id: 'a', _version: 1, _shards: shards, status: 201 }
    answers({ create: own }, { create: { ...own, status: 400, error: { type: 'a', reason } } })
    const reject = [{ index: 1, status: 400, reason: 'a' }]
    expect(await write(await open(), ['{}', '{}'], { meta })).to.deep.equal({ retry: [], reject })
  })

  it('finds the event that has a whole request refused', async () => {
    const to = await open()
    const refuse = (type: string) => {
      const cause = { type, reason: 'x'.repeat(100_000) }
      web.answer = response => {
        const body = { error: { root_cause: [cause], ...cause }, status: 400 }
        response.writeHead(400).end(JSON.stringify(body))
      }
    }
    for (const reason of ['action_request_validation_exception', 'parse_exception']) {
      refuse(reason)
      const halved = { retry: [], reject: [], tooLarge: true }
      expect(await write(to, ['{}', '{}'], { meta })).to.deep.equal(halved)
      const reject = [
        { index: 0, reason: 'no rule gives it an index' },
        { index: 1, status: 400, reason },
      ]
      expect(await write(to, ['{}', '{}'], { meta: [{}, ROUTE] })).to.deep.equal({
        retry: [],
        reject,
      })
    }
    refuse('illegal_argument_exception')
    expect(await write(to, ['{}'], { meta })).to.include({ cause: 'throttled' })
  })

  it('are told of where events wait, each kind once, without what they say of an event', async () => {
    const later = (status: number, type: string) => ({
      create: { status, error: { type, reason: 'of "secret"' } },
    })
    answers(
      later(404, 'index_not_found_exception'),
      later(403, 'value "secret"'),
      later(404, 'index_not_found_exception'),
    )
    const to = await open()
    for (let time = 0; time < 2; time++) {
      expect(await write(to, ['{}', '{}', '{}'], { meta })).to.include.keys('retry')
    }
    const news = opening.logged.filter(({ level }) => level === 50)
    const host = `http://127.0.0.1:${web.port}`
    expect(news.map(({ msg, events }) => [msg, events])).to.deep.equal([
      [`${host} takes some events not yet: index_not_found_exception (HTTP 404)`, 2],
      [`${host} takes some events not yet: refused (HTTP 403)`, 1],
    ])
    expect(news.map(({ hint }) => hint)).to.deep.equal([
      'make the index, or let the server make it (action.auto_create_index)',
      'check what it may do with this index',
    ])
    expect(JSON.stringify(opening.logged)).not.to.include('secret')
  })

  it('hold up others by 429 only where a tenth of the events or more was not taken', async () => {
    const busy = { create: { status: 429, error: { type: 'es_rejected_execution_exception' } } }
    const to = await open()
    answers(busy, busy)
    const all = { retry: [0, 1], reject: [], cause: 'throttled' }
    expect(await write(to, ['{}', '{}'], { meta })).to.deep.equal(all)
    const taken = { create: { status: 201 } }
    const metaOf = (count: number) => ({ meta: Array(count).fill(ROUTE) })
    answers(busy, ...Array(9).fill(taken))
    expect(await write(to, Array(10).fill('{}'), metaOf(10))).to.deep.equal({ ...all, retry: [0] })
    answers(busy, ...Array(10).fill(taken))
    const few = { retry: [0], reject: [] }
    expect(await write(to, Array(11).fill('{}'), metaOf(11))).to.deep.equal(few)
  })
})
