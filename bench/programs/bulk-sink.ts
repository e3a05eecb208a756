// A server that takes every _bulk request and says so of each event. `GET /count` answers how many events have come
// since the last such question. Prints its port.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { promisify } from 'node:util'
import { gunzip as gunzipOf } from 'node:zlib'

const gunzip = promisify(gunzipOf)

const NEWLINE = 10
const ITEM = '{"create":{"status":201}}'
/** A server has better things to do than to unpack in pieces of 16 KiB, each with a way to a thread and back. */
const CHUNK_BYTES = 1024 * 1024

let count = 0

function linesIn(bytes: Buffer): number {
  let lines = 0
  for (let at = bytes.indexOf(NEWLINE); at >= 0; at = bytes.indexOf(NEWLINE, at + 1)) lines++
  return lines
}

const server = createServer(async (request, response) => {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk)
  response.setHeader('content-type', 'application/json')
  if (request.url === '/count') {
    response.end(JSON.stringify(count))
    count = 0
    return
  }
  const body = Buffer.concat(chunks)
  const isPacked = request.headers['content-encoding'] === 'gzip'
  // Of each event there are two lines: what is done, and the event.
  const events = linesIn(isPacked ? await gunzip(body, { chunkSize: CHUNK_BYTES }) : body) / 2
  count += events
  const items = `${ITEM},`.repeat(events).slice(0, -1)
  response.end(`{"took":1,"errors":false,"items":[${items}]}`)
})
// Whoever measures may not look at its connection for long.
server.keepAliveTimeout = 0
server.listen(0, '127.0.0.1', () => console.log((server.address() as AddressInfo).port))
