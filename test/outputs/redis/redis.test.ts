import { expect } from 'chai'
import type { EventMeta } from '../../../lib/event.ts'
import type { Output, WriteResult } from '../../../lib/output.ts'
import output from '../../../lib/outputs/redis/redis.ts'
import type { RedisSettings } from '../../../lib/outputs/redis/redis-settings.ts'
import { checkOutput } from '../../../lib/testing/index.ts'
import { memoryLog, NEVER, pipelineTo, rejection, SOURCE } from '../../pipeline/fixtures.ts'
import { batchOf, settingsOf as parsed } from '../batch.ts'
import { RedisServer } from './redis-server.ts'

type Written = { readonly [key in keyof RedisSettings]?: unknown }

const settingsOf = (written: Written): RedisSettings => parsed(output, written)

const PATHS = { home: '/', config: '/', data: '/', logs: '/' }

describe('output.redis', () => {
  let server: RedisServer
  const opened: Output[] = []
  const others: RedisServer[] = []
  const { log, lines: logged } = memoryLog()
  const messages = () => logged.map(({ msg }) => msg)
  const named = (name: string) => server.called.filter(each => each.name === name)

  beforeEach(async () => {
    server = new RedisServer()
    await server.listen()
  })

  afterEach(async () => {
    for (const each of opened.splice(0)) await each.close()
    for (const each of [server, ...others.splice(0)]) await each.close()
    logged.length = 0
  })

  async function another(): Promise<RedisServer> {
    const other = new RedisServer()
    await other.listen()
    others.push(other)
    return other
  }

  async function open(written: Written = {}): Promise<Output> {
    const settings = settingsOf({ hosts: [`127.0.0.1:${server.port}`], ...written })
    const made = await output.open({ settings, log, paths: PATHS })
    opened.push(made)
    return made
  }

  function write(
    to: Output,
    lines: readonly string[],
    meta: readonly (EventMeta | undefined)[] = [],
    signal = AbortSignal.timeout(5_000),
  ): Promise<WriteResult> {
    return to.write(batchOf(lines, meta), { signal, progress: () => undefined })
  }

  const to = (...keys: readonly (string | undefined)[]) =>
    keys.map(key => (key === undefined ? undefined : { route: key }))

  it('adds a batch to the end of a list by one command', async () => {
    const made = await open()
    expect(await write(made, ['{"n":1}', '{"n":"ü"}'])).to.deep.equal({ retry: [], reject: [] })
    expect(await write(made, ['{"n":3}'])).to.deep.equal({ retry: [], reject: [] })
    expect(server.list('sealbeat')).to.deep.equal(['{"n":1}', '{"n":"ü"}', '{"n":3}'])
    expect(server.called.map(({ name }) => name)).to.deep.equal(['rpush', 'rpush'])
    expect(new Set(server.called.map(({ from }) => from)).size).to.equal(1)
  })

  it('takes the bytes as they are, whatever chunks they come in', async () => {
    const bytes = Buffer.concat([Buffer.from([0xff, 0x0a]), Buffer.from('{"a":1}\n{"b":2}\n')])
    const chunks = [bytes.subarray(0, 10), bytes.subarray(10)]
    const batch = { ...batchOf(['', '', '']), chunks, ends: [2, 10, 18] }
    const call = { signal: AbortSignal.timeout(5_000), progress: () => undefined }
    expect(await (await open()).write(batch, call)).to.deep.equal({ retry: [], reject: [] })
    const [called] = server.called
    expect(called?.args.slice(1).map(each => each.toString('latin1'))).to.deep.equal([
      ...['\xff', '{"a":1}', '{"b":2}'],
    ])
  })

  it('has one command for each list, whose events keep their order', async () => {
    const made = await open({ key: '%{[a]}' })
    const meta = to('x', 'y', undefined, 'x', 'y')
    expect(await write(made, ['1', '2', '3', '4', '5'], meta)).to.deep.equal({
      retry: [],
      reject: [{ index: 2, reason: 'no rule gives it a key' }],
    })
    expect(server.list('x')).to.deep.equal(['1', '4'])
    expect(server.list('y')).to.deep.equal(['2', '5'])
    expect(server.called).to.have.length(2)
    const none = { retry: [], reject: [{ index: 0, reason: 'no rule gives it a key' }] }
    expect(await write(made, ['1'])).to.deep.equal(none)
    expect(server.called).to.have.length(2)
  })

  it('publishes each event, and says when nobody listens', async () => {
    const made = await open({ datatype: 'channel', key: 'news' })
    server.subscribers.set('news', 1)
    expect(await write(made, ['1', '2'])).to.deep.equal({ retry: [], reject: [] })
    expect(server.messages.get('news')?.map(String)).to.deep.equal(['1', '2'])
    expect(messages()).to.deep.equal([])
    server.subscribers.clear()
    await write(made, ['3', '4'])
    await write(made, ['5'])
    expect(messages().join()).to.match(/: nobody has subscribed to it: events are lost$/)
    server.subscribers.set('news', 2)
    await write(made, ['6'])
    expect(logged).to.have.length(1)
    server.subscribers.clear()
    await write(made, ['7'])
    expect(logged).to.have.length(2)
  })

  it('routes events by their fields', async () => {
    const written = {
      hosts: [`127.0.0.1:${server.port}`],
      key: 'Logs-%{[event.module]}-%{+yyyy}',
      keys: [{ key: 'errors', when: { equals: { 'log.level': 'error' } } }],
    }
    const settings = settingsOf(written)
    const made = await open(written)
    const pipeline = pipelineTo(made, { route: output.route?.(settings) })
    const publish = pipeline.publisher(SOURCE, NEVER)
    const at = '2026-01-02T00:00:00Z'
    const events = [{ '@timestamp': at }, { '@timestamp': at, log: { level: 'error' } }]
    await (await publish(events)).confirmed
    expect([...server.lists.keys()].sort()).to.deep.equal(['0:Logs-host-2026', '0:errors'])
    await pipeline.close(NEVER)
    expect(output.route?.(settingsOf({ hosts: ['a'] }))(() => 'x')).to.equal(undefined)
  })

  it('says who it is, and chooses its database', async () => {
    server.password = 'p'
    server.passwords.set('me', 'q')
    const at = (userInfo: string) => ({ hosts: [`redis://${userInfo}127.0.0.1:${server.port}`] })
    await write(await open({ password: 'p', db: 3 }), ['1'])
    await write(await open({ username: 'me', password: 'q' }), ['2'])
    await write(await open(at('me:q@')), ['3'])
    await write(await open(at(':p@')), ['4'])
    expect(server.list('sealbeat', 3)).to.deep.equal(['1'])
    expect(server.list('sealbeat')).to.deep.equal(['2', '3', '4'])
    const said = named('auth').map(({ args }) => args.map(String))
    expect(said).to.deep.equal([['p'], ['me', 'q'], ['me', 'q'], ['p']])
  })

  const all = { retry: [0, 1], reject: [], cause: 'throttled' }
  for (const [reply, words] of [
    ['OOM command not allowed', 'its memory is used up (maxmemory) (OOM)'],
    ['LOADING Redis is loading the dataset in memory', 'it is still loading its data (LOADING)'],
    ["READONLY You can't write", 'it is a replica, which only its master writes to (READONLY)'],
    ['MASTERDOWN Link with MASTER is down', 'it is a replica, and its master is away (MASTERDOWN)'],
    ['NOAUTH Authentication required.', 'it wants a password (NOAUTH)'],
    ['CLUSTERDOWN Hash slot not served', 'its cluster is down (CLUSTERDOWN)'],
    ['BUSY Redis is busy running a script', 'it is busy with a script (BUSY)'],
    ['ERR max number of clients reached', 'it has too many clients (maxclients)'],
    ["ERR unknown command 'rpush', with args beginning with: 'secret'", 'it does not know the command'],
    ['secret', 'it refuses that (ERR)'],
  ] as const) {
    it(`pauses after -${reply.slice(0, 20)}…, and tries all again`, async () => {
      server.instead = () => `-${reply}\r\n`
      expect(await write(await open(), ['1', '2'])).to.deep.equal(all)
      expect(messages()).to.deep.equal([
        `redis://127.0.0.1:${server.port} takes no events: ${words}`,
      ])
      expect(JSON.stringify(logged)).not.to.include('secret')
    })
  }

  it('has events of a key that is no list wait alone, and says it once', async () => {
    server.texts.set('0:bad', 'text')
    const made = await open({ key: '%{[a]}' })
    for (let time = 0; time < 2; time++) {
      const result = await write(made, ['1', '2', '3'], to('good', 'bad', 'good'))
      expect(result).to.deep.equal({ retry: [1], reject: [] })
    }
    expect(logged).to.have.length(1)
    expect(logged[0]).to.deep.include({ key: 'bad' })
    server.texts.clear()
    expect(await write(made, ['2'], to('bad'))).to.deep.equal({ retry: [], reject: [] })
    server.texts.set('0:bad', 'text')
    server.lists.clear()
    await write(made, ['2'], to('bad'))
    expect(logged).to.have.length(2)
  })

  it('pauses where all events go to a key that is no list', async () => {
    server.texts.set('0:sealbeat', 'text')
    expect(await write(await open(), ['1', '2'])).to.deep.equal(all)
  })

  it('tries again only what failed of several commands', async () => {
    let left = 1
    server.instead = () => (left-- > 0 ? undefined : '-OOM no\r\n')
    const result = await write(await open({ key: '%{[a]}' }), ['1', '2', '3'], to('x', 'y', 'x'))
    expect(result).to.deep.equal({ retry: [1], reject: [], cause: 'throttled' })
  })

  it('knows what was confirmed before the connection was lost', async () => {
    server.instead = ({ args }) => {
      if (String(args[0]) === 'x') return undefined
      for (const each of server.sockets) each.end()
      return ''
    }
    const result = await write(await open({ key: '%{[a]}' }), ['1', '2', '3'], to('x', 'y', 'z'))
    expect(result).to.deep.equal({ retry: [1, 2], reject: [], cause: 'lost' })
  })

  it('has a batch halved whose events are too large', async () => {
    server.instead = () => '-ERR Protocol error: invalid bulk length\r\n'
    expect(await write(await open(), ['1', '2'])).to.deep.equal({
      ...{ retry: [], reject: [], tooLarge: true },
    })
  })

  for (const [what, reply] of [
    ['no Redis', 'HTTP/1.1 400 Bad Request\r\n\r\n'],
    ['no number', '+OK\r\n'],
    ['no integer', ':x\r\n'],
    ['fewer than there are', ':1\r\n'],
    ['null', '$-1\r\n'],
    ['a list', '*1\r\n:2\r\n'],
    ['endless', `+${'x'.repeat(100_000)}`],
    ['an endless error', `-${'x'.repeat(100_000)}`],
  ] as const) {
    it(`rejects where the answer is ${what}, and works again afterwards`, async () => {
      const made = await open()
      server.instead = () => reply
      const error = await rejection(write(made, ['1', '2']))
      expect(error).to.be.instanceOf(Error)
      expect(JSON.stringify({ ...Object(error) })).not.to.include('args')
      server.instead = () => undefined
      expect(await write(made, ['1', '2'])).to.deep.equal({ retry: [], reject: [] })
    })
  }

  it('takes no reply that nobody has asked for as one to the next command', async () => {
    const made = await open()
    server.instead = () => ':2\r\n:2\r\n'
    await write(made, ['1', '2']).catch(() => undefined)
    server.instead = () => '-OOM no\r\n'
    expect(await write(made, ['1', '2'])).to.deep.equal(all)
  })

  it('says why a server ends the connection before it is asked', async () => {
    server.greeting = '-ERR max number of clients reached\r\n'
    const outcome = await write(await open(), ['1']).then(
      result => JSON.stringify(result) + messages(),
      String,
    )
    expect(outcome).to.include('too many clients')
  })

  it('settles no event by an answer that cuts off, wherever that is', async () => {
    const reply = ':12\r\n'
    for (let size = 0; size < reply.length; size++) {
      const made = await open()
      server.instead = () => {
        setImmediate(() => {
          for (const each of server.sockets) each.end()
        })
        return reply.slice(0, size)
      }
      const result = await write(made, ['1', '2']).catch(error => error)
      expect(result, `cut after ${size} bytes`).to.be.instanceOf(Error)
    }
  })

  it('ends a write with its signal, and never hears its answer', async () => {
    const made = await open()
    let answer = () => {}
    server.instead = () => {
      const [socket] = server.sockets
      answer = () => void socket?.write(':9\r\n')
      return ''
    }
    const aborting = new AbortController()
    const writing = rejection(write(made, ['1'], [], aborting.signal))
    while (server.called.length === 0) await new Promise(resolve => setTimeout(resolve, 5))
    aborting.abort(new Error('too late'))
    expect(await writing).to.be.instanceOf(Error)
    server.instead = () => '-OOM no\r\n'
    answer()
    expect(await write(made, ['1'])).to.deep.include({ retry: [0] })
  })

  it('has a connection for each write at once', async () => {
    const made = await open()
    const results = await Promise.all(['1', '2', '3'].map(line => write(made, [line])))
    expect(results).to.deep.equal(results.map(() => ({ retry: [], reject: [] })))
    expect(new Set(server.called.map(({ from }) => from)).size).to.equal(3)
    await write(made, ['4'])
    expect(new Set(server.called.map(({ from }) => from)).size).to.equal(3)
  })

  it('goes on with another server when one is away or only a replica', async () => {
    const [replica, gone] = [await another(), await another()]
    replica.isReplica = true
    const hosts = [gone, replica, server].map(({ port }) => `127.0.0.1:${port}`)
    others.pop()
    await gone.close()
    const made = await open({ hosts, loadbalance: false })
    expect(await write(made, ['1'])).to.deep.equal({ retry: [], reject: [] })
    expect(server.list('sealbeat')).to.deep.equal(['1'])
    expect(output.peers?.(settingsOf({ hosts }))).to.equal(3)
    expect(output.peers?.(settingsOf({ hosts, loadbalance: false }))).to.equal(1)
  })

  it('does not write to another database than the one that is meant', async () => {
    const error = await rejection(write(await open({ db: 99 }), ['1']))
    expect(String(error)).to.include('SELECT: it has no database of this number')
    expect(named('rpush')).to.deep.equal([])
  })

  it('says what it connects to and reads, and what is safe', () => {
    const ssl = { certificate_authorities: ['/srv/ca.pem'] }
    const hosts = ['a.test', 'rediss://b.test:7000']
    expect(output.privileges?.(settingsOf({ hosts, ssl }))).to.deep.equal([
      { connects: 6379, why: 'sends events to redis://a.test:6379' },
      { connects: 7000, why: 'sends events to rediss://b.test:7000' },
      { reads: '/srv', why: 'certificates of ssl' },
    ])
    expect(output.guarantee?.(settingsOf({ hosts }))).to.match(/appendfsync/)
    expect(output.guarantee?.(settingsOf({ hosts, datatype: 'channel' }))).to.match(/it is lost/)
  })

  it('refuses what contradicts itself', () => {
    const problems = (written: Written) =>
      output
        .check?.(settingsOf({ hosts: ['a'], ...written }))
        .map(({ path, message }) => `${path.join('.')} ${message}`)
        .join()
    expect(problems({})).to.equal('')
    expect(problems({ hosts: [] })).to.equal('hosts must name a server')
    expect(problems({ ssl: { enabled: true } })).to.equal('')
    const plain = { hosts: ['redis://a'], ssl: { enabled: true } }
    expect(problems(plain)).to.match(/^ssl.enabled must not contradict hosts/)
    const secure = { hosts: ['rediss://a'], ssl: { enabled: false } }
    expect(problems(secure)).to.match(/^ssl.enabled must not contradict hosts/)
    expect(problems({ hosts: ['redis://u:p@a'], password: 'c' })).to.match(/^hosts must have no pass/)
    expect(problems({ username: 'c' })).to.match(/^username must not be set without/)
    expect(problems({ key: '%{' })).to.match(/^key /)
    expect(problems({ keys: [{}] })).to.match(/^keys.0.key must be text/)
    expect(problems({ ssl: { certificate: '/a.pem' } })).to.match(/^ssl certificate needs/)
    expect(() => settingsOf({ hosts: ['http://a'] })).to.throw(/hosts.0 must be the address/)
    expect(() => settingsOf({ hosts: ['a'], db: -1 })).to.throw(/db must be/)
  })

  it('keeps the contract of outputs whatever its server does', async function () {
    this.timeout(60_000)
    await checkOutput(output, {
      peer: {
        port: server.port,
        config: port => ({ hosts: [`127.0.0.1:${port}`] }),
        received: () => server.list('sealbeat').join('\n'),
      },
    })
  })
})
