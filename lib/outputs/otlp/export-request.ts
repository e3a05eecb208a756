// ExportLogsServiceRequest: the records of a batch, by their resources, in the order of the batch.

import type { Batch, Rejection } from '../../output.ts'
import { MAX_DEPTH } from './any-value.ts'
import type { Attributes } from './attributes.ts'
import { eventIn, recordOf, resourceOf } from './log-record.ts'

interface ExportRequest {
  readonly body: Buffer
  /** Of the records in the batch. */
  readonly indices: readonly number[]
  /** Events that can be no records. */
  readonly rejected: readonly Rejection[]
}

interface RequestOptions {
  readonly serviceName: string
  readonly attributes: Attributes
  /** Who has made the records: us. */
  readonly scope: { readonly name: string; readonly version: string }
  readonly nowMs: number
}

/** Records are texts at once: objects of a whole batch would be moved by the garbage collector several times. */
type Records = Map<string, string[]>

export function exportRequest(
  { lines }: Pick<Batch, 'lines'>,
  options: RequestOptions,
): ExportRequest {
  const records: Records = new Map()
  const indices: number[] = []
  const rejected: Rejection[] = []
  for (const [index, line] of lines.entries()) {
    const reason = addLine(records, line, options)
    if (reason === undefined) indices.push(index)
    else rejected.push({ index, reason })
  }
  const scope = JSON.stringify(options.scope)
  const resourceLogs = [...records].map(
    ([resource, texts]) =>
      `{"resource":{"attributes":${resource}},"scopeLogs":[{"scope":${scope},"logRecords":[${texts.join()}]}]}`,
  )
  return { body: Buffer.from(`{"resourceLogs":[${resourceLogs.join()}]}`), indices, rejected }
}

/** Why it can be no record. */
function addLine(
  records: Records,
  line: string,
  { serviceName, attributes, nowMs }: RequestOptions,
): string | undefined {
  const event = eventIn(line)
  if (event === undefined) return 'it is no JSON object'
  try {
    const resource = JSON.stringify(resourceOf(event, serviceName, attributes))
    const record = JSON.stringify(recordOf(event, attributes, nowMs))
    const known = records.get(resource)
    if (known === undefined) records.set(resource, [record])
    else known.push(record)
    return undefined
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    return `its fields are nested more than ${MAX_DEPTH} deep`
  }
}
