import { join } from 'node:path'
import { AgentError } from '../../errors.ts'
import type { Entry } from '../formats/tree.ts'
import { frameworkEntries } from './framework.ts'
import { collectModules } from './modules.ts'
import { publishedFiles } from './published.ts'
import { type RuntimeKind, runtimeEntries } from './runtime.ts'

interface HomeInput {
  /** The agent's, absolute. */
  readonly folder: string
  readonly runtime: RuntimeKind
  /**
   * Files and folders that are no part of it, absolute: the configuration, which is installed elsewhere, and
   * what the agent has kept here. With its identity in it, every host would be the same agent.
   */
  readonly not: readonly string[]
  /** Where packages go, absolute. */
  readonly output: string
}

/**
 * What an agent is run from: Node, the framework, the packages that it depends on, its own files. Paths
 * begin with /, wherever the folder comes to lie.
 *
 * @throws AgentError `OPEN_FAILED` where something is missing here
 */
export function homeEntries({ folder, runtime, not, output }: HomeInput): readonly Entry[] {
  const modules = collectModules(folder)
  if (modules.missing.length > 0) {
    const names = modules.missing.join(', ')
    throw new AgentError('OPEN_FAILED', `not installed: ${names}; run "npm install" first`)
  }
  const own = publishedFiles(folder, '/').filter(({ path }) => {
    const source = join(folder, path)
    return !not.some(each => isWithin(source, each)) && !isEarlier(source, output)
  })
  return [...runtimeEntries(runtime), ...frameworkEntries(), ...modules.entries, ...own]
}

function isWithin(path: string, place: string): boolean {
  return path === place || path.startsWith(`${place}/`)
}

/** The packages of before may lie among the agent's files. */
function isEarlier(source: string, output: string): boolean {
  return (
    source.startsWith(`${output}/`) &&
    /^[^/]+\.(deb|rpm|tar\.gz)$/.test(source.slice(output.length + 1))
  )
}
