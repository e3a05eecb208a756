import { once } from 'node:events'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { text } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect } from 'chai'
import { FaultProxy } from '../../../lib/testing/output/fault-proxy.ts'

describe('testing: the proxy with faults', () => {
  let server: Server
  let proxy: FaultProxy
  const sockets: Socket[] = []
  /** Answers each chunk with ten bytes, and ends when its client does. */
  beforeEach(async () => {
    server = createServer({ allowHalfOpen: true }, socket => {
      sockets.push(socket)
      socket.on('error', () => undefined).on('data', () => socket.write('0123456789'))
      socket.on('end', () => socket.end('.'))
    })
    await once(server.listen(0, '127.0.0.1'), 'listening')
    proxy = await FaultProxy.create(Object(server.address()).port)
  })
  afterEach(async () => {
    for (const socket of sockets.splice(0)) socket.destroy()
    server.close()
    await proxy.close()
  })

  /** A client that has said something. */
  async function client(): Promise<Socket> {
    const socket = connect({ port: proxy.port, host: '127.0.0.1', allowHalfOpen: true })
    sockets.push(socket.on('error', () => undefined))
    await once(socket, 'connect')
    socket.write('a')
    return socket
  }

  async function chunkOf(socket: Socket): Promise<string> {
    const [data] = await once(socket, 'data')
    return String(data)
  }

  it('refuses connections until it listens, on the same port', async () => {
    const { port } = proxy
    expect(port).to.be.greaterThan(0)
    const [error] = await once(connect(port, '127.0.0.1'), 'error').catch(thrown => [thrown])
    expect(error).to.include({ code: 'ECONNREFUSED' })
    await proxy.listen()
    expect(proxy.port).to.equal(port)
    expect(await chunkOf(await client())).to.equal('0123456789')
  })

  describe('that listens', () => {
    beforeEach(() => proxy.listen())

    it('passes both directions on, each to its own end', async () => {
      const socket = await client()
      expect(await chunkOf(socket)).to.equal('0123456789')
      socket.end()
      expect(await text(socket)).to.equal('.')
      expect([proxy.asked, proxy.answered, proxy.hasAnswered]).to.deep.equal([1, 11, true])
    })

    it('holds answers back, and passes on those that there were at a moment', async () => {
      proxy.begin({ stallsAfter: 0 })
      const socket = await client()
      while (proxy.held < 10) await sleep(1)
      const answerLate = proxy.lateAnswers()
      socket.write('b')
      while (proxy.held < 20) await sleep(1)
      expect([proxy.answered, proxy.hasAnswered]).to.deep.equal([0, false])
      answerLate()
      expect(await chunkOf(socket)).to.equal('0123456789')
      await sleep(20)
      expect(proxy.answered).to.equal(10)
      proxy.begin('none')
      expect(await chunkOf(socket)).to.equal('0123456789')
    })

    it('leaves those for ever without one that wait, and no others', async () => {
      proxy.begin({ stallsAfter: 0 })
      const mute = await client()
      while (proxy.held < 10) await sleep(1)
      proxy.mute()
      proxy.begin('none')
      mute.write('b')
      expect(await chunkOf(await client())).to.equal('0123456789')
      await sleep(20)
      expect(mute.bytesRead).to.equal(0)
    })

    for (const bytes of [0, 4, 9]) {
      it(`ends a connection after ${bytes} bytes of an answer`, async () => {
        proxy.begin({ endsAfter: bytes })
        const socket = await client()
        expect(await text(socket)).to.equal('0123456789'.slice(0, bytes))
        expect(proxy.hasAnswered).to.equal(false)
      })
    }

    it('takes a part of what a server says for an answer, where it answers for each event', async () => {
      const each = await FaultProxy.create(Object(server.address()).port, true)
      await each.listen()
      for (const [bytes, expected] of [
        [0, false],
        [4, true],
      ] as const) {
        each.begin({ endsAfter: bytes })
        const socket = connect(each.port, '127.0.0.1', () => socket.write('a'))
        sockets.push(socket)
        expect(await text(socket)).to.have.length(bytes)
        expect(each.hasAnswered).to.equal(expected)
      }
      await each.close()
    })

    it('keeps back what follows the first bytes of an answer', async () => {
      proxy.begin({ stallsAfter: 4 })
      const socket = await client()
      expect(await chunkOf(socket)).to.equal('0123')
      expect([proxy.held, proxy.hasAnswered]).to.deep.equal([6, false])
      proxy.begin('none')
      expect(await chunkOf(socket)).to.equal('456789')
    })

    it('lets no answer pass any more', async () => {
      proxy.begin('mute')
      const socket = await client()
      await sleep(20)
      proxy.begin('none')
      socket.write('b')
      await sleep(20)
      expect(socket.bytesRead).to.equal(0)
    })

    it('does not end one whose answer is shorter, and says so', async () => {
      proxy.begin({ endsAfter: 10 })
      expect(await chunkOf(await client())).to.equal('0123456789')
      expect(proxy.hasAnswered).to.equal(true)
    })

    it('passes answers on in pieces', async () => {
      proxy.begin('slow')
      const socket = await client()
      expect(await chunkOf(socket)).to.equal('0')
      socket.end()
      expect(await text(socket)).to.equal('123456789.')
    })

    it('ends idle connections, and resets them when they are used all the same', async () => {
      const socket = await client()
      await chunkOf(socket)
      proxy.closeIdle()
      await once(socket.resume(), 'end')
      const failed = once(socket, 'error')
      // The first one is what the reset answers to; the kernel fails the next.
      socket.write('b')
      await sleep(20)
      socket.write('c')
      const [error] = await failed
      expect(error.code).to.be.oneOf(['ECONNRESET', 'EPIPE'])
    })

    it('resets connections that there were as they are used again, and no others', async () => {
      const old = await client()
      await chunkOf(old)
      proxy.begin('reset')
      expect(await chunkOf(await client())).to.equal('0123456789')
      const failed = once(old, 'error')
      old.write('b')
      const [error] = await failed
      expect(error).to.include({ code: 'ECONNRESET' })
    })
  })
})
