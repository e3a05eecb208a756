import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { AgentError, messageOf } from '../../errors.ts'

/** Throws unless nothing is there, or an empty folder. */
export function requireEmpty(folder: string, name: string): void {
  const problem = problemOf(folder)
  if (problem) throw new AgentError('OPEN_FAILED', `${name} ${problem}: choose another name`)
}

function problemOf(folder: string): string | undefined {
  try {
    return readdirSync(folder).length > 0 ? 'exists and is not empty' : undefined
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    if (code === 'ENOENT') return undefined
    return code === 'ENOTDIR' ? 'exists and is no folder' : `can't be read (${messageOf(error)})`
  }
}

/** Writes texts by their path; what has appeared there meanwhile is left alone. */
export function writeFiles(folder: string, files: ReadonlyMap<string, string>): void {
  try {
    for (const [path, text] of files) {
      mkdirSync(dirname(join(folder, path)), { recursive: true })
      writeFileSync(join(folder, path), text, { flag: 'wx' })
    }
  } catch (error) {
    throw new AgentError('OPEN_FAILED', messageOf(error), { cause: error })
  }
}
