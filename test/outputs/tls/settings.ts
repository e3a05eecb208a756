import { parseSection } from '../../../lib/config/schema/section.ts'
import { type SslSettings, sslSchema } from '../../../lib/outputs/tls/ssl-settings.ts'

/** A section `ssl` with its defaults; throws the problems that it has. */
export function settingsOf(written: Partial<SslSettings>): SslSettings {
  const problems: string[] = []
  const section = { path: ['ssl'], value: written }
  const settings = parseSection(sslSchema, section, (path, text) =>
    problems.push(`${path.join('.')} ${text}`),
  )
  if (settings === undefined) throw new Error(problems.join())
  return settings
}
