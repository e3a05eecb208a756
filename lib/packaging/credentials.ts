import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

type Environment = Readonly<Record<string, string | undefined>>

/** The names in `${credential:NAME}` of a configuration. */
export function credentialNames(text: string): readonly string[] {
  const found = text.matchAll(/(?<!\$)\$\{credential:([A-Za-z0-9_.-]+)/g)
  return [...new Set(Array.from(found, ([, name = '']) => name))].sort()
}

/**
 * What a configuration says can be checked before its credentials are known, which only systemd has:
 * each is one word meanwhile.
 */
export async function withStandIns<T>(
  file: string,
  env: Environment,
  check: (env: Environment) => Promise<T>,
): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'sealbeat-credentials-'))
  try {
    for (const name of credentialNames(readFileSync(file, 'utf8'))) {
      writeFileSync(join(folder, name), 'stand-in', { mode: 0o600 })
    }
    return await check({ ...env, CREDENTIALS_DIRECTORY: folder })
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
