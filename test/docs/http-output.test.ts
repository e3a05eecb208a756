import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { promisify } from 'node:util'
import { expect } from 'chai'
import { type Running, Workplace } from '../cli/workplace.ts'
import { writeExamples } from './examples.ts'

/** Publishes so many events at once, waits for them, and ends, which ends the agent. */
const beat = (count: number) => `export default {
  name: 'many',
  schema: {},
  async run({ publish, log }) {
    const events = Array.from({ length: ${count} }, (_, n) => ({ message: \`event \${n}.\` }))
    const receipt = await publish(events)
    log.info({ counts: await receipt.confirmed }, 'Events settled')
  },
}
`

/** One request that has arrived in full. */
interface Posted {
  readonly body: string
  readonly messages: readonly string[]
  readonly response: ServerResponse
}

/** A server that knows its port before it listens. */
class Collector {
  readonly #server = createServer((request, response) => this.#collect(request, response))
  readonly posts: Posted[] = []
  /** Of requests that were confirmed, in order. */
  readonly taken: string[] = []
  answer: (posted: Posted) => void = posted => this.confirm(posted)
  port = 0

  static async reserved(): Promise<Collector> {
    const collector = new Collector()
    await collector.listen()
    await collector.stop()
    return collector
  }

  async listen(): Promise<void> {
    await once(this.#server.listen(this.port, '127.0.0.1'), 'listening')
    this.port = Object(this.#server.address()).port
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections()
    if (this.#server.listening) await promisify(this.#server.close.bind(this.#server))()
  }

  confirm({ messages, response }: Pick<Posted, 'messages' | 'response'>): void {
    this.taken.push(...messages)
    response.end('taken')
  }

  #collect(request: IncomingMessage, response: ServerResponse): void {
    let body = ''
    request.setEncoding('utf8').on('data', data => {
      body += data
    })
    request.on('end', () => {
      const lines = body.trimEnd().split('\n')
      const posted = { body, messages: lines.map(line => JSON.parse(line).message), response }
      this.posts.push(posted)
      this.answer(posted)
    })
  }
}

const all = (count: number) => Array.from({ length: count }, (_, n) => `event ${n}.`)

/** Answers with each of these statuses in turn, then confirms. */
function refusing(collector: Collector, ...answers: readonly (readonly [number, object?])[]): void {
  const left = [...answers]
  collector.answer = posted => {
    const [status, headers = {}] = left.shift() ?? []
    if (status === undefined) collector.confirm(posted)
    else posted.response.writeHead(status, { ...headers }).end('no')
  }
}

describe('the HTTP output of docs/outputs.md, in an agent', function () {
  this.timeout(60_000)
  let place: Workplace
  let server: Collector
  before(() => {
    place = new Workplace()
    writeExamples(place)
  })
  beforeEach(async () => {
    server = await Collector.reserved()
  })
  afterEach(() => server.stop())
  after(() => place.remove())

  function start(count: number, ...lines: readonly string[]): Running {
    const url = `http://127.0.0.1:${server.port}/`
    const output = `{ type: ./http-output.js, url: "${url}", backoff: { init: 10ms, max: 50ms } }`
    // Where the log is not asked to be close, it has a failure that is the same as before once.
    const logging = 'logging.level: debug'
    const beats = 'beats: [{ type: ./many.js }]'
    const text = [beats, `output.main: ${output}`, logging, ...lines].join('\n')
    place.write({ 'many.js': beat(count), 'beat.yml': `${text}\n` })
    return place.start('run')
  }

  /** All events settled, and the agent has ended well; returns the counts. */
  async function settled(agent: Running): Promise<unknown> {
    const { code, log, stderr } = await agent.ended()
    expect(code, stderr).to.equal(0)
    return log.find(({ message }) => message === 'Events settled')?.['counts']
  }

  const CONFIRMED = { filtered: 0, unencodable: 0, rejected: 0 }

  it('delivers its events once the server is there, and again after it was away for a while', async () => {
    const agent = start(10)
    await agent.logged('Output failed')
    // It takes the request, and is gone before it has answered.
    server.answer = () => void server.stop()
    await server.listen()
    const failures = (await agent.logged('Output failed', 3)) && server.posts.length
    expect(failures, 'it was there').to.equal(1)
    await agent.logged('Output failed', 6)
    server.answer = posted => server.confirm(posted)
    await server.listen()
    expect(await settled(agent)).to.deep.equal({ ...CONFIRMED, confirmed: 10 })
    expect(server.taken).to.deep.equal(all(10))
  })

  for (const status of [302, 401, 403, 404, 429, 500, 503]) {
    it(`tries again after ${status}, and the log says so`, async () => {
      refusing(server, [status], [status])
      await server.listen()
      const agent = start(3)
      const said = (count: number) => agent.logged('The server takes no events', count)
      expect(await said(1)).to.include({ status, 'log.level': 'error' })
      expect(await said(2), 'the same once more').to.include({ status, 'log.level': 'debug' })
      expect(await settled(agent)).to.deep.equal({ ...CONFIRMED, confirmed: 3 })
      expect(server.taken).to.deep.equal(all(3))
    })
  }

  it('waits for as long as the server asks it to, if it can be understood', async () => {
    const date = new Date(Date.now() + 5000).toUTCString()
    refusing(server, ...['soon', '1', date].map(after => [503, { 'retry-after': after }] as const))
    await server.listen()
    const agent = start(1)
    const paused = async (count: number) =>
      Number((await agent.logged('The server takes no events', count))['retry_in_ms'])
    expect(await paused(1)).to.be.below(100)
    expect(await paused(2)).to.equal(1000)
    expect(await paused(3)).to.be.within(500, 4000)
    expect(await settled(agent)).to.deep.equal({ ...CONFIRMED, confirmed: 1 })
  })

  it('drops only the events that the server refuses', async () => {
    server.answer = posted => {
      const isRefused = posted.messages.some(message => /^event (3|17)\.$/.test(message))
      if (isRefused) posted.response.writeHead(400).end('bad')
      else server.confirm(posted)
    }
    await server.listen()
    const counts = await settled(start(20))
    expect(counts).to.deep.equal({ ...CONFIRMED, confirmed: 18, rejected: 2 })
    const expected = all(20).filter(message => !['event 3.', 'event 17.'].includes(message))
    expect([...server.taken].sort()).to.deep.equal([...expected].sort())
  })

  it('halves batches until they are small enough, down to single events', async () => {
    server.answer = posted => {
      if (posted.messages.length > 1) posted.response.writeHead(413).end('too large')
      else server.confirm(posted)
    }
    await server.listen()
    expect(await settled(start(20))).to.deep.equal({ ...CONFIRMED, confirmed: 20 })
    expect([...server.taken].sort()).to.deep.equal([...all(20)].sort())
  })

  it('drops an event that is too large by itself', async () => {
    refusing(server, [413])
    await server.listen()
    const counts = await settled(start(1))
    expect(counts).to.deep.equal({ ...CONFIRMED, confirmed: 0, rejected: 1 })
  })

  describe('with a server that never answers', () => {
    /** Resolves with the request, which is left without an answer. */
    function hung(): Promise<Posted> {
      return new Promise(resolve => {
        server.answer = resolve
      })
    }

    it('ends within shutdown_timeout', async () => {
      const posted = hung()
      await server.listen()
      const agent = start(3, 'shutdown_timeout: 500ms')
      await posted
      const startMs = performance.now()
      agent.child.kill('SIGTERM')
      const { code, log } = await agent.ended()
      expect(performance.now() - startMs).to.be.within(400, 3000)
      expect(code).to.equal(0)
      const lost = log.find(({ message }) => message.startsWith('Events lost: '))
      expect(lost).to.include({ lost: 3, 'log.level': 'warn' })
    })

    it('ends before that if the answer comes after all', async () => {
      const posted = hung()
      await server.listen()
      const agent = start(3, 'shutdown_timeout: 30s')
      const late = await posted
      agent.child.kill('SIGTERM')
      await agent.logged('Stopping')
      server.confirm(late)
      const { code, log } = await agent.ended()
      expect(code).to.equal(0)
      const stopped = log.find(({ message }) => message === 'Stopped')
      expect(stopped?.['events']).to.include({ acked: 3 })
    })

    it('sends the events again after `timeout`, and ignores an answer that comes later', async () => {
      const posted = hung()
      await server.listen()
      const agent = start(3, 'output.main.timeout: 1s')
      const late = await posted
      server.answer = again => {
        server.answer = posted => server.confirm(posted)
        // The answer that is late comes first, and must not count.
        late.response.writeHead(400).end('late')
        setTimeout(() => server.confirm(again), 100)
      }
      expect(await settled(agent)).to.deep.equal({ ...CONFIRMED, confirmed: 3 })
      expect(server.taken).to.deep.equal(all(3))
      expect(server.posts).to.have.length(2)
    })
  })

  it('sends events again if an answer does not go on after it has begun', async () => {
    server.answer = ({ response }) => {
      server.answer = posted => server.confirm(posted)
      response.writeHead(200, { 'content-length': 100 }).write('half')
    }
    await server.listen()
    const agent = start(3, 'output.main.timeout: 200ms')
    expect(await settled(agent)).to.deep.equal({ ...CONFIRMED, confirmed: 3 })
    expect(server.posts).to.have.length(2)
  })

  it('sends events again if the answer is cut off', async () => {
    server.answer = ({ response }) => {
      server.answer = posted => server.confirm(posted)
      response.writeHead(200, { 'content-length': 100 }).write('half')
      setTimeout(() => response.destroy(), 50)
    }
    await server.listen()
    expect(await settled(start(3))).to.deep.equal({ ...CONFIRMED, confirmed: 3 })
    expect(server.posts).to.have.length(2)
  })
})
