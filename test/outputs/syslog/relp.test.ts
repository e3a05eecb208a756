import type { Socket } from 'node:net'
import { expect } from 'chai'
import { WRITTEN } from '../../../lib/output.ts'
import output from '../../../lib/outputs/syslog/syslog.ts'
import { Writer } from '../../../lib/pipeline/delivery/writer.ts'
import { rejection } from '../../pipeline/fixtures.ts'
import { batchOf } from '../batch.ts'
import { linesOf, Opening, until, write } from '../opening.ts'
import { frame, RelpServer } from './relp-server.ts'

const lost = (retry: readonly number[]) => ({ retry, reject: [], cause: 'lost' })

describe('output.syslog over RELP', () => {
  let server: RelpServer
  const opening = new Opening(output)

  beforeEach(async () => {
    server = new RelpServer()
    await server.listen()
  })

  afterEach(async () => {
    await opening.close()
    await server.close()
    expect(server.faults).to.deep.equal([])
  })

  const open = (written = {}) => opening.open({ hosts: [`127.0.0.1:${server.port}`], ...written })

  it('opens one session for many batches, and closes it at the end', async () => {
    const to = await open()
    expect(await write(to, linesOf(3))).to.deep.equal(WRITTEN)
    expect(await write(to, linesOf(2, 3))).to.deep.equal(WRITTEN)
    const texts = server.messages.map(message => message.replace(/^.*? - (?={)/, ''))
    expect(texts).to.deep.equal(linesOf(5))
    expect(server.sockets).to.have.length(1)
    await opening.close()
    await until(() => server.closed.length === 1, 'the session is closed')
    expect(server.closed).to.deep.equal([7])
  })

  it('closes its session as the protocol wants it, and waits for no server that does not answer', async () => {
    await write(await open(), linesOf(1))
    const [first] = server.sockets
    let reset = false
    first?.on('error', () => {
      reset = true
    })
    await opening.close()
    await until(() => first?.destroyed === true, 'the end of the first')
    expect([reset, server.closed.length]).to.deep.equal([false, 1])
    await write(await open(), linesOf(1))
    server.sockets[1]?.pause()
    const begunMs = performance.now()
    await opening.close()
    expect(performance.now() - begunMs).to.be.within(150, 1_000)
  })

  it('has events sent again that are refused, and says what the server has said', async () => {
    const to = await open()
    server.answer = message => (message.includes('event 1 ') ? '500 no\u001b[2J room' : '200 OK')
    expect(await write(to, linesOf(3))).to.deep.equal({ retry: [1], reject: [] })
    expect(opening.logged[0]).to.include({ answer: '500 no [2J room', events: 1 })
    expect(String(opening.logged[0]?.msg)).to.match(/^relp:.* refuses events$/)
    // The only one says nothing about others; all of several do.
    expect(await write(to, linesOf(1, 1))).to.deep.equal({ retry: [0], reject: [] })
    server.answer = () => '500'
    const all = { retry: [0, 1], reject: [], cause: 'throttled' }
    expect(await write(to, linesOf(2))).to.deep.equal(all)
    expect(server.sockets).to.have.length(1)
    // It comes with every try: once is enough.
    expect(opening.logged.map(({ level }) => level)).to.deep.equal([50, 20, 20])
  })

  it('takes answers in any order, in whatever pieces they come', async () => {
    const to = await open()
    const held: string[] = []
    server.answer = (message, { txnr, socket }) => {
      held.unshift(frame(txnr, 'rsp', message.includes('event 0 ') ? '500 no' : '200 OK'))
      if (held.length < 3) return undefined
      socket.setNoDelay(true)
      for (const [at, byte] of [...held.join('')].entries()) {
        setTimeout(() => socket.write(byte), at)
      }
      return undefined
    }
    let progressed = 0
    const result = await write(to, linesOf(3), { progress: () => progressed++ })
    expect(result).to.deep.equal({ retry: [0], reject: [] })
    expect(progressed).to.be.within(1, 2)
  })

  const opened = 'relp_version=0\ncommands=syslog'
  const whole = [
    frame(1, 'rsp', `200 OK\n${opened}`),
    frame(2, 'rsp', '200 OK'),
    frame(3, 'rsp', '500 no'),
    frame(4, 'rsp', '200 OK'),
  ]
  const ends = whole.map((_, at) => whole.slice(0, at + 1).join('').length)
  const bytes = Buffer.from(whole.join(''))
  for (let cut = 0; cut < bytes.length; cut++) {
    it(`sends again what has no whole answer, when the session ends after ${cut} bytes`, async () => {
      // All at once would come before its questions.
      let sent = 0
      const say = (socket: Socket, until: number) => {
        socket.write(bytes.subarray(sent, Math.min(cut, until)))
        sent = Math.max(sent, Math.min(cut, until))
        if (cut <= until) socket.end()
      }
      server.server.on('connection', socket => {
        if (server.sockets.length === 1) socket.once('data', () => say(socket, ends[0] ?? 0))
      })
      server.greets = () => server.sockets.length > 1
      server.answer = (_, { socket, txnr }) => {
        if (server.sockets.length > 1) return '200 OK'
        if (!socket.writableEnded) say(socket, ends[txnr - 1] ?? 0)
        return undefined
      }
      const to = await open()
      const answered = ends.filter(end => end <= cut).length
      if (answered <= 1) {
        expect(await rejection(write(to, linesOf(3)))).to.match(/closed the connection/)
      } else {
        const retry =
          [
            [0, 1, 2],
            [1, 2],
            [1, 2],
          ][answered - 1] ?? []
        expect(await write(to, linesOf(3))).to.deep.equal(lost(retry))
      }
      expect(await write(to, linesOf(3))).to.deep.equal(WRITTEN)
    })
  }

  const refusing: readonly [string, string, RegExp][] = [
    ['refuses the session', '500 go away', /refuses the session: 500 go away/],
    ['knows no syslog', '200 OK\nrelp_version=0\ncommands=eventlog', /takes no syslog/],
    ['offers nothing', '200 OK', /takes no syslog/],
    ['says no code', 'OK', /no RELP server/],
  ]
  for (const [what, offers, expected] of refusing) {
    it(`says so where the server ${what}`, async () => {
      server.offers = offers
      expect(await rejection(write(await open(), linesOf(1)))).to.match(expected)
      const [, session] = await opening.test({ hosts: [`127.0.0.1:${server.port}`] })
      expect(session).to.include({ step: 'session' })
      expect(session?.found).to.match(expected)
      expect(session?.hint).not.to.equal(undefined)
    })
  }

  const wrong: readonly [string, string | Buffer, RegExp][] = [
    ['answers what nobody has asked', frame(9, 'rsp', '200 OK'), /answers command 9/],
    ['answers twice', frame(2, 'rsp', '200 OK') + frame(2, 'rsp', '200 OK'), /answers command 2/],
    ['gives no code', frame(2, 'rsp', 'OK'), /no RELP server/],
    ['gives an empty answer', frame(2, 'rsp'), /no RELP server/],
    ['gives a command', frame(0, 'abort'), /sends a command: abort/],
    ['closes the session', frame(0, 'serverclose'), /closes the session/],
    ['speaks HTTP', 'HTTP/1.1 400 Bad Request\r\n\r\n', /no RELP server/],
    ['counts wrong', '2 rsp 5 200 OK\n', /no RELP server/],
    ['counts nothing', '2 rsp \n', /no RELP server/],
    ['announces too much', '2 rsp 999999999 2', /too long/],
    ['has too long a number', '2222222222 rsp', /no RELP server/],
    ['has no end', Buffer.alloc(4 * 1024 * 1024, '2'), /no RELP server/],
  ]
  for (const [what, answer, expected] of wrong) {
    it(`ends the session where the server ${what}`, async () => {
      const to = await open()
      server.answer = (_, { txnr, socket }) => {
        if (txnr === 2) socket.write(answer)
        return undefined
      }
      const result = write(to, linesOf(2))
      if (what === 'answers twice') expect(await result).to.deep.equal(lost([1]))
      else expect(await rejection(result)).to.match(expected)
      server.answer = () => '200 OK'
      expect(await write(to, linesOf(2))).to.deep.equal(WRITTEN)
      expect(server.sockets).to.have.length(2)
    })
  }

  it('leaves only the rest when the time is over after a part', async () => {
    server.answer = (_, { txnr }) => (txnr === 3 ? undefined : '200 OK')
    const writer = new Writer(await open(), 500)
    expect(await writer.write(batchOf(linesOf(3)))).to.deep.equal(lost([1]))
  })

  it('takes a late answer for nothing but what it was given to', async () => {
    const to = await open()
    const late: (() => void)[] = []
    server.answer = (_, { txnr, socket }) => {
      late.push(() => socket.write(frame(txnr, 'rsp', '200 OK')))
      return undefined
    }
    const stop = new AbortController()
    const first = rejection(write(to, linesOf(1), { signal: stop.signal }))
    await until(() => late.length === 1, 'the first message')
    stop.abort(new Error('over'))
    expect(await first).to.match(/over/)
    let isSettled = false
    const second = write(to, linesOf(1)).finally(() => {
      isSettled = true
    })
    await until(() => late.length === 2, 'the second message')
    late[0]?.()
    await new Promise(resolve => setTimeout(resolve, 30))
    expect(isSettled).to.equal(false)
    late[1]?.()
    expect(await second).to.deep.equal(WRITTEN)
  })

  it('waits for no session that never begins', async () => {
    server.greets = () => false
    const to = await open()
    const writing = write(to, linesOf(1), { signal: AbortSignal.timeout(50) })
    expect(await rejection(writing)).to.match(/aborted due to timeout/)
    await opening.close()
    await until(() => server.sockets.every(({ destroyed }) => destroyed), 'nothing is left')
  })

  it('goes on to the next host when one fails', async () => {
    const other = new RelpServer()
    const port = await other.listen()
    const to = await open({ hosts: [`127.0.0.1:${port}`, `127.0.0.1:${server.port}`] })
    await write(to, linesOf(1))
    await other.close()
    expect(await write(to, linesOf(1, 1))).to.deep.equal(WRITTEN)
    expect([other.messages.length, server.messages.length]).to.deep.equal([1, 1])
  })
})
