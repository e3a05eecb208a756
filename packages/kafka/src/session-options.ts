import type { OutputContext } from 'sealbeat'
import { Credentials, type TlsOptions } from 'sealbeat/outputs'
import { apisOf } from './apis.ts'
import { importClient } from './client.ts'
import { platformProblem, thisPlatform } from './platform.ts'
import type { SessionOptions } from './session.ts'
import type { KafkaSettings } from './settings.ts'

/** @throws Error in words, where the client of Kafka does not run */
export async function sessionOptions({ settings, log }: OutputContext<KafkaSettings>): Promise<{
  readonly options: SessionOptions
  readonly tls: TlsOptions | undefined
}> {
  const { ssl } = settings
  const problem = platformProblem(thisPlatform())
  if (problem !== undefined) throw new Error(`output.kafka ${problem}`)
  const client = await importClient()
  const tls = ssl.enabled === true ? { ssl, credentials: new Credentials(ssl, log) } : undefined
  return { options: { client, apis: apisOf(client), settings }, tls }
}
