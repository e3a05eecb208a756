import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'

/** How the fate of a line is written in it. */
const FATE = /"fate":"(retry|reject)"/

/**
 * A server that takes batches, each with the number of its lines before them, and answers each with a line of
 * JSON: as a `WriteResult`. It refuses lines with `"fate":"retry"` or `"fate":"reject"`.
 */
export async function startLinePeer() {
  let received = ''
  const sockets = new Set<Socket>()
  const server = createServer(socket => {
    let rest = ''
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket)).on('error', () => socket.destroy())
    socket.setEncoding('utf8').on('data', data => {
      rest += data
      for (;;) {
        const [count = '', ...lines] = rest.split('\n')
        if (lines.length <= Number(count)) return
        const batch = lines.slice(0, Number(count))
        rest = lines.slice(Number(count)).join('\n')
        received += batch.join('\n')
        socket.write(`${JSON.stringify(answerTo(batch))}\n`)
      }
    })
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const port: number = Object(server.address()).port
  const close = () => {
    for (const socket of sockets) socket.destroy()
    server.close()
  }
  return { port, received: () => received, close }
}

function answerTo(batch: readonly string[]) {
  const fates = batch.map(line => FATE.exec(line)?.[1])
  const indices = (fate: string) => fates.flatMap((each, index) => (each === fate ? [index] : []))
  const reject = indices('reject').map(index => ({ index, reason: 'refused' }))
  return { retry: indices('retry'), reject }
}
