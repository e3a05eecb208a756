import { join } from 'node:path'
import { AgentError } from '../../errors.ts'
import type { Entry } from '../formats/tree.ts'
import { frameworkEntries } from './framework.ts'
import { collectModules } from './modules.ts'
import { publishedFiles } from './published.ts'
import { type RuntimeKind, runtimeEntries } from './runtime.ts'

interface HomeOptions {
  /** The agent's folder, absolute. */
  readonly folder: string
  readonly runtime: RuntimeKind
  /**
   * Files and folders to leave out, absolute: the configuration, which is installed elsewhere, and what the
   * agent has kept here. With its identity, every host would be the same agent.
   */
  readonly excluded: readonly string[]
  /** The folder for the packages, absolute. */
  readonly output: string
}

/**
 * The files that an agent runs from: Node, the framework, the packages that it depends on, and its own files.
 * Paths begin with /, wherever the folder will be.
 *
 * @throws AgentError `OPEN_FAILED` if this system lacks something
 */
export function homeEntries({ folder, runtime, excluded, output }: HomeOptions): readonly Entry[] {
  const modules = collectModules(folder)
  if (modules.missing.length > 0) {
    const names = modules.missing.join(', ')
    throw new AgentError('OPEN_FAILED', `not installed: ${names}; run "npm install" first`)
  }
  const own = publishedFiles(folder, '/').filter(({ path }) => {
    const source = join(folder, path)
    return !excluded.some(each => isWithin(source, each)) && !isEarlierPackage(source, output)
  })
  return [...runtimeEntries(runtime), ...frameworkEntries(), ...modules.entries, ...own]
}

function isWithin(path: string, place: string): boolean {
  return path === place || path.startsWith(`${place}/`)
}

/** Packages that were made earlier may be among the agent's files. */
function isEarlierPackage(source: string, output: string): boolean {
  return (
    source.startsWith(`${output}/`) &&
    /^[^/]+\.(deb|rpm|tar\.gz)$/.test(source.slice(output.length + 1))
  )
}
