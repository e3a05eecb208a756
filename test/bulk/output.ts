// An output of one's own to a server that speaks _bulk, made of nothing but Node and the public API.
import { Agent, type IncomingMessage, request } from 'node:http'
import {
  type Batch,
  defineOutput,
  integer,
  type Rejection,
  retryAfterMs,
  type WriteResult,
} from 'sealbeat'

/** An answer has a few dozen bytes for each item. A longer one is none. */
const MAX_ITEM_BYTES = 512
const MAX_HEAD_BYTES = 64 * 1024
const ACTION = Buffer.from('{"create":{}}\n')

interface Item {
  readonly status: number
  readonly type: string
}

export default defineOutput<{ port: number }>({
  name: 'bulk',
  schema: { port: { doc: 'The port of the server.', format: integer(1, 65_535), default: 9200 } },
  privileges: ({ port }) => [{ connects: port, why: 'sends events' }],
  delivery: { bulk_max_size: 50, inFlight: 3 },
  async open({ settings: { port } }) {
    const agent = new Agent({ keepAlive: true })
    const headers = { 'content-type': 'application/x-ndjson' }
    const options = { method: 'POST', host: '127.0.0.1', port, path: '/_bulk', headers, agent }
    return {
      async write(batch, { signal }) {
        const body = bodyOf(batch)
        const response = await new Promise<IncomingMessage>((resolve, reject) => {
          const sent = request({ ...options, signal }, resolve).on('error', reject)
          sent.end(body)
        })
        const text = await bounded(response, MAX_HEAD_BYTES + MAX_ITEM_BYTES * batch.count)
        const { statusCode = 0, headers } = response
        if (statusCode === 413) return { retry: [], reject: [], tooLarge: true }
        if (statusCode !== 200) {
          const waitMs = retryAfterMs(headers['retry-after'], Date.parse(headers.date ?? ''))
          return { retry: all(batch), reject: [], retryAfterMs: waitMs, cause: 'throttled' }
        }
        return resultOf(itemsOf(text, batch.count))
      },
      close: async () => agent.destroy(),
    }
  },
})

function bodyOf({ chunks, ends }: Batch): Buffer {
  const bytes = Buffer.concat(chunks)
  return Buffer.concat(
    ends.flatMap((end, at) => [ACTION, bytes.subarray(at === 0 ? 0 : ends[at - 1], end)]),
  )
}

async function bounded(response: IncomingMessage, maxBytes: number): Promise<string> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of response as AsyncIterable<Buffer>) {
    size += chunk.length
    // Leaving the loop ends the connection.
    if (size > maxBytes) throw new Error(`the answer is longer than ${maxBytes} bytes`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

function itemsOf(text: string, count: number): readonly Item[] {
  const { items } = Object(JSON.parse(text))
  if (!Array.isArray(items) || items.length !== count) {
    throw new Error(`the answer is not one for ${count} events`)
  }
  return items.map(item => {
    const { status, error } = Object(Object(item).create)
    if (!Number.isInteger(status)) throw new Error('an item of the answer has no status')
    return { status, type: String(Object(error).type).slice(0, 100) }
  })
}

function resultOf(items: readonly Item[]): WriteResult {
  const retry: number[] = []
  const reject: Rejection[] = []
  for (const [index, { status, type }] of items.entries()) {
    if (status < 300 || status === 409) continue
    if (isFinal(status)) reject.push({ index, status, reason: type })
    else retry.push(index)
  }
  const isThrottled = retry.some(index => items[index]?.status === 429)
  return { retry, reject, ...(isThrottled && { cause: 'throttled' }) }
}

/** Only a fault of the document itself is final. */
function isFinal(status: number): boolean {
  return status >= 400 && status < 500 && ![401, 403, 429].includes(status)
}

function all({ count }: Batch): readonly number[] {
  return Array.from({ length: count }, (_, index) => index)
}
