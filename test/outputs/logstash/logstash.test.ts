import { expect } from 'chai'
import { WRITTEN } from '../../../lib/output.ts'
import output from '../../../lib/outputs/logstash/logstash.ts'
import { rejection } from '../../pipeline/fixtures.ts'
import { settingsOf } from '../batch.ts'
import { linesOf, Opening, until, write } from '../opening.ts'
import { ack, LumberjackServer } from './lumberjack-server.ts'

const METADATA = { beat: 'sealbeat', type: '_doc' }

describe('output.logstash', () => {
  let server: LumberjackServer
  const opening = new Opening(output)

  beforeEach(async () => {
    server = new LumberjackServer()
    await server.listen()
  })

  afterEach(async () => {
    await opening.close()
    await server.close()
    expect(server.faults).to.deep.equal([])
  })

  const open = (written = {}) => opening.open({ hosts: [`127.0.0.1:${server.port}`], ...written })

  for (const [level, isCompressed] of [
    [0, false],
    [3, true],
  ] as const) {
    it(`sends a batch as one window, level ${level}, with @metadata and the rest as it was`, async () => {
      const to = await open({ compression_level: level })
      const lines = ['{"a":1}', '{"b":"ü\\n"}', '{}', '{ "c": [1, 2] }']
      expect(await write(to, lines)).to.deep.equal(WRITTEN)
      const [window, ...others] = server.windows
      expect(others).to.deep.equal([])
      expect(window?.isCompressed).to.equal(isCompressed)
      const own = `"@metadata":${JSON.stringify(METADATA)}`
      expect(window?.events).to.deep.equal([
        `{${own},"a":1}`,
        `{${own},"b":"ü\\n"}`,
        `{${own}}`,
        `{${own}, "c": [1, 2] }`,
      ])
    })
  }

  it('takes events from whatever chunks they are in', async () => {
    const to = await open({ slow_start: true })
    const lines = linesOf(40)
    const sizes = [1, 5, 2, 30, 2]
    const ends: number[] = []
    for (const line of lines) ends.push((ends.at(-1) ?? 0) + Buffer.byteLength(line) + 1)
    let from = 0
    const chunks = sizes.map(size => {
      const text = lines.slice(from, from + size).map(line => `${line}\n`)
      from += size
      return new Uint8Array(Buffer.from(text.join('')))
    })
    const batch = { count: 40, chunks, ends, lines, meta: [] }
    const call = { signal: AbortSignal.timeout(5_000), progress: () => undefined }
    expect(await to.write(batch, call)).to.deep.equal(WRITTEN)
    expect(server.events.map(text => JSON.parse(text).message)).to.deep.equal(
      lines.map(line => JSON.parse(line).message),
    )
    // Each part is twice as large as the one before.
    expect(server.windows.map(({ events }) => events.length)).to.deep.equal([10, 20, 10])
  })

  it("adds the event's own @metadata, the agent's version and the index, as Beats does", async () => {
    const settings = settingsOf(output, { hosts: ['a'], index: 'web' })
    const route = output.route?.(settings)(field => (field === 'agent.version' ? '1.2.3' : ''))
    expect(route).to.equal('{"beat":"web","type":"_doc","version":"1.2.3"}')
    const to = await open({ index: 'web' })
    const fields = { _id: 'x1', pipeline: 'p', version: 'other', nested: { a: 1 } }
    const meta = [{ route: String(route) }, { route: String(route), fields }, { fields }, undefined]
    await write(to, linesOf(4), { meta })
    const given = { _id: 'x1', pipeline: 'p', nested: { a: 1 } }
    expect(server.events.map(text => JSON.parse(text)['@metadata'])).to.deep.equal([
      { beat: 'web', type: '_doc', version: '1.2.3' },
      { beat: 'web', type: '_doc', version: '1.2.3', ...given },
      { beat: 'web', type: '_doc', ...given },
      { beat: 'web', type: '_doc' },
    ])
  })

  it('has so many batches on their way over a connection, and no more', async () => {
    server.answer = () => undefined
    const to = await open({ pipelining: 2 })
    const writing = [0, 10, 20].map(first => write(to, linesOf(3, first)))
    await until(() => server.windows.length === 3, 'three windows')
    expect(server.sockets).to.have.length(2)
    // The answers of one connection come in its order.
    for (const { socket, events } of server.windows) socket.write(ack(events.length))
    expect(await Promise.all(writing)).to.deep.equal([WRITTEN, WRITTEN, WRITTEN])
  })

  it('goes on to the next host when one fails, and comes back to none at once', async () => {
    const other = new LumberjackServer()
    const port = await other.listen()
    const to = await open({ hosts: [`127.0.0.1:${port}`, `127.0.0.1:${server.port}`] })
    await write(to, linesOf(1))
    expect([other.windows.length, server.windows.length]).to.deep.equal([1, 0])
    await other.close()
    expect(await write(to, linesOf(1))).to.deep.equal(WRITTEN)
    expect(await write(to, linesOf(1))).to.deep.equal(WRITTEN)
    expect(server.windows).to.have.length(2)
  })

  it('uses all hosts with loadbalance', async () => {
    const other = new LumberjackServer()
    const hosts = [`127.0.0.1:${await other.listen()}`, `127.0.0.1:${server.port}`]
    const to = await open({ hosts, loadbalance: true })
    const slowly = ({ socket, events }: (typeof server.windows)[number]) =>
      void setTimeout(() => socket.write(ack(events.length)), 20)
    server.answer = slowly
    other.answer = slowly
    await Promise.all([0, 1, 2, 3].map(() => write(to, linesOf(1))))
    expect([other.windows.length, server.windows.length]).to.deep.equal([2, 2])
    await other.close()
    const settings = { hosts, pipelining: 3 }
    const peers = (more: object) => output.peers?.(settingsOf(output, { ...settings, ...more }))
    expect([peers({}), peers({ loadbalance: true })]).to.deep.equal([3, 6])
  })

  it('takes another connection once one is as old as ttl, and ends the old one', async () => {
    const to = await open({ ttl: '60ms' })
    await write(to, linesOf(1))
    await write(to, linesOf(1))
    expect(server.sockets).to.have.length(1)
    await new Promise(resolve => setTimeout(resolve, 80))
    await write(to, linesOf(1))
    expect(server.sockets).to.have.length(2)
    await until(() => server.sockets[0]?.destroyed === true, 'the old connection has ended')
  })

  it('halves what it sends at once after a failure, with slow_start', async () => {
    const to = await open({ slow_start: true })
    await write(to, linesOf(30))
    server.answer = ({ socket }) => socket.destroy()
    expect(await rejection(write(to, linesOf(30)))).to.match(/has closed the connection/)
    server.answer = ({ socket, events }) => socket.write(ack(events.length))
    await write(to, linesOf(30))
    const sizes = server.windows.map(({ events }) => events.length)
    // 10, then twice as many; after the failure of 40, of which there are 30, half of it.
    expect(sizes).to.deep.equal([10, 20, 30, 20, 10])
  })

  it('opens without a server, and rejects until there is one', async () => {
    const { port } = server
    await server.close()
    const to = await open()
    expect(await rejection(write(to, linesOf(1)))).to.match(/nothing listens on port/)
    server = new LumberjackServer()
    await server.listen(port)
    expect(await write(to, linesOf(1))).to.deep.equal(WRITTEN)
  })
})
