import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import { createServer, type Socket, type Server as TcpServer } from 'node:net'
import { expect } from 'chai'
import output from '../../../lib/outputs/http/http.ts'
import { rejection } from '../../pipeline/fixtures.ts'
import { Opening, write } from '../opening.ts'
import { WebServer } from './servers.ts'

describe('output.http: its answers', () => {
  let web: WebServer
  const opening = new Opening(output)

  beforeEach(async () => {
    web = new WebServer()
    await web.listen()
  })

  afterEach(async () => {
    await opening.close()
    await web.close()
  })

  const open = (port = web.port) => opening.open({ url: `http://127.0.0.1:${port}/` })

  it('confirms by the status of an answer that never ends, as a server that echoes may send', async () => {
    const to = await open()
    web.answer = response => {
      const more = () => {
        while (!response.destroyed && response.write(Buffer.alloc(20_000)));
      }
      response.writeHead(200).on('drain', more)
      more()
    }
    for (let time = 0; time < 2; time++) {
      expect(await write(to, ['{}'])).to.deep.equal({ retry: [], reject: [] })
    }
    expect(new Set(web.seen.map(({ from }) => from)).size).to.equal(2)
  })

  it('rejects where the answer is cut, hung or late, or none', async () => {
    const to = await open()
    const cuts: readonly ((response: ServerResponse) => void)[] = [
      ({ socket }) => socket?.end(),
      ({ socket }) => socket?.resetAndDestroy(),
    ]
    for (const cut of cuts) {
      web.answer = response => {
        response.writeHead(200, { 'content-length': '10' }).write('half', () => cut(response))
      }
      expect(String(await rejection(write(to, ['{}'])))).to.match(
        /: http:\/\/127.0.0.1:\d+: the connection ended within the answer$/,
      )
    }
    // Node closes the connection then, and says nothing.
    web.answer = response => response.writeHead(101, { upgrade: 'x', connection: 'upgrade' }).end()
    expect(await rejection(write(to, ['{}']))).to.match(/without an answer/)
    web.answer = () => undefined
    expect(await rejection(write(to, ['{}'], { signal: AbortSignal.timeout(50) }))).to.match(
      /abort/,
    )
    web.answer = response => response.writeHead(200).end()
    expect(await write(to, ['{}'])).to.deep.equal({ retry: [], reject: [] })
  })

  it('keeps no body that its server has not read before it answered', async () => {
    const bytes = 16 << 20
    let [received, answered] = [0, 0]
    const sockets: Socket[] = []
    const server: TcpServer = createServer({ pauseOnConnect: true }, socket => {
      sockets.push(socket.on('error', () => undefined))
      socket.write('HTTP/1.1 503 Busy\r\ncontent-length: 0\r\n\r\n')
      answered++
    })
    await once(server.listen(0, '127.0.0.1'), 'listening')
    const to = await open(Object(server.address()).port)
    expect(await write(to, [`"${'x'.repeat(bytes)}"`])).to.include({ cause: 'throttled' })
    for (const socket of sockets) {
      await new Promise<void>(resolve => {
        socket.once('close', () => resolve())
        socket.on('data', data => {
          received += data.length
          if (received > bytes) resolve()
        })
        socket.resume()
      })
      socket.destroy()
    }
    expect(answered).to.equal(1)
    // What the kernels had taken by then: the rest was given up with the connection.
    expect(received).to.be.below(bytes)
    server.close()
  })

  it('are waited for no longer than they are wanted, also where there is no connection yet', async () => {
    const silent: TcpServer = createServer(() => undefined)
    await once(silent.listen(0, '127.0.0.1'), 'listening')
    const proxy_url = `http://127.0.0.1:${Object(silent.address()).port}`
    const to = await opening.open({ url: 'https://logs.test/', proxy_url })
    const signal = AbortSignal.timeout(20)
    expect(String(await rejection(write(to, ['{}'], { signal })))).to.match(/TimeoutError/)
    await opening.close()
    silent.close()
  })

  it('are no TLS where a proxy has its own words for them', async () => {
    const proxy: TcpServer = createServer(socket => {
      socket.on('error', () => undefined)
      socket.once('data', () => socket.write('HTTP/1.1 200 OK\r\n\r\n<html>Log in</html>'))
    })
    await once(proxy.listen(0, '127.0.0.1'), 'listening')
    const proxy_url = `http://127.0.0.1:${Object(proxy.address()).port}`
    const to = await opening.open({ url: 'https://logs.test/', proxy_url })
    expect(await rejection(write(to, ['{}']))).to.match(/port 443 does not speak TLS/)
    proxy.close()
  })
})
