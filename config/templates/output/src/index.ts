import { Agent, type IncomingMessage, type RequestOptions, request } from 'node:http'
import { type Batch, defineOutput, text, WRITTEN, type WriteResult } from 'sealbeat'

/** Posts batches of events, a JSON object per line. Opens without the server, which may be away. */
export default defineOutput<{ url: string }>({
  name: '__NAME__',
  schema: { url: { doc: 'Where to post events.', format: text, default: null } },
  privileges: ({ url }) => [{ connects: Number(new URL(url).port) || 80, why: 'posts events' }],
  async open({ settings }) {
    const url = new URL(settings.url)
    const agent = new Agent({ keepAlive: true })
    const options = { method: 'POST', agent, headers: { 'content-type': 'application/x-ndjson' } }
    return {
      async write(batch, { signal }) {
        const response = await post(url, { ...options, signal }, batch)
        await response.resume().toArray() // frees the connection for the next batch
        return answerOf(batch.count, response.statusCode ?? 0)
      },
      close: async () => agent.destroy(),
    }
  },
})

/** Rejects if there is no response: then the agent tries the batch again. */
function post(url: URL, options: RequestOptions, { chunks }: Batch): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const sent = request(url, options, resolve).on('error', reject)
    sent.end(Buffer.concat(chunks))
  })
}

/** The fate of a batch of so many events, by the status of the response. */
export function answerOf(count: number, status: number): WriteResult {
  const all = Array.from({ length: count }, (_, index) => index)
  if (status >= 200 && status < 300) return WRITTEN
  if (status === 413) return { retry: [], reject: [], tooLarge: true }
  if (status !== 400 && status !== 422) return { retry: all, reject: [], cause: 'throttled' }
  return { retry: [], reject: all.map(index => ({ index, status, reason: `HTTP ${status}` })) }
}
