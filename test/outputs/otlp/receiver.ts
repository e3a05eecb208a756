import { gunzipSync } from 'node:zlib'
import type { Seen } from '../http/servers.ts'
import { requestProblems } from './proto-json.ts'

interface Attribute {
  readonly key: string
  readonly value: unknown
}

interface LogRecord {
  readonly body?: { readonly stringValue?: string }
  readonly attributes: readonly Attribute[]
}

/** One resource of a request, with its records. */
interface ResourceLogs {
  readonly resource: { readonly attributes: readonly Attribute[] }
  readonly scopeLogs: readonly {
    readonly scope: object
    readonly logRecords: readonly LogRecord[]
  }[]
}

/** What a request has sent, inflated. @throws Error if it is no ExportLogsServiceRequest */
export function resourceLogsOf({
  body,
  headers,
}: Pick<Seen, 'body' | 'headers'>): readonly ResourceLogs[] {
  const text = headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body
  const request = JSON.parse(text.toString('utf8'))
  const problems = requestProblems(request)
  if (problems.length > 0) throw new Error(problems.join('\n'))
  return request.resourceLogs
}

export function recordsOf(seen: Pick<Seen, 'body' | 'headers'>): readonly LogRecord[] {
  return resourceLogsOf(seen)
    .flatMap(({ scopeLogs }) => scopeLogs)
    .flatMap(({ logRecords }) => logRecords)
}
