import { existsSync, readFileSync, statSync } from 'node:fs'
import { basename, dirname, isAbsolute, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { packageRoot, version } from '../../own-package.ts'
import { UsageError } from '../usage-error.ts'

/** How a new package comes by sealbeat. */
export interface Dependency {
  /** As package.json has it: `^0.1.0`, `file:../sealbeat-0.1.0.tgz`. */
  readonly spec: string
  /**
   * What `allowScripts` has to call it: npm 12 builds no addon that is not listed there, and the agent
   * would run without its filter. A tarball has no name that npm trusts but its absolute path.
   */
  readonly source: string
  /** What the user has to type. */
  readonly install: string
}

/**
 * The tarball or folder that the user names; else what this sealbeat has itself been installed from,
 * so that what works offline goes on doing so; else the registry.
 *
 * @throws UsageError
 */
export function dependencyFor(folder: string, from: string | undefined): Dependency {
  const named = from?.replace(/^file:/, '')
  if (named !== undefined && !existsSync(named)) {
    throw new UsageError(`--from ${from}: there is no such tarball or folder`)
  }
  const path = named ?? origin()
  if (path === undefined)
    return { spec: `^${version()}`, source: 'sealbeat', install: 'npm install' }
  const keepsPath = named !== undefined && isAbsolute(named)
  return localDependency(path, keepsPath ? named : relative(folder, resolve(path)))
}

function localDependency(path: string, written: string): Dependency {
  const spec = `file:${written}`
  // A folder is linked, and built already: npm would build the addon in it again.
  if (statSync(path).isDirectory()) {
    return { spec, source: 'sealbeat', install: 'npm install --ignore-scripts' }
  }
  return { spec, source: `file:${resolve(path)}`, install: 'npm install' }
}

/** The tarball or folder that this sealbeat is from; undefined where that is a registry, or gone. */
function origin(): string | undefined {
  const own = resolve(fileURLToPath(packageRoot()))
  const modules = dirname(own)
  // What npm links to is where it was written.
  if (basename(modules) !== 'node_modules') return own
  const [, path] = /^file:(.*)$/.exec(resolvedIn(modules)) ?? []
  const file = path && resolve(dirname(modules), path)
  return file && existsSync(file) ? file : undefined
}

/** What npm notes of where it had sealbeat from, in the file that it leaves beside the packages. */
function resolvedIn(modules: string): string {
  try {
    const lock = JSON.parse(readFileSync(join(modules, '.package-lock.json'), 'utf8'))
    return String(lock.packages['node_modules/sealbeat'].resolved)
  } catch {
    // Another package manager, or an installation for all users.
    return ''
  }
}
