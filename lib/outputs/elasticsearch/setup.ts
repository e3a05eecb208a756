// Makes templates at the first host that answers. One that is there already, and is the same, stays as it is; one
// that somebody else has made is not replaced.

import type { OutputTestStep, SetupItem } from '../../output.ts'
import { connectionError } from '../connection/failures.ts'
import { type HttpAnswer, type HttpClient, shown } from '../http-client/client.ts'
import type { HttpHost } from '../http-client/hosts.ts'
import { MANAGED_BY } from './template.ts'

export interface Place {
  readonly host: HttpHost
  readonly client: HttpClient
}

const HEADERS = { 'content-type': 'application/json' }
const REQUEST_MS = 10_000
/** A template with the fields of all beats has some ten thousand bytes. */
const MAX_ANSWER_BYTES = 4 * 1024 * 1024

type Said = Pick<OutputTestStep, 'found' | 'hint'>

export async function* makeTemplates(
  places: readonly Place[],
  items: readonly SetupItem[],
  signal: AbortSignal,
): AsyncGenerator<OutputTestStep> {
  for (const place of places) {
    const failure = yield* makeAt(place, items, signal)
    if (failure === undefined) return
    yield failure
  }
}

/** Returns why the host can't be asked, if that is so. */
async function* makeAt(
  { host, client }: Place,
  items: readonly SetupItem[],
  signal: AbortSignal,
): AsyncGenerator<OutputTestStep, OutputTestStep | undefined> {
  const peer = host.title
  for (const item of items) {
    try {
      yield { peer, step: item.request, ...(await makeItem(client, item, signal)) }
    } catch (thrown) {
      signal.throwIfAborted()
      const { found, hint } = connectionError(thrown, host)
      return { peer, step: item.request, found, hint }
    }
  }
  return undefined
}

async function makeItem(
  client: HttpClient,
  { request, body }: SetupItem,
  signal: AbortSignal,
): Promise<Said> {
  const path = request.replace(/^PUT /, '')
  const ask = (method: 'GET' | 'PUT') =>
    client.request({
      ...{ method, path, headers: HEADERS, maxAnswerBytes: MAX_ANSWER_BYTES },
      ...(method === 'PUT' && { body: Buffer.from(JSON.stringify(body)) }),
      signal: AbortSignal.any([signal, AbortSignal.timeout(REQUEST_MS)]),
    })
  const before = await ask('GET')
  if (before.status !== 200 && before.status !== 404) return refused(before)
  const found = before.status === 200 ? metaIn(before) : undefined
  if (found !== undefined && found.managed_by !== MANAGED_BY) {
    return {
      found: 'there is one that sealbeat has not made: it is left as it is',
      hint: 'remove it, or have events go to an index of another name',
    }
  }
  if (found !== undefined && found.digest === Object(body._meta).digest) {
    return { found: 'is there already' }
  }
  const made = await ask('PUT')
  if (made.status !== 200) return refused(made)
  return {
    found: `${found === undefined ? 'made' : 'changed'}: for indices that are made from now on`,
  }
}

function metaIn({ body }: HttpAnswer): Readonly<Record<string, unknown>> {
  const { index_templates } = Object(JSON.parse(body.toString('utf8')))
  return Object(Object(Object(index_templates?.[0]).index_template)._meta)
}

function refused({ status, body }: HttpAnswer): Said {
  return { found: `HTTP ${status}: ${shown(body.toString('utf8'))}`, hint: HINTS[status] ?? OTHER }
}

const HINTS: Readonly<Record<number, string>> = {
  401: 'check the user, its password or the API key',
  403: 'this takes the cluster privilege manage_index_templates, which sending events does not',
}

const OTHER = 'the log of the server may say more'
