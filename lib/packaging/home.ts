import { join } from 'node:path'
import { AgentError } from '../errors.ts'
import { frameworkEntries } from './framework.ts'
import { collectModules } from './modules.ts'
import { publishedFiles } from './published.ts'
import { type RuntimeKind, runtimeEntries } from './runtime.ts'
import type { Entry } from './tree.ts'

export interface HomeInput {
  /** The agent's, absolute. */
  readonly folder: string
  readonly runtime: RuntimeKind
  /** It is installed elsewhere, absolute. */
  readonly configuration: string
  /** Where packages go, absolute. */
  readonly output: string
}

/**
 * What an agent is run from: Node, the framework, the packages that it depends on, its own files. Paths
 * begin with /, wherever the folder comes to lie.
 *
 * @throws AgentError `OPEN_FAILED` where something is missing here
 */
export function homeEntries({
  folder,
  runtime,
  configuration,
  output,
}: HomeInput): readonly Entry[] {
  const modules = collectModules(folder)
  if (modules.missing.length > 0) {
    const names = modules.missing.join(', ')
    throw new AgentError('OPEN_FAILED', `not installed: ${names}; run "npm install" first`)
  }
  const own = publishedFiles(folder, '/').filter(({ path }) => {
    const source = join(folder, path)
    return source !== configuration && !isEarlier(source, output)
  })
  return [...runtimeEntries(runtime), ...frameworkEntries(), ...modules.entries, ...own]
}

/** The packages of before may lie among the agent's files. */
function isEarlier(source: string, output: string): boolean {
  return (
    source.startsWith(`${output}/`) &&
    /^[^/]+\.(deb|rpm|tar\.gz)$/.test(source.slice(output.length + 1))
  )
}
