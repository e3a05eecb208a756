import type { ServerResponse } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'

/** What the server does instead of answering as it should. Each but the last three has taken the documents. */
export type Fault =
  | { readonly do: 'cut'; readonly at: number }
  | { readonly do: 'hang' }
  | { readonly do: 'late'; readonly ms: number }
  | { readonly do: 'length'; readonly by: number }
  | { readonly do: 'items'; readonly by: number }
  | { readonly do: 'garbage' }
  | { readonly do: 'endless' }
  | {
      readonly do: 'refuse'
      readonly status: number
      readonly headers?: Record<string, string>
      readonly body?: object
    }
  | { readonly do: 'retryAfter'; readonly seconds: number; readonly asDate: boolean }
  | { readonly do: 'tooLarge'; readonly bytes: number }

/** A fault, the share of requests that meet it, and how often it happens at most. */
export interface Behaviour {
  readonly fault: Fault
  /** 1: every request. */
  readonly share?: number
  readonly times?: number
}

/** How single documents are refused: a third of them with 429 at first, or all with 403 for so many requests. */
export interface ItemBehaviour {
  readonly throttlesThirds?: boolean
  readonly blocks?: number
}

/** Whether the documents of a request that meets it are taken all the same. */
export function takes({ do: what }: Fault): boolean {
  return !['refuse', 'retryAfter', 'tooLarge'].includes(what)
}

const CHUNK = Buffer.alloc(64 * 1024, '{"create":{"status":201}},')

/** Answers with the fault. `answer` is the whole body as it should be. */
export async function misbehave(
  fault: Fault,
  response: ServerResponse,
  answer: string,
): Promise<void> {
  switch (fault.do) {
    case 'cut':
      return raw(response, rawAnswer(answer).slice(0, fault.at), true)
    case 'hang':
      return
    case 'late':
      await sleep(fault.ms)
      return end(response, answer)
    case 'length':
      return raw(response, rawAnswer(answer, answer.length + fault.by), false)
    case 'items':
      return end(response, withItems(answer, fault.by))
    case 'garbage':
      return end(response, '<html>{"items":[]}')
    case 'endless':
      return endless(response)
    case 'refuse':
      response.writeHead(fault.status, fault.headers)
      response.end(JSON.stringify(fault.body ?? {}))
      return
    case 'retryAfter': {
      const date = new Date(Date.now() + fault.seconds * 1000).toUTCString()
      response.writeHead(503, { 'retry-after': fault.asDate ? date : `${fault.seconds}` })
      response.end()
      return
    }
    case 'tooLarge':
      response.writeHead(413).end()
  }
}

/** The bytes of a whole answer, of which any number can be left out. */
export function rawAnswer(body: string, length = body.length): string {
  const head = ['HTTP/1.1 200 OK', 'content-type: application/json', `content-length: ${length}`]
  return `${head.join('\r\n')}\r\n\r\n${body}`
}

export function end(response: ServerResponse, body: string): void {
  response.writeHead(200, { 'content-type': 'application/json' })
  response.end(body)
}

function raw({ socket }: ServerResponse, text: string, cuts: boolean): void {
  socket?.write(text, () => cuts && socket.destroySoon())
}

function withItems(answer: string, by: number): string {
  const { items, ...rest } = JSON.parse(answer)
  const more = Array.from({ length: Math.max(0, by) }, () => ({ create: { status: 201 } }))
  return JSON.stringify({ ...rest, items: [...items.slice(0, by < 0 ? by : undefined), ...more] })
}

function endless(response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'application/json' })
  response.write('{"errors":false,"items":[')
  const more = () => {
    while (!response.destroyed && response.write(CHUNK));
  }
  response.on('drain', more)
  more()
}
