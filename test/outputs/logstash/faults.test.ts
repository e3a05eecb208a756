import type { Socket } from 'node:net'
import { expect } from 'chai'
import { WRITTEN } from '../../../lib/output.ts'
import output from '../../../lib/outputs/logstash/logstash.ts'
import { Writer } from '../../../lib/pipeline/delivery/writer.ts'
import { rejection } from '../../pipeline/fixtures.ts'
import { batchOf } from '../batch.ts'
import { linesOf, Opening, until, write } from '../opening.ts'
import { ack, LumberjackServer } from './lumberjack-server.ts'

const lost = (retry: readonly number[]) => ({ retry, reject: [], cause: 'lost' })

describe('output.logstash, whose server', () => {
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

  const answering = (act: (socket: Socket) => void) => {
    server.answer = ({ socket }) => act(socket)
  }

  it('acknowledges in parts: all of them together are the batch', async () => {
    const to = await open()
    answering(socket => {
      socket.setNoDelay(true)
      for (const [at, number] of [1, 0, 3, 3, 0, 4].entries()) {
        setTimeout(() => socket.write(ack(number)), at * 20)
      }
    })
    let progressed = 0
    expect(await write(to, linesOf(4), { progress: () => progressed++ })).to.deep.equal(WRITTEN)
    // With the last one it is settled.
    expect(progressed).to.be.within(1, 5)
  })

  // 0: alive; 2 and 3 of five; then all.
  const answer = Buffer.concat([0, 2, 3, 5].map(ack))
  for (let cut = 0; cut <= answer.length; cut++) {
    it(`ends after ${cut} bytes of its answer`, async () => {
      const to = await open()
      answering(socket => socket.end(answer.subarray(0, cut)))
      const acked = [0, 0, 2, 3, 5][Math.floor(cut / 6)] ?? 0
      if (acked === 0) {
        expect(await rejection(write(to, linesOf(5)))).to.match(/closed the connection/)
      } else {
        const expected = acked === 5 ? WRITTEN : lost([0, 1, 2, 3, 4].slice(acked))
        expect(await write(to, linesOf(5))).to.deep.equal(expected)
      }
      answering(socket => socket.write(ack(1)))
      expect(await write(to, linesOf(1))).to.deep.equal(WRITTEN)
      expect(server.sockets).to.have.length(2)
    })
  }

  it('answers a byte at a time', async () => {
    const to = await open()
    answering(socket => {
      socket.setNoDelay(true)
      for (const [at, byte] of answer.entries()) {
        setTimeout(() => socket.write(Buffer.from([byte])), at)
      }
    })
    expect(await write(to, linesOf(5))).to.deep.equal(WRITTEN)
  })

  const wrong: readonly [string, Buffer, RegExp][] = [
    ['more events than there are', ack(6), /acknowledges event 6 of 5/],
    ['all that a number can be', ack(0xffffffff), /acknowledges event 4294967295 of 5/],
    ['in the words of version 1', Buffer.from('1A\0\0\0\x05'), /no Lumberjack server/],
    ['another frame', Buffer.from('2W\0\0\0\x05'), /no Lumberjack server/],
    ['in HTTP', Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n'), /no Lumberjack server/],
    ['one wrong byte', Buffer.from('x'), /no Lumberjack server/],
    ['without end', Buffer.alloc(8 * 1024 * 1024, 'x'), /no Lumberjack server/],
  ]
  for (const [what, bytes, expected] of wrong) {
    it(`acknowledges ${what}`, async () => {
      const to = await open()
      answering(socket => socket.write(bytes))
      expect(await rejection(write(to, linesOf(5)))).to.match(expected)
      answering(socket => socket.write(ack(5)))
      expect(await write(to, linesOf(5))).to.deep.equal(WRITTEN)
    })
  }

  it('counts back: what it has acknowledged by then stays so', async () => {
    const to = await open()
    answering(socket => socket.write(Buffer.concat([ack(3), ack(2)])))
    expect(await write(to, linesOf(5))).to.deep.equal(lost([3, 4]))
    expect(opening.logged[0]).to.deep.include({ acked: 3, left: 2 })
    expect(String(Object(opening.logged[0]?.err).message)).to.match(/event 2 of 5/)
  })

  it('acknowledges what nobody has sent', async () => {
    const to = await open()
    answering(socket => socket.write(Buffer.concat([ack(1), ack(1)])))
    expect(await write(to, linesOf(1))).to.deep.equal(WRITTEN)
    await until(() => server.sockets[0]?.destroyed === true, 'the connection is not trusted')
    answering(socket => socket.write(ack(1)))
    expect(await write(to, linesOf(1))).to.deep.equal(WRITTEN)
  })

  it('says for ever that it is alive: that is progress, and nothing else', async () => {
    const to = await open()
    answering(socket => {
      const saying = setInterval(() => socket.write(ack(0)), 5)
      socket.on('close', () => clearInterval(saying))
    })
    let progressed = 0
    const writing = write(to, linesOf(2), {
      signal: AbortSignal.timeout(200),
      progress: () => progressed++,
    })
    expect(await rejection(writing)).to.match(/aborted due to timeout/)
    expect(progressed).to.be.greaterThan(5)
  })

  it('is late: what it says then settles nothing of another batch', async () => {
    const to = await open()
    server.answer = () => undefined
    const stop = new AbortController()
    const first = rejection(write(to, linesOf(2), { signal: stop.signal }))
    await until(() => server.windows.length === 1, 'the first window')
    stop.abort(new Error('over'))
    expect(await first).to.match(/over/)
    let isSettled = false
    const second = write(to, linesOf(2)).finally(() => {
      isSettled = true
    })
    await until(() => server.windows.length === 2, 'the second window')
    server.windows[0]?.socket.write(ack(2))
    await new Promise(resolve => setTimeout(resolve, 30))
    expect(isSettled).to.equal(false)
    server.windows[1]?.socket.write(ack(2))
    expect(await second).to.deep.equal(WRITTEN)
  })

  it('is silent after a part: only the rest is left when the time is over', async () => {
    const to = await open()
    answering(socket => socket.write(ack(2)))
    const writer = new Writer(to, 500)
    expect(await writer.write(batchOf(linesOf(3)))).to.deep.equal(lost([2]))
  })

  it('takes the connection down, and with it all batches on it', async () => {
    // Uncompressed: compressing is done by threads, and the second might be sent first.
    const to = await open({ pipelining: 2, compression_level: 0 })
    server.answer = ({ socket }) => {
      if (server.windows.length === 2) socket.end(Buffer.concat([ack(2), ack(1)]))
    }
    const writing = [write(to, linesOf(2)), write(to, linesOf(2))]
    expect(await Promise.all(writing)).to.deep.equal([WRITTEN, lost([1])])
  })

  it('does not read: the write ends with its signal, and close waits for nothing', async () => {
    const to = await open({ compression_level: 0 })
    server.server.on('connection', socket => socket.pause())
    const large = [JSON.stringify({ message: 'x'.repeat(16 * 1024 * 1024) })]
    const stop = new AbortController()
    const writing = rejection(write(to, large, { signal: stop.signal }))
    await until(() => server.sockets.length === 1, 'a connection')
    stop.abort(new Error('over'))
    expect(await writing).to.match(/over/)
    const second = rejection(write(to, large))
    await until(() => server.sockets.length === 2, 'another connection')
    await opening.close()
    expect(await second).to.match(/the output is closed/)
  })
})
