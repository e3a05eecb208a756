import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { expect } from 'chai'
import { WRITTEN } from '../../../lib/output.ts'
import output from '../../../lib/outputs/syslog/syslog.ts'
import { rejection } from '../../pipeline/fixtures.ts'
import { linesOf, Opening, until, write } from '../opening.ts'
import { DatagramServer, StreamServer } from './unconfirmed-servers.ts'

const opening = new Opening(output)

/** What stands behind the header. */
const bodies = (messages: readonly string[]) =>
  messages.map(message => message.replace(/^<14>1 \S+ - sealbeat - - - /, ''))

describe('output.syslog over TCP', () => {
  let server: StreamServer
  let port = 0

  beforeEach(async () => {
    server = new StreamServer()
    port = await server.listen()
  })

  afterEach(async () => {
    await opening.close()
    await server.close()
    expect(server.faults).to.deep.equal([])
  })

  const open = (written = {}) =>
    opening.open({ protocol: 'tcp', hosts: [`127.0.0.1:${port}`], ...written })

  it('counts the bytes of each message, over one connection', async () => {
    const to = await open()
    expect(await write(to, linesOf(100))).to.deep.equal(WRITTEN)
    expect(await write(to, linesOf(100, 100))).to.deep.equal(WRITTEN)
    await until(() => server.messages.length === 200, 'all messages')
    expect(bodies(server.messages)).to.deep.equal(linesOf(200))
    expect(server.sockets).to.have.length(1)
  })

  it('rejects what is too long, also where there is nothing else', async () => {
    const to = await open({ max_message_bytes: 480 })
    const long = JSON.stringify({ message: 'x'.repeat(500) })
    const { retry, reject: alone } = await write(to, [long])
    expect([retry.length, alone.length, alone[0]?.index]).to.deep.equal([0, 1, 0])
    expect(alone[0]?.reason).to.match(/ is longer than max_message_bytes$/)
    expect(server.sockets).to.have.length(0)
    const { reject } = await write(to, ['{"a":1}', long, '{"b":1}'])
    expect(reject.map(({ index }) => index)).to.deep.equal([1])
    await until(() => server.messages.length === 2, 'the others')
  })

  it('connects again when the server has ended the connection, and says that messages may be lost', async () => {
    const to = await open()
    await write(to, linesOf(1))
    await until(() => server.messages.length === 1, 'the first')
    server.sockets[0]?.end()
    await until(() => opening.logged.length > 0, 'the warning')
    expect(opening.logged[0]?.level).to.equal(40)
    expect(String(opening.logged[0]?.msg)).to.match(/^tcp:\/\/127\.0\.0\.1:\d+ has ended/)
    expect(await write(to, linesOf(1, 1))).to.deep.equal(WRITTEN)
    await until(() => server.messages.length === 2, 'the second')
    server.sockets[1]?.end()
    await until(() => opening.logged.length > 1, 'the end of the second')
    expect(opening.logged[1]?.level).to.equal(20)
    await opening.close()
    expect(opening.logged).to.deep.equal([])
  })

  it('sends all that the kernel has before it closes', async () => {
    const to = await open()
    await write(to, linesOf(2_000))
    await opening.close()
    await until(() => server.messages.length === 2_000, 'all messages')
  })

  it('does not wait for ever for a server that does not read, neither to write nor to close', async () => {
    const held: Socket[] = []
    const silent = createServer(socket => held.push(socket.pause()))
    await once(silent.listen(0, '127.0.0.1'), 'listening')
    const { port: other } = silent.address() as AddressInfo
    const more = { hosts: [`127.0.0.1:${other}`], max_message_bytes: '64MiB' }
    const to = await open(more)
    const large = [JSON.stringify({ message: 'x'.repeat(32 * 1024 * 1024) })]
    const stop = new AbortController()
    const writing = rejection(write(to, large, { signal: stop.signal }))
    await until(() => held.length === 1, 'a connection')
    stop.abort(new Error('over'))
    expect(await writing).to.match(/over/)
    const second = rejection(write(to, large))
    await until(() => held.length === 2, 'another connection')
    await opening.close()
    expect(await second).to.match(/the output is closed/)
    for (const socket of held) socket.destroy()
    silent.close()
  })

  it('rejects while nothing listens', async () => {
    await server.close()
    expect(await rejection(write(await open(), linesOf(1)))).to.match(/nothing listens on port/)
  })
})

describe('output.syslog over UDP', () => {
  afterEach(() => opening.close())

  it('sends a message in each datagram', async () => {
    const server = new DatagramServer()
    const hosts = [`localhost:${await server.listen()}`]
    const to = await opening.open({
      protocol: 'udp',
      hosts: hosts.map(each => each.replace('localhost', '127.0.0.1')),
    })
    expect(await write(to, linesOf(150))).to.deep.equal(WRITTEN)
    await until(() => server.messages.length === 150, 'all messages')
    expect(bodies(server.messages).sort()).to.deep.equal([...linesOf(150)].sort())
    await server.close()
  })

  it('rejects what no datagram can hold, and sends the others', async () => {
    const server = new DatagramServer()
    const hosts = [`127.0.0.1:${await server.listen()}`]
    const to = await opening.open({ protocol: 'udp', hosts, max_message_bytes: 65_507 })
    const around = '<14>1 - - sealbeat - - - {"message":""}'.length
    const fitting = (bytes: number) => `{"message":"${'x'.repeat(bytes - around)}"}`
    const lines = [fitting(65_507), '{"a":1}', fitting(65_508)]
    const { retry, reject } = await write(to, lines)
    expect(retry).to.deep.equal([])
    expect(reject.map(({ index }) => index)).to.deep.equal([2])
    await until(() => server.messages.length === 2, 'the others')
    await server.close()
  })

  it('hears of a port where nothing listens, and works again once there is something', async () => {
    const server = new DatagramServer()
    const port = await server.listen()
    await server.close()
    const to = await opening.open({ protocol: 'udp', hosts: [`127.0.0.1:${port}`] })
    // The first datagram is gone before the network says so.
    await write(to, linesOf(1)).catch(() => undefined)
    await new Promise(resolve => setTimeout(resolve, 20))
    const again = new DatagramServer()
    await again.listen(port)
    await write(to, linesOf(1, 1)).catch(() => undefined)
    expect(await write(to, linesOf(1, 2))).to.deep.equal(WRITTEN)
    await until(() => bodies(again.messages).some(text => text.includes('event 2 ')), 'it arrives')
    await again.close()
  })

  it('fails for a name that there is not', async () => {
    const to = await opening.open({ protocol: 'udp', hosts: ['nowhere.invalid'] })
    expect(await rejection(write(to, linesOf(1)))).to.match(/nowhere\.invalid/)
  })
})
