import { existsSync, readFileSync, statSync } from 'node:fs'
import { basename, dirname, isAbsolute, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { packageRoot, version } from '../../own-package.ts'
import { UsageError } from '../usage-error.ts'

/** How a new package gets sealbeat. */
export interface Dependency {
  /** The version in package.json: `^0.1.0`, `file:../sealbeat-0.1.0.tgz`. */
  readonly spec: string
  /**
   * Its name in `allowScripts`: npm 12 doesn't build an addon that is not listed there, and the agent would
   * run without its filter. The only name that npm trusts for a tarball is its absolute path.
   */
  readonly source: string
  /** The command that the user must run. */
  readonly install: string
}

/**
 * The tarball or folder that the user names; else the one that this sealbeat was installed from, so that an
 * offline installation keeps working; else the registry.
 *
 * @throws UsageError
 */
export function dependencyFor(folder: string, from: string | undefined): Dependency {
  const named = from?.replace(/^file:/, '')
  if (named !== undefined && !existsSync(named)) {
    throw new UsageError(`--from ${from}: no such tarball or folder`)
  }
  const path = named ?? origin()
  if (path === undefined)
    return { spec: `^${version()}`, source: 'sealbeat', install: 'npm install' }
  const keepsPath = named !== undefined && isAbsolute(named)
  return localDependency(path, keepsPath ? named : relative(folder, resolve(path)))
}

function localDependency(path: string, written: string): Dependency {
  const spec = `file:${written}`
  // A folder is linked and already built: npm would build its addon again.
  if (statSync(path).isDirectory()) {
    return { spec, source: 'sealbeat', install: 'npm install --ignore-scripts' }
  }
  return { spec, source: `file:${resolve(path)}`, install: 'npm install' }
}

/** The tarball or folder that this sealbeat was installed from; undefined if that is a registry or gone. */
function origin(): string | undefined {
  const own = resolve(fileURLToPath(packageRoot()))
  const modules = dirname(own)
  // npm has linked it: this is the folder itself.
  if (basename(modules) !== 'node_modules') return own
  const [, path] = /^file:(.*)$/.exec(resolvedIn(modules)) ?? []
  const file = path && resolve(dirname(modules), path)
  return file && existsSync(file) ? file : undefined
}

/** The origin of sealbeat that npm has recorded in the lock file beside the packages; empty if unknown. */
function resolvedIn(modules: string): string {
  try {
    const lock = JSON.parse(readFileSync(join(modules, '.package-lock.json'), 'utf8'))
    return String(lock.packages['node_modules/sealbeat'].resolved)
  } catch {
    // Another package manager, or a global installation.
    return ''
  }
}
