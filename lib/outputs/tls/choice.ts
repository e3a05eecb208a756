// Whether an output uses TLS whose addresses can't say so.

import type { SettingProblem } from '../../plugin.ts'
import { type SslSettings, sslProblems } from './ssl-settings.ts'

/** What can't be right. Settings of TLS that are not used would have events sent in plain text. */
export function sslChoiceProblems(ssl: SslSettings): readonly SettingProblem[] {
  return [
    ...sslProblems(ssl).map(message => ({ path: ['ssl'], message })),
    ...(ssl.enabled === null && isSet(ssl)
      ? [{ path: ['ssl', 'enabled'], message: 'must be true, as there are settings of ssl' }]
      : []),
  ]
}

function isSet(ssl: SslSettings): boolean {
  const { certificate_authorities, certificate, key, ca_sha256, cipher_suites, curve_types } = ssl
  const texts = [certificate, key, ssl.key_passphrase, ssl.ca_trusted_fingerprint]
  return (
    ssl.verification_mode !== 'full' ||
    texts.some(text => text !== '') ||
    [certificate_authorities, ca_sha256, cipher_suites, curve_types].some(list => list.length > 0)
  )
}
