import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ExitCode } from '../../agent/process/exit.ts'
import { endProcess } from '../../agent/process/own-exit.ts'
import { credentialNames } from '../../config/source/credential-names.ts'
import { MAX_CREDENTIALS } from '../../config/source/limits.ts'
import { readSourceFile } from '../../config/source/source-file.ts'
import { sourceFiles } from '../../config/source/source-files.ts'
import { configError } from '../../errors.ts'
import type { Call, Run } from '../command.ts'

const WORD = 'stand-in'

const MOST_NAMED = 20

/**
 * Runs a command that only looks at the configuration, with stand-ins for credentials, and ends the process: modules
 * of plugins may have left something behind that would keep it alive.
 */
export async function runOutsideService(call: Call, run: Run): Promise<never> {
  return endProcess(await withStandIns(call, run))
}

/**
 * Runs a command. systemd passes the credentials only to the
 * service, so outside it a placeholder replaces each one, with a note on standard error.
 */
async function withStandIns(call: Call, run: Run): Promise<ExitCode> {
  const { env } = call.source
  const texts = sourceFiles({ folder: '.', ...call.source }).map(({ file }) => textOf(file))
  const names = env.CREDENTIALS_DIRECTORY ? [] : [...new Set(texts.flatMap(credentialNames))]
  if (names.length === 0) return run(call)
  if (names.length > MAX_CREDENTIALS) {
    const message = `the references of the configuration name ${names.length} credentials, and at most ${MAX_CREDENTIALS} are allowed`
    throw configError([{ path: [], message }])
  }
  const folder = mkdtempSync(join(tmpdir(), 'sealbeat-credentials-'))
  try {
    for (const name of names) writeFileSync(join(folder, name), WORD, { mode: 0o600 })
    const more = names.length > MOST_NAMED ? ` and ${names.length - MOST_NAMED} more` : ''
    const named = `${names.slice(0, MOST_NAMED).join(', ')}${more}`
    process.stderr.write(`note: only the service has credentials: using "${WORD}" for ${named}\n`)
    const source = { ...call.source, env: { ...env, CREDENTIALS_DIRECTORY: folder } }
    return await run({ ...call, source })
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Ignores errors here: reading the configuration will report them. */
function textOf(file: string): string {
  try {
    return readSourceFile({ file, folder: '.' })
  } catch {
    return ''
  }
}
