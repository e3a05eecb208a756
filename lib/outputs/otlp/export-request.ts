// ExportLogsServiceRequest: the records of a batch, by their resources, in the order of the batch.

import type { Batch, Rejection } from '../../output.ts'
import { MAX_DEPTH } from './any-value.ts'
import type { Attributes, Fields } from './attributes.ts'
import { eventIn, recordOf } from './log-record.ts'
import { haveOneResource, resourceOf } from './resource.ts'

interface ExportRequest {
  readonly body: Buffer
  /** Of the records in the batch. */
  readonly indices: readonly number[]
  /** Events that can be no records. */
  readonly rejected: readonly Rejection[]
}

/** A request that adds nothing. */
export const EMPTY_REQUEST: Buffer = Buffer.from('{"resourceLogs":[]}')

interface RequestOptions {
  readonly serviceName: string
  readonly attributes: Attributes
  /** Who has made the records: us. */
  readonly scope: { readonly name: string; readonly version: string }
  readonly nowMs: number
}

/** The records of the resources, by the text of their attributes. */
class Resources {
  readonly #options: RequestOptions
  readonly #records = new Map<string, string[]>()
  /** Mostly, the next event is of the same one. */
  #last: { readonly event: Fields; readonly records: string[] } | undefined

  constructor(options: RequestOptions) {
    this.#options = options
  }

  /** Why it can be no record. */
  add(line: string): string | undefined {
    const event = eventIn(line)
    if (event === undefined) return 'it is no JSON object'
    try {
      const { attributes, nowMs } = this.#options
      const record = recordOf(event, attributes, nowMs)
      this.#recordsOf(event).push(record)
      return undefined
    } catch (error) {
      if (!(error instanceof RangeError)) throw error
      return `its fields are nested more than ${MAX_DEPTH} deep`
    }
  }

  get text(): string {
    const scope = JSON.stringify(this.#options.scope)
    return Array.from(
      this.#records,
      ([attributes, records]) =>
        `{"resource":{"attributes":${attributes}},"scopeLogs":[{"scope":${scope},"logRecords":[${records.join()}]}]}`,
    ).join()
  }

  #recordsOf(event: Fields): string[] {
    const last = this.#last
    if (last !== undefined && haveOneResource(event, last.event)) return last.records
    const { serviceName, attributes } = this.#options
    const text = resourceOf(event, serviceName, attributes)
    const records = this.#records.get(text) ?? []
    this.#records.set(text, records)
    this.#last = { event, records }
    return records
  }
}

export function exportRequest(
  { lines }: Pick<Batch, 'lines'>,
  options: RequestOptions,
): ExportRequest {
  const resources = new Resources(options)
  const indices: number[] = []
  const rejected: Rejection[] = []
  for (const [index, line] of lines.entries()) {
    const reason = resources.add(line)
    if (reason === undefined) indices.push(index)
    else rejected.push({ index, reason })
  }
  return { body: Buffer.from(`{"resourceLogs":[${resources.text}]}`), indices, rejected }
}
