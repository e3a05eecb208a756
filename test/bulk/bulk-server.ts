// A server that speaks a little of Elasticsearch's _bulk: an action line and a document line each, answered by item.
//
//   POST /_bulk       takes documents, or misbehaves
//   PUT /_control     { behaviours, items }: from now on
//   GET /_stats       what it has seen
//
// Each document that it takes is in its file, synced, before anybody is told: one line with its id.

import { once } from 'node:events'
import { closeSync, fdatasyncSync, openSync, writeSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import { promisify } from 'node:util'
import { createGunzip } from 'node:zlib'
import { randomFrom } from '../faults/random.ts'
import {
  type Behaviour,
  end,
  type Fault,
  type ItemBehaviour,
  misbehave,
  takes,
} from './behaviours.ts'

export interface Control {
  readonly behaviours?: readonly Behaviour[]
  readonly items?: ItemBehaviour
}

export interface Stats {
  requests: number
  /** Documents taken, counted each time. */
  taken: number
  /** Of those: there already. */
  repeated: number
  /** Requests for anything else, as a redirect leads to. */
  elsewhere: number
  /** Requests while a pause was to be kept. */
  impatient: number
  /** How often each fault has been met. */
  readonly faults: Record<string, number>
}

/** Requests that were on their way when a pause was asked for arrive within this time. */
const ON_THE_WAY_MS = 300

export class BulkServer {
  readonly stats: Stats = {
    ...{ requests: 0, taken: 0, repeated: 0, elsewhere: 0, impatient: 0 },
    faults: {},
  }
  readonly ids = new Set<string>()
  readonly #server = createServer((request, response) => void this.#serve(request, response))
  readonly #file: number
  readonly #random: () => number
  readonly #throttled = new Set<string>()
  #control: Control = {}
  readonly #met = new Map<Behaviour, number>()
  #blocks = 0
  #pause = { fromMs: 0, toMs: 0 }
  port = 0

  constructor(file: string, seed = 1) {
    this.#file = openSync(file, 'a')
    this.#random = randomFrom(seed)
    // A request whose answer was cut short is no error of ours.
    this.#server.on('clientError', (_, socket) => socket.destroy())
  }

  async listen(): Promise<void> {
    await once(this.#server.listen(this.port, '127.0.0.1'), 'listening')
    this.port = Object(this.#server.address()).port
  }

  control(control: Control): void {
    this.#control = control
    this.#met.clear()
    this.#blocks = control.items?.blocks ?? 0
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections()
    await promisify(this.#server.close.bind(this.#server))()
    closeSync(this.#file)
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await bodyOf(request).catch(() => undefined)
    if (body === undefined) return
    if (request.url === '/_control') {
      this.control(JSON.parse(body))
      response.end()
    } else if (request.url === '/_stats') response.end(JSON.stringify(this.stats))
    else if (request.url?.replace(/\?.*/, '') === '/_bulk') await this.#bulk(body, response)
    else {
      this.stats.elsewhere++
      response.writeHead(404).end()
    }
  }

  async #bulk(body: string, response: ServerResponse): Promise<void> {
    this.stats.requests++
    const nowMs = Date.now()
    if (nowMs > this.#pause.fromMs && nowMs < this.#pause.toMs) this.stats.impatient++
    const fault = this.#faultFor(body)
    if (fault === undefined) return end(response, this.#take(body))
    this.stats.faults[fault.do] = (this.stats.faults[fault.do] ?? 0) + 1
    if (fault.do === 'retryAfter') this.#beginPause(fault.seconds - Number(fault.asDate))
    await misbehave(fault, response, takes(fault) ? this.#take(body) : '')
  }

  #faultFor(body: string): Fault | undefined {
    for (const behaviour of this.#control.behaviours ?? []) {
      const { fault, share = 1, times = Number.POSITIVE_INFINITY } = behaviour
      const met = this.#met.get(behaviour) ?? 0
      if (met >= times || this.#random() >= share) continue
      if (fault.do === 'tooLarge' && body.length <= fault.bytes) continue
      this.#met.set(behaviour, met + 1)
      // Each time one byte more.
      return fault.do === 'cut' ? { ...fault, at: fault.at + met } : fault
    }
    return undefined
  }

  /** A date has no milliseconds, so that a pause until then may be a second shorter. */
  #beginPause(seconds: number): void {
    const nowMs = Date.now()
    this.#pause = { fromMs: nowMs + ON_THE_WAY_MS, toMs: nowMs + seconds * 1000 - 20 }
  }

  #take(body: string): string {
    const lines = body.split('\n').slice(0, -1)
    const isBlocked = this.#blocks > 0
    if (isBlocked) this.#blocks--
    const taken: string[] = []
    const items = lines.flatMap((line, at) => {
      if (at % 2 === 0)
        return Object.keys(JSON.parse(line))[0] === 'create' ? [] : [refusal(400, 'action')]
      const { message, id = message, bad, busy } = JSON.parse(line)
      if (isBlocked) return [refusal(403, 'cluster_block_exception')]
      if (bad) return [refusal(400, 'mapper_parsing_exception')]
      if (busy || this.#throttles(id)) return [refusal(429, 'es_rejected_execution_exception')]
      taken.push(id)
      return [{ create: { status: 201 } }]
    })
    this.#keep(taken)
    return JSON.stringify({ errors: taken.length < items.length, items })
  }

  #throttles(id: string): boolean {
    if (!this.#control.items?.throttlesThirds || this.#throttled.has(id)) return false
    if (Number(String(id).split(':')[1]) % 3 !== 0) return false
    this.#throttled.add(id)
    return true
  }

  #keep(ids: readonly string[]): void {
    if (ids.length === 0) return
    writeSync(this.#file, `${ids.join('\n')}\n`)
    fdatasyncSync(this.#file)
    this.stats.taken += ids.length
    for (const id of ids) {
      if (this.ids.has(id)) this.stats.repeated++
      this.ids.add(id)
    }
  }
}

function bodyOf(request: IncomingMessage): Promise<string> {
  if (request.headers['content-encoding'] !== 'gzip') return text(request)
  const plain = createGunzip()
  request.on('error', error => plain.destroy(error))
  return text(request.pipe(plain))
}

function refusal(status: number, type: string) {
  return { create: { status, error: { type, reason: `document is ${type}` } } }
}
