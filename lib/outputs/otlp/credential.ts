import { credentialOf } from '../http-client/access.ts'
import type { HttpHost } from '../http-client/hosts.ts'
import type { OtlpSettings } from './otlp-settings.ts'

/** What to do if a receiver refuses who asks. */
export function credentialHint({ headers }: OtlpSettings, host: HttpHost): string {
  const isNamed = host.userInfo !== undefined || Object.keys(headers).length > 0
  if (!isNamed) return 'set headers.authorization: there is no credential'
  return credentialOf({ username: '', headers }, host, 'endpoint').hint
}
