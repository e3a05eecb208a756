// ExportLogsServiceRequest: the records of a batch, by their resources, in the order of the batch.

import type { Batch, Rejection } from '../../output.ts'
import { MAX_DEPTH } from './any-value.ts'
import type { Attributes } from './attributes.ts'
import { eventIn, recordOf, resourceOf, split } from './log-record.ts'

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

interface Resource {
  /** The text of its attributes. */
  readonly attributes: string
  /** Texts at once: objects of a whole batch would be moved by the garbage collector several times. */
  readonly records: string[]
}

/** By the fields that its attributes are made of. */
type Resources = Map<string, Resource>

export function exportRequest(
  { lines }: Pick<Batch, 'lines'>,
  options: RequestOptions,
): ExportRequest {
  const resources: Resources = new Map()
  const indices: number[] = []
  const rejected: Rejection[] = []
  for (const [index, line] of lines.entries()) {
    const reason = addLine(resources, line, options)
    if (reason === undefined) indices.push(index)
    else rejected.push({ index, reason })
  }
  const scope = JSON.stringify(options.scope)
  const resourceLogs = Array.from(
    resources.values(),
    ({ attributes, records }) =>
      `{"resource":{"attributes":${attributes}},"scopeLogs":[{"scope":${scope},"logRecords":[${records.join()}]}]}`,
  )
  return { body: Buffer.from(`{"resourceLogs":[${resourceLogs.join()}]}`), indices, rejected }
}

/** Why it can be no record. */
function addLine(
  resources: Resources,
  line: string,
  { serviceName, attributes, nowMs }: RequestOptions,
): string | undefined {
  const event = eventIn(line)
  if (event === undefined) return 'it is no JSON object'
  try {
    const { resource, rest } = split(event)
    const record = JSON.stringify(recordOf(event, rest, attributes, nowMs))
    const key = JSON.stringify(resource)
    const known = resources.get(key)
    if (known !== undefined) known.records.push(record)
    else {
      const text = JSON.stringify(resourceOf(resource, serviceName, attributes))
      resources.set(key, { attributes: text, records: [record] })
    }
    return undefined
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    return `its fields are nested more than ${MAX_DEPTH} deep`
  }
}
