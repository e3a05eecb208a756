import { expect } from 'chai'
import output from '../../../lib/outputs/redis/redis.ts'
import { NEVER, pipelineTo, SOURCE } from '../../pipeline/fixtures.ts'
import { batchOf } from '../batch.ts'
import { RedisOutputs, settingsOf, to, type Written, write } from './outputs.ts'
import { RedisServer } from './redis-server.ts'

describe('output.redis', () => {
  let server: RedisServer
  const outputs = new RedisOutputs()
  const named = (name: string) => server.called.filter(each => each.name === name)

  beforeEach(async () => {
    server = new RedisServer()
    await server.listen()
  })

  afterEach(async () => {
    await outputs.close()
    await server.close()
  })

  const open = (written: Written = {}) =>
    outputs.open({ hosts: [`127.0.0.1:${server.port}`], ...written })

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
    expect(outputs.messages).to.deep.equal([])
    server.subscribers.clear()
    await write(made, ['3', '4'])
    await write(made, ['5'])
    expect(outputs.messages.join()).to.match(/: nobody has subscribed to it: events are lost$/)
    server.subscribers.set('news', 2)
    await write(made, ['6'])
    expect(outputs.logged).to.have.length(1)
    server.subscribers.clear()
    await write(made, ['7'])
    expect(outputs.logged).to.have.length(2)
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

  it('has events of a key that is no list wait alone, and says it once', async () => {
    server.texts.set('0:bad', 'text')
    const made = await open({ key: '%{[a]}' })
    for (let time = 0; time < 2; time++) {
      const result = await write(made, ['1', '2', '3'], to('good', 'bad', 'good'))
      expect(result).to.deep.equal({ retry: [1], reject: [] })
    }
    expect(outputs.logged).to.have.length(1)
    expect(outputs.logged[0]).to.deep.include({ key: 'bad' })
    server.texts.clear()
    expect(await write(made, ['2'], to('bad'))).to.deep.equal({ retry: [], reject: [] })
    server.texts.set('0:bad', 'text')
    server.lists.clear()
    await write(made, ['2'], to('bad'))
    expect(outputs.logged).to.have.length(2)
  })

  it('has few lines of many keys that are no lists', async () => {
    const made = await open({ key: '%{[a]}' })
    for (let time = 0; time < 30; time++) {
      const keys = [`a${time}`, `b${time}`, 'good']
      for (const key of keys.slice(0, 2)) server.texts.set(`0:${key}`, 'text')
      const result = await write(made, ['1', '2', '3'], to(...keys))
      expect(result).to.deep.equal({ retry: [0, 1], reject: [] })
    }
    expect(outputs.logged).to.have.length(10)
    expect(outputs.logged[9]).to.deep.include({ key: 'a9', other_keys: 1 })
  })

  it('sends what is written at once over one connection, in its order', async () => {
    const made = await open()
    const lines = Array.from({ length: 20 }, (_, at) => `${at}`)
    const results = await Promise.all(lines.map(line => write(made, [line])))
    expect(results).to.deep.equal(results.map(() => ({ retry: [], reject: [] })))
    expect(server.list('sealbeat')).to.deep.equal(lines)
    await write(made, ['20'])
    expect(new Set(server.called.map(({ from }) => from)).size).to.equal(1)
  })

  it('has no event confirmed by the reply to another write', async () => {
    const made = await open()
    await write(made, ['0'])
    // Of two on their way the first one is answered, and then the connection ends.
    server.instead = ({ args }) => {
      if (String(args[1]) !== '2') return undefined
      for (const socket of server.sockets) socket.end()
      return ''
    }
    const [first, second] = await Promise.allSettled([write(made, ['1']), write(made, ['2'])])
    expect(first).to.deep.include({ status: 'fulfilled' })
    expect(second).to.deep.include({ status: 'rejected' })
    server.instead = () => undefined
    expect(await write(made, ['2'])).to.deep.equal({ retry: [], reject: [] })
    expect(server.list('sealbeat')).to.deep.equal(['0', '1', '2'])
  })

  it('says how long each event is, whatever that is', async () => {
    const made = await open({ key: 'ü' })
    const lines = [0, 1, 9, 10, 11, 99, 100, 101, 999, 1000, 65_536, 99_999, 100_000].map(length =>
      'x'.repeat(length),
    )
    expect(await write(made, lines)).to.deep.equal({ retry: [], reject: [] })
    expect(server.list('ü')).to.deep.equal(lines)
  })

  it('goes on with another server when one is away or only a replica', async () => {
    const [replica, gone] = [new RedisServer(), new RedisServer()]
    for (const each of [replica, gone]) await each.listen()
    replica.isReplica = true
    const hosts = [gone, replica, server].map(({ port }) => `127.0.0.1:${port}`)
    await gone.close()
    const made = await open({ hosts, loadbalance: false })
    expect(await write(made, ['1'])).to.deep.equal({ retry: [], reject: [] })
    expect(server.list('sealbeat')).to.deep.equal(['1'])
    await replica.close()
    expect(output.peers?.(settingsOf({ hosts }))).to.equal(3)
    expect(output.peers?.(settingsOf({ hosts, loadbalance: false }))).to.equal(1)
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
    expect(problems({ hosts: ['redis://u:p@a'], password: 'c' })).to.match(
      /^hosts must have no pass/,
    )
    expect(problems({ username: 'c' })).to.match(/^username must not be set without/)
    expect(problems({ key: '%{' })).to.match(/^key /)
    expect(problems({ keys: [{}] })).to.match(/^keys.0.key must be text/)
    expect(problems({ ssl: { certificate: '/a.pem' } })).to.match(/^ssl certificate needs/)
    expect(() => settingsOf({ hosts: ['http://a'] })).to.throw(/hosts.0 must be the address/)
    expect(() => settingsOf({ hosts: ['a'], db: -1 })).to.throw(/db must be/)
  })
})
