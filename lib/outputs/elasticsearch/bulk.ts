// The _bulk API: what is sent for a batch, and what its answer says of each event.

import type { EventMeta } from '../../event.ts'
import type { Batch, Rejection, WriteResult } from '../../output.ts'

export interface Bulk {
  readonly body: Buffer
  /** By the order of the body: the index of the event in the batch. */
  readonly indices: readonly number[]
  /** That events have themselves. */
  readonly ids: ReadonlySet<string>
  /** Those without an index to go to, which are not in the body. */
  readonly rejected: readonly Rejection[]
}

/** An action and the event itself, a line each. */
export function bulkOf({ chunks, ends, meta, count }: Batch): Bulk {
  const known = new Map<string, Buffer>()
  const ids = new Set<string>()
  const actions: (Buffer | undefined)[] = []
  const indices: number[] = []
  const rejected: Rejection[] = []
  let size = ends[count - 1] ?? 0
  let [last, action]: [EventMeta | undefined, Buffer | undefined] = [undefined, undefined]
  for (let index = 0; index < count; index++) {
    const own = meta[index]
    // Neighbours may share one object.
    if (own !== last || action === undefined) action = actionOf(own, known, ids)
    last = own
    actions.push(action)
    size += action?.length ?? 0
    if (action === undefined) rejected.push({ index, reason: 'no rule gives it an index' })
    else indices.push(index)
  }
  return { body: joined(chunks, ends, actions, size), indices, ids, rejected }
}

/**
 * Events that have an action, each behind it. All events are put at the end, and from there each to its place, which
 * is never behind it: to move bytes within a buffer takes half the time of a copy by a view of each event.
 */
function joined(
  chunks: Batch['chunks'],
  ends: Batch['ends'],
  actions: readonly (Buffer | undefined)[],
  size: number,
): Buffer {
  const body = Buffer.allocUnsafe(size)
  const begin = size - (ends[actions.length - 1] ?? 0)
  let [to, from, at] = [begin, begin, 0]
  for (const chunk of chunks) {
    body.set(chunk, to)
    to += chunk.length
  }
  for (let index = 0; index < actions.length; index++) {
    const action = actions[index]
    const end = begin + (ends[index] ?? 0)
    if (action !== undefined) {
      body.set(action, at)
      at += action.length
      body.copyWithin(at, from, end)
      at += end - from
    }
    from = end
  }
  return body.subarray(0, at)
}

/** Undefined if there is no index to go to. */
function actionOf(
  { route, fields }: EventMeta = {},
  actions: Map<string, Buffer>,
  ids: Set<string>,
): Buffer | undefined {
  if (route === undefined) return undefined
  const id = fields?._id
  const type = fields?.op_type === 'index' ? 'index' : 'create'
  if (typeof id === 'string' && id !== '') {
    ids.add(id)
    return Buffer.from(`{"${type}":${route.slice(0, -1)},"_id":${JSON.stringify(id)}}}\n`)
  }
  const key = `${type}${route}`
  const known = actions.get(key)
  if (known !== undefined) return known
  const action = Buffer.from(`{"${type}":${route}}\n`)
  actions.set(key, action)
  return action
}

/** What it says of the first of its events, if that was created, with what comes before. */
const BEGIN_OF_TAKEN =
  /^\{(?:"took":\d{1,15},)?"errors":false,(?:"took":\d{1,15},)?"items":\[(?=(\{"(?:create|index)":\{"status":20[01]\}\}))/

/**
 * Whether an answer says the same of so many events, that they are taken: its bytes repeat themselves then, and need
 * not be parsed. Where it does not, `itemsOf` knows more.
 */
export function saysAllAreTaken(body: Buffer, count: number): boolean {
  const [head, item] = BEGIN_OF_TAKEN.exec(body.toString('latin1', 0, 120)) ?? []
  if (head === undefined || item === undefined) return false
  const period = item.length + 1
  const [begin, end] = [head.length, head.length + count * period - 1]
  if (body.length !== end + 2 || body.toString('latin1', end) !== ']}') return false
  if (count === 1) return true
  if (body.toString('latin1', begin, begin + period) !== `${item},`) return false
  return body.compare(body, begin, end - period, begin + period, end) === 0
}

export interface Item {
  readonly status: number
  readonly type: string
  /** May repeat the event: it is looked at, never shown. */
  readonly reason: string
}

/** @throws Error if the answer is not one for so many events; without its words, which may be those of events */
export function itemsOf(body: Buffer, count: number): readonly Item[] {
  const { items } = Object(parsed(body, count))
  // No numbers: they would be other words with each batch.
  if (!Array.isArray(items) || items.length !== count) {
    throw new Error('the answer has not an item for each event')
  }
  return items.map(item => {
    const [result] = Object.values(Object(item))
    const { status, error } = Object(result)
    if (!isStatus(status)) throw new Error('an item of the answer has no status')
    const { type, reason } = Object(error)
    return { status, type: wordOf(type), reason: String(reason ?? '').slice(0, 1_000) }
  })
}

/** An item has less than twenty, also where the server does not leave out what is not asked for. */
const MAX_VALUES_OF_AN_ITEM = 64

function parsed(body: Buffer, count: number): unknown {
  if (!hasAtMost(MAX_VALUES_OF_AN_ITEM * (count + 1), body)) {
    throw new Error('the answer has more values than there can be')
  }
  try {
    return JSON.parse(body.toString('utf8'))
  } catch {
    throw new Error('what answers is no Elasticsearch: the answer is no JSON')
  }
}

const [QUOTE, COMMA, BACKSLASH, BRACKET, BRACE] = [0x22, 0x2c, 0x5c, 0x5b, 0x7b]

/** Whether JSON has at most so many values: of brackets alone it would take a hundred times its size in memory. */
function hasAtMost(values: number, body: Buffer): boolean {
  let [left, isText] = [values, false]
  for (let at = 0; at < body.length; at++) {
    const byte = body[at]
    if (byte === QUOTE) isText = !isText
    else if (isText && byte === BACKSLASH) at++
    else if (!isText && (byte === COMMA || byte === BRACKET || byte === BRACE)) left--
    if (left < 0) return false
  }
  return true
}

/** One of those that end a request: RFC 9110, 15. */
function isStatus(status: unknown): boolean {
  return Number.isInteger(status) && Number(status) >= 200 && Number(status) < 600
}

/** A type is a word such as `document_parsing_exception`; anything else might be of the event. */
function wordOf(type: unknown): string {
  return typeof type === 'string' && /^\w{1,80}$/.test(type) ? type : 'refused'
}

/** Statuses of an event that are about the server or the configuration: another try may succeed. */
const NOT_OF_THE_EVENT = [401, 403, 404, 429]

/** `validation_exception`: the cluster has as many shards as it may have, so that there can't be another index. */
const TYPES_NOT_OF_THE_EVENT =
  /^(index_not_found|index_closed|cluster_block|security|validation|es_rejected_execution|circuit_breaking)_exception$/

/** 409: it has been there already, by the same id. */
export function isTaken({ status }: Item): boolean {
  return status < 300 || status === 409
}

/** The share of a request's events. */
const MANY = 0.1

/** Says what became of each event. */
export function resultOf({ indices, rejected }: Bulk, items: readonly Item[]): WriteResult {
  const retry: number[] = []
  const reject = [...rejected]
  for (const [at, item] of items.entries()) {
    const { status, type } = item
    const index = indices[at] ?? 0
    if (isTaken(item)) continue
    if (isFinal(item)) reject.push({ index, status, reason: type })
    else retry.push(index)
  }
  reject.sort((a, b) => a.index - b.index)
  // Of a few, 429 is about an index or a shard of it: others need not wait. Of many, the server has too much to do.
  const throttled = items.filter(({ status }) => status === 429).length
  const isThrottled = throttled >= Math.max(1, items.length * MANY)
  return { retry, reject, ...(isThrottled && { cause: 'throttled' }) }
}

/** A pipeline that is not there, or an alias that leads nowhere, is a mistake in the configuration. */
const REASONS_NOT_OF_THE_EVENT = /^(pipeline with id \[|no write index is defined for alias \[)/

/** Whether it is for ever. */
export function isFinal({ status, type, reason }: Item): boolean {
  // The author of a pipeline has it refuse the event, whose status is 500 all the same.
  if (type === 'fail_processor_exception') return true
  if (status >= 500 || status < 400 || NOT_OF_THE_EVENT.includes(status)) return false
  return !TYPES_NOT_OF_THE_EVENT.test(type) && !REASONS_NOT_OF_THE_EVENT.test(reason)
}

/** How an error of a request as a whole begins. */
const REFUSED = /^\s*\{\s*"error"\s*:\s*\{\s*"root_cause"\s*:\s*\[\s*\{\s*"type"\s*:\s*"(\w{1,80})"/

/** An `_id` of more than 512 bytes, and an index that begins with `<` and is no date math. */
const TYPES_OF_AN_EVENT = ['action_request_validation_exception', 'parse_exception']

/** The type of the error, if a whole request was refused for one of its events. */
export function faultOfAnEvent(status: number, body: Buffer): string | undefined {
  const [, type = ''] = REFUSED.exec(body.toString('latin1', 0, 200)) ?? []
  return status === 400 && TYPES_OF_AN_EVENT.includes(type) ? type : undefined
}
