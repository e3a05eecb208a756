// `test output`: up to TLS what every output does, then `GET /`. It needs no more rights than sending events does:
// who may not ask for the version is known all the same.

import type { OutputTestStep } from '../../output.ts'
import { ConnectionError } from '../connection/failures.ts'
import { attempt } from '../connection/steps.ts'
import type { credentialOf } from '../http-client/access.ts'
import { type HttpAnswer, type HttpClient, shown } from '../http-client/client.ts'
import type { HttpHost } from '../http-client/hosts.ts'
import { refusalOf } from '../http-client/refusal.ts'

type Credential = ReturnType<typeof credentialOf>

/** It has a name, a version and a few more words. */
const MAX_ANSWER_BYTES = 64 * 1024

/** `authenticate` and `version`. */
export async function* answerSteps(
  host: HttpHost,
  client: HttpClient,
  credential: Credential,
  signal: AbortSignal,
): AsyncGenerator<OutputTestStep> {
  const peer = host.title
  const tried = await attempt(host, 'authenticate', signal, deadline =>
    client.request({
      ...{ method: 'GET', path: '/', maxAnswerBytes: MAX_ANSWER_BYTES, signal: deadline },
    }),
  )
  if (tried instanceof ConnectionError) {
    yield { peer, step: 'authenticate', found: tried.found, hint: tried.hint }
    return
  }
  const { status } = tried.result
  const isKnown = status !== 401 && (status !== 403 || isAboutRights(tried.result))
  if (isKnown) yield { peer, step: 'authenticate', found: credential.found }
  const step = isKnown ? 'version' : 'authenticate'
  yield { peer, step, ...judged(tried.result, host, credential) }
}

function isAboutRights({ body }: HttpAnswer): boolean {
  return body.includes('"security_exception"')
}

function judged(answer: HttpAnswer, host: HttpHost, { hint }: Credential) {
  if (answer.status === 403 && isAboutRights(answer)) {
    return {
      found: 'not told: it takes the cluster privilege monitor, which sending events does not',
    }
  }
  if (answer.status !== 200) return refusalOf(answer, host, hint)
  const version = versionIn(answer.body.toString('utf8'))
  if (version !== undefined) return { found: version }
  return {
    found: 'what answers is neither Elasticsearch nor OpenSearch',
    hint: 'check the port, and the path, in hosts',
  }
}

function versionIn(text: string): string | undefined {
  try {
    const { version } = Object(JSON.parse(text))
    const { number, distribution } = Object(version)
    if (typeof number !== 'string') return undefined
    const name = distribution === 'opensearch' ? 'OpenSearch' : 'Elasticsearch'
    return shown(`${name} ${number}`)
  } catch {
    return undefined
  }
}
