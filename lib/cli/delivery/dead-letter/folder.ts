import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { parseConfig } from '../../../config/parse.ts'
import { type ConfigSource, readDocument } from '../../../config/source/document.ts'
import { codeOf } from '../../../errors.ts'
import { deadFiles } from '../../../pipeline/dead-letter/store.ts'
import { UsageError } from '../../usage-error.ts'

/** The files of one output, the oldest first, with their sizes in bytes. */
export interface OutputFiles {
  readonly output: string
  readonly folder: string
  readonly files: readonly { readonly path: string; readonly size: number }[]
}

/**
 * The dead letters below `path.data`, of the output that is named or of all. Imports no plugin: what to do with the
 * events does not depend on any.
 *
 * @throws AgentError `CONFIG_INVALID`
 * @throws UsageError if the output has none
 */
export async function deadLetters(
  source: ConfigSource,
  named: string | undefined,
): Promise<readonly OutputFiles[]> {
  const { config, problems } = parseConfig(readDocument(source))
  problems.throwIfAny()
  const folder = join(config.path.data, 'dead-letter')
  const found = await Promise.all((await foldersIn(folder)).map(name => filesOf(folder, name)))
  if (named === undefined) return found
  const own = found.filter(({ output }) => output === named)
  if (own.length > 0) return own
  const known = found.map(({ output }) => output).join(', ') || 'none has any'
  throw new UsageError(`there is no dead letter of an output ${named} in ${folder}; of: ${known}`)
}

async function foldersIn(folder: string): Promise<readonly string[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true })
    return entries.filter(entry => entry.isDirectory()).map(({ name }) => name)
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return []
    throw error
  }
}

async function filesOf(folder: string, name: string): Promise<OutputFiles> {
  const own = join(folder, name)
  const files = (await deadFiles(own)).map(async file => {
    const path = join(own, file)
    return { path, size: (await stat(path)).size }
  })
  return { output: decodeURIComponent(name), folder: own, files: await Promise.all(files) }
}
