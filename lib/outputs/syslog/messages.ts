// The messages of a batch: `<134>1 2026-01-31T13:45:00.123Z web-1 nginx 4711 - - {"@timestamp":…}`, RFC 5424. Nothing
// is copied before the size of everything is known, and then each event once.

import type { Batch, Rejection } from '../../output.ts'
import { NIL } from './header.ts'

export interface MessagesOptions {
  readonly format: 'json' | 'message'
  readonly maxBytes: number
  /** The header of events without a route. */
  readonly otherwise: string
}

/** TIMESTAMP of RFC 5424, 6.2.3. */
const TIMESTAMP = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?(Z|[+-]\d\d:\d\d)$/

/** How the framework begins an event. */
const BEGIN = '{"@timestamp":"'
const LONGEST_TIME = 40

/** A message: its header, and where in a chunk its text is, or the text itself. */
interface Message {
  /** In the batch. */
  readonly index: number
  readonly head: string
  /** Of the header in UTF-8. */
  readonly headBytes: number
  readonly chunk: Buffer
  readonly from: number
  readonly to: number
  readonly text: string | undefined
  readonly bytes: number
}

/** Around a message, in ASCII: a frame of the protocol. */
export interface Frame {
  readonly before: (bytes: number, at: number) => string
  /** Empty, or one character. */
  readonly after: '' | '\n'
}

const LINE_END = 0x0a

export class Messages {
  readonly #messages: readonly Message[]
  /** Those that are too long, which are not among the messages. */
  readonly rejected: readonly Rejection[]

  constructor(batch: Batch, options: MessagesOptions) {
    const all = messagesOf(batch, options)
    const long = all.filter(({ bytes }) => bytes > options.maxBytes)
    this.#messages = long.length === 0 ? all : all.filter(message => !long.includes(message))
    this.rejected = long.map(({ index, bytes }) => ({
      index,
      reason: `a message of ${bytes} bytes is longer than max_message_bytes`,
    }))
  }

  get count(): number {
    return this.#messages.length
  }

  /** The index in the batch of a message. */
  indexOf(at: number): number {
    return this.#messages[at]?.index ?? at
  }

  /** A message alone. */
  message(at: number): Buffer {
    const message = this.#messages[at]
    if (message === undefined) throw new TypeError('there is no such message')
    const target = Buffer.allocUnsafe(message.bytes)
    put(message, target, 0)
    return target
  }

  /** All messages, each in a frame. */
  framed({ before, after }: Frame): Buffer {
    const messages = this.#messages
    const fronts = messages.map(({ bytes }, at) => before(bytes, at))
    let size = 0
    for (let at = 0; at < messages.length; at++) {
      size += (fronts[at] ?? '').length + (messages[at]?.bytes ?? 0) + after.length
    }
    const target = Buffer.allocUnsafe(size)
    let to = 0
    for (let at = 0; at < messages.length; at++) {
      const message = messages[at]
      if (message !== undefined) to = put(message, target, to, fronts[at])
      if (after !== '') target[to++] = LINE_END
    }
    return target
  }
}

/** @returns the place behind it */
function put(message: Message, target: Buffer, at: number, front = ''): number {
  const { head, headBytes, text, chunk, from, to } = message
  const isAscii = headBytes === head.length
  const begin = at + target.write(front + head, at, isAscii ? 'latin1' : 'utf8')
  if (text !== undefined) return begin + target.write(text, begin)
  return begin + chunk.copy(target, begin, from, to)
}

function messagesOf(batch: Batch, { format, otherwise }: MessagesOptions): readonly Message[] {
  const { chunks, ends, meta, count } = batch
  const messages: Message[] = []
  let [index, base] = [0, 0]
  for (const bytes of chunks) {
    const chunk = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
    for (let from = 0; from < chunk.length && index < count; index++) {
      // Without the line end.
      const to = (ends[index] ?? 0) - base - 1
      const head = headOf(meta[index]?.route ?? otherwise, timeOf(chunk, from, to))
      const text = format === 'message' ? messageText(chunk, from, to) : undefined
      const headBytes = Buffer.byteLength(head)
      const rest = text === undefined ? to - from : Buffer.byteLength(text)
      messages.push({ index, head, headBytes, chunk, from, to, text, bytes: headBytes + rest })
      from = to + 1
    }
    base += chunk.length
  }
  return messages
}

function headOf(route: string, time: string): string {
  const at = route.indexOf('\n')
  return `${route.slice(0, at)}${time}${route.slice(at + 1)} `
}

function timeOf(chunk: Buffer, from: number, to: number): string {
  const begin = chunk.toString('latin1', from, Math.min(to, from + BEGIN.length + LONGEST_TIME))
  const end = begin.startsWith(BEGIN) ? begin.indexOf('"', BEGIN.length) : -1
  const written = end < 0 ? eventOf(chunk, from, to)['@timestamp'] : begin.slice(BEGIN.length, end)
  if (typeof written !== 'string') return NIL
  if (TIMESTAMP.test(written)) return written
  const date = new Date(written)
  return Number.isNaN(date.getTime()) ? NIL : date.toISOString()
}

function messageText(chunk: Buffer, from: number, to: number): string | undefined {
  const { message } = eventOf(chunk, from, to)
  return typeof message === 'string' ? message : undefined
}

/** Lines that a beat encodes itself are JSON by its promise alone. */
function eventOf(chunk: Buffer, from: number, to: number): Readonly<Record<string, unknown>> {
  try {
    return Object(JSON.parse(chunk.toString('utf8', from, to)))
  } catch {
    return {}
  }
}
