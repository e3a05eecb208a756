import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ExitCode } from '../../agent/process/exit.ts'
import { credentialNames } from '../../config/source/credential-names.ts'
import type { Call, Run } from '../command.ts'

const WORD = 'stand-in'

/**
 * Runs a command that only looks at the configuration: outside the service its credentials are not known,
 * which systemd has, and a word stands in for each, which is said.
 */
export async function withStandIns(call: Call, run: Run): Promise<ExitCode> {
  const { env, files } = call.source
  const texts = files.filter(file => existsSync(file)).map(textOf)
  const names = env.CREDENTIALS_DIRECTORY ? [] : texts.flatMap(credentialNames)
  if (names.length === 0) return run(call)
  const folder = mkdtempSync(join(tmpdir(), 'sealbeat-credentials-'))
  try {
    for (const name of names) writeFileSync(join(folder, name), WORD, { mode: 0o600 })
    const all = [...new Set(names)].join(', ')
    process.stderr.write(`note: only the service has credentials: "${WORD}" is taken for ${all}\n`)
    const source = { ...call.source, env: { ...env, CREDENTIALS_DIRECTORY: folder } }
    return await run({ ...call, source })
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** What can't be read is told when the configuration is read. */
function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}
