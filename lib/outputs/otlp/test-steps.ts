// `test output`: up to TLS what every output does, then an export of nothing, which adds nothing anywhere.

import type { Logger } from 'pino'
import { messageOf } from '../../errors.ts'
import type { OutputTestStep } from '../../output.ts'
import { ConnectionError } from '../connection/failures.ts'
import { attempt } from '../connection/steps.ts'
import type { HttpAnswer, HttpClient } from '../http-client/client.ts'
import type { HttpHost } from '../http-client/hosts.ts'
import { refusalOf } from '../http-client/refusal.ts'
import { httpSteps } from '../http-client/steps.ts'
import { Credentials } from '../tls/credentials.ts'
import { credentialHint } from './credential.ts'
import { EMPTY_REQUEST } from './export-request.ts'
import { partialSuccessOf } from './export-response.ts'
import type { OtlpSettings } from './otlp-settings.ts'

const MAX_ANSWER_BYTES = 64 * 1024

export async function* testSteps(
  settings: OtlpSettings,
  way: { readonly host: HttpHost; readonly proxy: HttpHost | undefined },
  client: HttpClient,
  log: Logger,
  signal: AbortSignal,
): AsyncGenerator<OutputTestStep> {
  const { ssl } = settings
  if (!(yield* httpSteps({ ...way, ssl, credentials: new Credentials(ssl, log) }, signal))) return
  const { host } = way
  const at = { peer: host.title, step: 'export' }
  const tried = await attempt(host, 'export', signal, deadline =>
    client.request({
      ...{ method: 'POST', path: '', body: EMPTY_REQUEST, signal: deadline },
      maxAnswerBytes: MAX_ANSWER_BYTES,
    }),
  )
  if (tried instanceof ConnectionError) yield { ...at, found: tried.found, hint: tried.hint }
  else yield { ...at, ...judged(tried.result, host, settings) }
}

function judged(answer: HttpAnswer, host: HttpHost, settings: OtlpSettings) {
  const { status, body } = answer
  if (status < 200 || status > 299) {
    return refusalOf(answer, host, credentialHint(settings, host))
  }
  try {
    partialSuccessOf(body, 0)
    return { found: 'a receiver of OTLP takes logs' }
  } catch (error) {
    return { found: messageOf(error), hint: 'check the port and the path of endpoint' }
  }
}
