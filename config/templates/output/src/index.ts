import { Agent, type IncomingMessage, request } from 'node:http'
import { finished } from 'node:stream/promises'
import { defineOutput, retryAfterMs, text, WRITTEN, type WriteResult } from 'sealbeat'

/** Posts batches of events, a JSON object per line. Opens without the server, which may be away. */
export default defineOutput<{ url: string }>({
  name: '__NAME__',
  schema: { url: { doc: 'Where to post events.', format: text, default: null } },
  privileges: ({ url }) => [{ connects: Number(new URL(url).port) || 80, why: 'posts events' }],
  async open({ settings }) {
    const agent = new Agent({ keepAlive: true })
    const options = { method: 'POST', agent, headers: { 'content-type': 'application/x-ndjson' } }
    return {
      async write(batch, { signal }) {
        // Rejects if there is no response: then the agent tries the batch again.
        const response = await new Promise<IncomingMessage>((resolve, reject) => {
          const sent = request(settings.url, { ...options, signal }, resolve).on('error', reject)
          sent.end(Buffer.concat(batch.chunks))
        })
        await finished(response.resume()) // frees the connection for the next batch
        const { statusCode: status = 0, headers } = response
        return answerOf(batch.count, status, retryAfterMs(headers['retry-after']))
      },
      close: async () => agent.destroy(),
    }
  },
})

/** A refused batch is halved until the event that is refused is alone: only that one is dropped. */
export function answerOf(count: number, status: number, waitMs: number): WriteResult {
  if (status >= 200 && status < 300) return WRITTEN
  const isRefused = status === 400 || status === 422
  if (status === 413 || (isRefused && count > 1)) return { retry: [], reject: [], tooLarge: true }
  if (isRefused) return { retry: [], reject: [{ index: 0, status, reason: `HTTP ${status}` }] }
  const retry = Array.from({ length: count }, (_, index) => index)
  const why = { message: 'The server takes no events', status }
  return { retry, reject: [], retryAfterMs: waitMs, cause: 'throttled', why }
}
