// The _bulk API: what is sent for a batch, and what its answer says of each event.

import type { EventMeta } from '../../event.ts'
import type { Batch, Rejection, WriteResult } from '../../output.ts'

interface Bulk {
  readonly body: Buffer
  /** By the order of the body: the index of the event in the batch. */
  readonly indices: readonly number[]
  /** Those without an index to go to, which are not in the body. */
  readonly rejected: readonly Rejection[]
}

/** An action and the event itself, a line each. */
export function bulkOf(batch: Batch): Bulk {
  const { chunks, ends, meta, count } = batch
  const [only] = chunks
  const lines =
    chunks.length === 1 && only
      ? Buffer.from(only.buffer, only.byteOffset, only.length)
      : Buffer.concat(chunks)
  const known = new Map<string, Buffer>()
  const actions: Buffer[] = []
  const indices: number[] = []
  const rejected: Rejection[] = []
  let size = 0
  let [last, action]: [EventMeta | undefined, Buffer | undefined] = [undefined, undefined]
  for (let index = 0; index < count; index++) {
    const own = meta[index]
    const { route, fields } = own ?? {}
    if (route === undefined) {
      rejected.push({ index, reason: 'no rule gives it an index' })
      continue
    }
    // Neighbours may share one object.
    if (own !== last || action === undefined) action = actionOf(route, fields, known)
    last = own
    size += action.length + lengthOf(ends, index)
    actions.push(action)
    indices.push(index)
  }
  const body = Buffer.allocUnsafe(size)
  let at = 0
  for (const [n, index] of indices.entries()) {
    at += actions[n]?.copy(body, at) ?? 0
    at += lines.copy(body, at, index === 0 ? 0 : ends[index - 1], ends[index])
  }
  return { body, indices, rejected }
}

function lengthOf(ends: Batch['ends'], index: number): number {
  return (ends[index] ?? 0) - (index === 0 ? 0 : (ends[index - 1] ?? 0))
}

function actionOf(
  route: string,
  fields: Readonly<Record<string, unknown>> | undefined,
  actions: Map<string, Buffer>,
): Buffer {
  const id = fields?._id
  const type = fields?.op_type === 'index' ? 'index' : 'create'
  if (typeof id === 'string' && id !== '') {
    return Buffer.from(`{"${type}":${route.slice(0, -1)},"_id":${JSON.stringify(id)}}}\n`)
  }
  const key = `${type}${route}`
  const known = actions.get(key)
  if (known !== undefined) return known
  const action = Buffer.from(`{"${type}":${route}}\n`)
  actions.set(key, action)
  return action
}

interface Item {
  readonly status: number
  readonly type: string
  /** May repeat the event: it is looked at, never shown. */
  readonly reason: string
}

/** @throws Error if the answer is not one for so many events */
export function itemsOf(body: Buffer, count: number): readonly Item[] {
  const { items } = Object(JSON.parse(body.toString('utf8')))
  if (!Array.isArray(items) || items.length !== count) {
    throw new Error(`the answer is not one for ${count} events`)
  }
  return items.map(item => {
    const [result] = Object.values(Object(item))
    const { status, error } = Object(result)
    if (!Number.isInteger(status)) throw new Error('an item of the answer has no status')
    const { type, reason } = Object(error)
    return { status, type: wordOf(type), reason: String(reason ?? '').slice(0, 1_000) }
  })
}

/** A type is a word such as `document_parsing_exception`; anything else might be of the event. */
function wordOf(type: unknown): string {
  return typeof type === 'string' && /^\w{1,80}$/.test(type) ? type : 'refused'
}

/** Statuses of an event that are about the server or the configuration: another try may succeed. */
const NOT_OF_THE_EVENT = [401, 403, 404, 429]

const TYPES_NOT_OF_THE_EVENT =
  /^(index_not_found|index_closed|cluster_block|security|es_rejected_execution|circuit_breaking)_exception$/

/** Says what became of each event. 409: it has been there already, by the same id. */
export function resultOf({ indices, rejected }: Bulk, items: readonly Item[]): WriteResult {
  const retry: number[] = []
  const reject = [...rejected]
  let isThrottled = false
  for (const [at, item] of items.entries()) {
    const { status, type } = item
    const index = indices[at] ?? 0
    if (status < 300 || status === 409) continue
    if (isFinal(item)) reject.push({ index, status, reason: type })
    else retry.push(index)
    isThrottled ||= status === 429
  }
  reject.sort((a, b) => a.index - b.index)
  return { retry, reject, ...(isThrottled && { cause: 'throttled' }) }
}

/** A pipeline that is not there, or an alias that leads nowhere, is a mistake in the configuration. */
const REASONS_NOT_OF_THE_EVENT = /^(pipeline with id \[|no write index is defined for alias \[)/

function isFinal({ status, type, reason }: Item): boolean {
  // The author of a pipeline has it refuse the event, whose status is 500 all the same.
  if (type === 'fail_processor_exception') return true
  if (status >= 500 || status < 400 || NOT_OF_THE_EVENT.includes(status)) return false
  return !TYPES_NOT_OF_THE_EVENT.test(type) && !REASONS_NOT_OF_THE_EVENT.test(reason)
}
