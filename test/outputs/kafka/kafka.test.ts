import { expect } from 'chai'
import output from '../../../packages/kafka/src/index.ts'
import { linesOf, Opening, write } from '../opening.ts'
import { Broker } from './broker.ts'
import { needsNewerNode } from './newer-node.ts'

const WRITTEN = { retry: [], reject: [] }

/** Events that go to these topics, with these keys. */
const to = (...places: readonly string[]) => places.map(route => ({ route }))

describe('output.kafka', () => {
  const outputs = new Opening(output)
  let broker: Broker

  before(needsNewerNode)
  beforeEach(async () => {
    broker = new Broker()
    await broker.listen()
  })
  afterEach(async () => {
    await outputs.close()
    await broker.close()
  })

  const open = (written: object = {}) =>
    outputs.open({ hosts: [`127.0.0.1:${broker.port}`], topic: 'events', ...written })
  const said = () => outputs.logged.map(({ msg, level }) => `${level}: ${msg}`)

  for (const compression of ['none', 'gzip']) {
    it(`sends events with their keys and times, compressed by ${compression}`, async () => {
      const made = await open({ compression, key: '%{[k]}' })
      const meta = to('events\n21', 'events', 'events\n21')
      expect(await write(made, linesOf(3), { meta })).to.deep.equal(WRITTEN)
      expect([...broker.values].sort()).to.deep.equal(linesOf(3))
      const keyed = broker.received.filter(({ key }) => key === '21')
      expect(keyed.map(({ value }) => value)).to.deep.equal([linesOf(3)[0], linesOf(3)[2]])
      // murmur2 of it, of three partitions.
      expect(keyed.map(({ partition }) => partition)).to.deep.equal(
        Array(2).fill((-973932308 & 0x7fffffff) % 3),
      )
      expect(keyed[0]?.timestamp).to.equal(Date.UTC(2026, 0, 31, 13, 45, 0, 123))
    })
  }

  it('asks about topics once, and keeps its connection', async () => {
    const made = await open()
    for (let at = 0; at < 3; at++) await write(made, linesOf(1, at))
    expect(broker.asked).to.deep.equal([18, 3, 18, 0, 0, 0])
  })

  it('waits for a topic that is being made', async () => {
    const made = await open({ topic: 'new' })
    setTimeout(() => broker.topics.set('new', 1), 100)
    expect(await write(made, linesOf(2))).to.deep.equal(WRITTEN)
    expect(said()).to.deep.equal([])
  })

  it('keeps the events of a topic that there is not, and says so once', async () => {
    const made = await open({ topic: '%{[t]}' })
    const meta = to('nowhere', 'events', 'nowhere')
    const kept = { retry: [0, 2], reject: [] }
    for (let at = 0; at < 2; at++) {
      expect(await write(made, linesOf(3), { meta })).to.deep.equal(kept)
    }
    expect(said()).to.deep.equal([
      '50: the brokers have no such topic (UNKNOWN_TOPIC_OR_PARTITION): events of the topic wait',
      '20: the brokers have no such topic (UNKNOWN_TOPIC_OR_PARTITION): events of the topic wait',
    ])
    broker.topics.set('nowhere', 1)
    expect(await write(made, linesOf(3), { meta })).to.deep.equal(WRITTEN)
  })

  it('pauses where there is no other topic', async () => {
    const made = await open({ topic: 'nowhere' })
    const kept = { retry: [0, 1], reject: [], cause: 'throttled' }
    expect(await write(made, linesOf(2))).to.deep.equal(kept)
  })

  it('sends again what a partition has not taken, and nothing else', async () => {
    const made = await open({ topic: '%{[t]}', partition: 'round_robin' })
    broker.judge = ([first]) => ({ code: first?.partition === 1 ? 19 : 0 })
    const meta = to(...Array<string>(6).fill('events'))
    const { retry, reject } = await write(made, linesOf(6), { meta })
    expect(reject).to.deep.equal([])
    expect(retry).to.have.length(2)
    const taken = linesOf(6).filter((_, at) => !retry.includes(at))
    expect([...broker.values].sort()).to.deep.equal(taken)
    expect(said()[0]).to.include('min.insync.replicas')
  })

  it('goes on where one partition of the only topic takes nothing', async () => {
    const made = await open({ partition: 'round_robin' })
    broker.judge = ([first]) => ({ code: first?.partition === 1 ? 19 : 0 })
    const { retry, cause } = await write(made, linesOf(3))
    expect([retry.length, cause]).to.deep.equal([1, undefined])
  })

  for (const code of [29, 31, 7, 56, 6, 41, -1]) {
    it(`loses nothing by the code ${code}`, async () => {
      const made = await open()
      broker.judge = () => ({ code })
      const kept = { retry: [0, 1], reject: [], cause: 'throttled' }
      expect(await write(made, linesOf(2))).to.deep.equal(kept)
      broker.judge = () => ({ code: 0 })
      expect(await write(made, linesOf(2))).to.deep.equal(WRITTEN)
    })
  }

  it('asks again who leads when another broker does', async () => {
    const made = await open()
    broker.judge = () => ({ code: 6 })
    await write(made, linesOf(1))
    broker.judge = () => ({ code: 0 })
    await write(made, linesOf(1))
    expect(broker.asked.filter(kind => kind === 3)).to.have.length(2)
  })

  it('keeps events of a partition whose leader nobody knows', async () => {
    const made = await open({ topic: '%{[t]}', partition: 'round_robin' })
    broker.leader = partition => (partition === 2 ? 7 : 1)
    const meta = to(...Array<string>(3).fill('events'))
    const { retry } = await write(made, linesOf(3), { meta })
    expect(retry).to.have.length(1)
    expect(broker.received).to.have.length(2)
  })

  it('connects to no broker with an address that is none, and does not show it', async () => {
    const made = await open()
    broker.host = 'a\u001b[2J b'
    expect((await write(made, linesOf(1))).retry).to.deep.equal([0])
    const shown = await outputs.test({ hosts: [`127.0.0.1:${broker.port}`], topic: 'events' })
    expect(JSON.stringify([shown, outputs.logged])).not.to.include('2J')
    broker.host = '127.0.0.1'
    expect(await write(made, linesOf(1))).to.deep.equal(WRITTEN)
  })

  it('uses partitions that have a leader', async () => {
    const made = await open({ partition: 'random' })
    broker.leader = partition => (partition === 1 ? 1 : -1)
    expect(await write(made, linesOf(5))).to.deep.equal(WRITTEN)
    expect(broker.received.map(({ partition }) => partition)).to.deep.equal(Array(5).fill(1))
  })

  it('cuts what is more than max_message_bytes, in its order', async () => {
    const made = await open({ partition: 'random', max_message_bytes: 1024 })
    const sizes: number[] = []
    broker.judge = messages => {
      sizes.push(messages.reduce((sum, { value }) => sum + value.length + 32, 128))
      return { code: 0 }
    }
    expect(await write(made, linesOf(50))).to.deep.equal(WRITTEN)
    expect(broker.values).to.deep.equal(linesOf(50))
    expect(sizes.length).to.be.within(6, 12)
    expect(Math.max(...sizes)).to.be.at.most(1024)
  })

  it('finds the event that a topic does not take, by halves', async () => {
    for (const code of [10, 18, 32, 87]) {
      broker.received.length = 0
      const made = await open({ partition: 'random' })
      broker.judge = all => ({
        code: all.some(({ value }) => value.includes('event 5 ')) ? code : 0,
      })
      const { retry, reject } = await write(made, linesOf(9))
      expect(retry).to.deep.equal([])
      expect(reject.map(({ index, status }) => [index, status])).to.deep.equal([[5, code]])
      expect(reject[0]?.reason).not.to.include('event 5')
      expect(broker.values).to.deep.equal(linesOf(9).filter((_, at) => at !== 5))
    }
  })

  it('gives up those that the broker names, at once', async () => {
    const made = await open({ partition: 'random' })
    let asked = 0
    broker.judge = all => {
      asked++
      const wrong = all.flatMap(({ value }, at) => (/event [36] /.test(value) ? [at] : []))
      return wrong.length > 0 ? { code: 87, wrong } : { code: 0 }
    }
    const { reject } = await write(made, linesOf(9))
    expect(reject.map(({ index }) => index)).to.deep.equal([3, 6])
    expect(asked).to.equal(2)
    expect(broker.values).to.have.length(7)
  })

  it('waits for no answer with required_acks: 0', async () => {
    const made = await open({ required_acks: 0 })
    broker.judge = () => ({ code: 19 })
    expect(await write(made, linesOf(2))).to.deep.equal(WRITTEN)
  })

  it('says who it is, and never says the password', async () => {
    broker.password = 'correct horse'
    const user = { username: 'agent', password: 'correct horse' }
    expect(await write(await open(user), linesOf(1))).to.deep.equal(WRITTEN)
    const wrong = await open({ ...user, password: 'wrong horse' })
    const error = await write(wrong, linesOf(1)).catch(String)
    expect(error).to.include('the broker knows no such user with this password')
    const nobody = await open()
    expect(await write(nobody, linesOf(1)).catch(String)).to.include('has closed the connection')
    expect(JSON.stringify(outputs.logged)).not.to.include('horse')
  })

  it('knows what is no broker', async () => {
    const made = await open()
    for (const instead of [
      'HTTP/1.1 400 Bad Request\r\n\r\n',
      '\x15\x03\x03\0\x02\x02\x0a',
      '\0\0\0\x01',
    ]) {
      broker.instead = Buffer.from(instead, 'latin1')
      const error = await write(made, linesOf(1)).catch(String)
      expect(error, instead).to.include('what answers is no broker of Kafka')
    }
    broker.instead = undefined
    expect(await write(made, linesOf(1))).to.deep.equal(WRITTEN)
  })

  it('leaves a broker that is too old, and asks again', async () => {
    const made = await open()
    broker.isOld = true
    const error = await write(made, linesOf(1)).catch(String)
    expect(error).to.include('the broker speaks no version of Metadata that is known')
    broker.isOld = false
    expect(await write(made, linesOf(1))).to.deep.equal(WRITTEN)
  })

  it('goes through all steps of `test output`, and ends at the first one that fails', async () => {
    const hosts = [`127.0.0.1:${broker.port}`]
    const steps = async (written: object) =>
      (await outputs.test({ hosts, topic: 'events', ...written })).map(
        ({ step, found, hint }) => `${step}: ${found}${hint ? ' (!)' : ''}`,
      )
    expect(await steps({})).to.deep.equal([
      `connect: 127.0.0.1:${broker.port}`,
      'version: Kafka, Produce 7 to 8',
      'authenticate: takes requests without a user',
      `brokers: 127.0.0.1:${broker.port}`,
      'topic: events, 3 partitions',
    ])
    expect((await steps({ topic: 'nowhere' })).at(-1)).to.match(/^topic: nowhere: .*\(!\)$/)
    broker.password = 'p'
    expect((await steps({})).at(-1)).to.match(/^authenticate: .*closed the connection \(!\)$/)
    const scram = { username: 'a', password: 'p', sasl: { mechanism: 'SCRAM-SHA-256' } }
    expect((await steps(scram)).at(-1)).to.match(/^authenticate: .*SASL_MECHANISM\) \(!\)$/)
    expect(broker.received).to.deep.equal([])
  })
})
